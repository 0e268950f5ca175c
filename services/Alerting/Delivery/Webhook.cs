using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting.Delivery;

/// <summary>
/// One signed POST for each letter. Where the URL leads is judged at every connect: never to the platform, to metadata or reserved addresses;
/// to this machine only with <c>LOADSTONE_ALLOW_LOOPBACK</c>, to private networks only with <c>LOADSTONE_WEBHOOKS_ALLOW_PRIVATE</c>. Redirects
/// are not followed, and of the answer only the status is read.
/// </summary>
public sealed class Webhook(Uri url, string secret, IConfiguration settings, TimeProvider time)
{
    public const string Id = "Loadstone-Delivery";
    public const string Timestamp = "Loadstone-Timestamp";
    public const string Signature = "Loadstone-Signature";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="NotDeliveredException">It did not answer 2xx in time.</exception>
    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        using var client = new JudgedHost(await PolicyAsync(settings, cancellation), url).Client(Patience);
        using var request = Signed(letter);
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
                throw new NotDeliveredException($"it answered {(int)answer.StatusCode}{((int)answer.StatusCode is >= 300 and < 400 ? ", and redirects are not followed" : "")}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or TargetRefusedException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new NotDeliveredException(ReasonOf(e));
        }
    }

    /// <summary>What proves that a body comes from this platform, at a time: the HMAC-SHA256 of <c>timestamp.body</c> under the secret, in hexadecimal.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.ASCII.GetBytes(timestamp + "."));
        mac.AppendData(body);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }

    /// <summary>Why no call may go there, by the addresses it leads to now; null when it may, or does not resolve yet.</summary>
    public static async Task<string?> RefusalAsync(Uri url, IConfiguration settings, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await new JudgedHost(await PolicyAsync(settings, cancellation), url).ResolveAsync(patience.Token);
            return null;
        }
        catch (TargetRefusedException e)
        {
            return e.Message;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is SocketException or ArgumentException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<TargetPolicy> PolicyAsync(IConfiguration settings, CancellationToken cancellation) =>
        await PlatformAddresses.PolicyAsync(settings, cancellation) with { AllowPrivate = settings.GetValue("LOADSTONE_WEBHOOKS_ALLOW_PRIVATE", false) };

    private HttpRequestMessage Signed(Letter letter)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(letter.Body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("User-Agent", "Loadstone");
        request.Headers.Add(Letter.EventHeader, letter.Event);
        request.Headers.Add(Id, letter.Id);
        request.Headers.Add(Timestamp, timestamp);
        request.Headers.Add(Signature, $"v1={Sign(secret, timestamp, letter.Body.Span)}");
        return request;
    }

    private static string ReasonOf(Exception e) => e switch
    {
        OperationCanceledException => $"it did not answer in {Patience.TotalSeconds} s",
        TargetRefusedException => $"its host {e.Message}",
        { InnerException: TargetRefusedException refused } => $"its host {refused.Message}",
        { InnerException: SocketException socket } => $"it could not be reached: {socket.Message}",
        _ => $"it could not be reached: {Errors.Fault.Presentable(e.Message)}",
    };
}
