using System.Net;
using System.Security.Cryptography;
using System.Text;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Environments;

/// <summary>
/// The proof that whoever registered an environment may put load on it: its token, served by the system itself or told by its
/// DNS. This machine needs no proof. The look obeys the rules of every request: judged addresses, no redirects, little time.
/// </summary>
internal static class OwnershipProof
{
    /// <summary>The member of an environment that shows the token and what is proven.</summary>
    public const string Member = "ownership";

    private const int LargestAnswer = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The token of an environment. It is no secret: what proves something is who serves it.</summary>
    public static string TokenOf(Guid environment) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"loadstone ownership {environment:N}")))[..40];

    /// <summary>Where the token is looked for. The path has a part of it only, so that a page that repeats its address proves nothing.</summary>
    public static string PathOf(string token) => $"/.well-known/loadstone-{token[..12]}.txt";

    public static string OriginOf(string baseUrl) => new Uri(baseUrl).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped).ToLowerInvariant();

    /// <summary>Looks for the token at one origin.</summary>
    public static async Task<OriginProof> LookAsync(string origin, string token, TargetPolicy policy, IPEndPoint? dns, CancellationToken cancellation)
    {
        var byFile = await LookForFileAsync(new Uri(new Uri(origin), PathOf(token)), token, policy, cancellation);
        if (byFile is null)
            return new OriginProof(origin, true, "file", $"{PathOf(token)} holds the token");
        var byName = await LookForRecordAsync(new Uri(origin), token, policy, dns, cancellation);
        return byName is null
            ? new OriginProof(origin, true, "dns", $"the TXT record _loadstone.{new Uri(origin).IdnHost} holds the token")
            : new OriginProof(origin, false, null, $"{PathOf(token)} {byFile}; {byName}");
    }

    // Returns null, or what was wrong.
    private static async Task<string?> LookForFileAsync(Uri url, string token, TargetPolicy policy, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using var http = new JudgedHost(policy, url).Client(Patience);
        try
        {
            using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
                return $"was answered with {(int)answer.StatusCode}";
            var buffer = new byte[LargestAnswer];
            await using var body = await answer.Content.ReadAsStreamAsync(patience.Token);
            var length = await body.ReadAtLeastAsync(buffer, LargestAnswer, throwOnEndOfStream: false, patience.Token);
            return Encoding.UTF8.GetString(buffer, 0, length).Trim() == token ? null : "holds something else";
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is TargetRefusedException refused ? refused.Message : "could not be fetched";
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            return "was not answered in time";
        }
    }

    private static async Task<string?> LookForRecordAsync(Uri origin, string token, TargetPolicy policy, IPEndPoint? dns, CancellationToken cancellation)
    {
        if (dns is null || origin.HostNameType != UriHostNameType.Dns || policy.Refusal(await TargetRules.AddressesAsync(origin, policy, cancellation), origin.Port, null) is not null)
            return "no DNS record was looked for";
        var name = $"_loadstone.{origin.IdnHost.TrimEnd('.')}";
        var texts = await TextRecords.AskAsync(dns, name, cancellation);
        return texts.Any(t => t.Trim() == token) ? null : $"the TXT record {name} is not there or holds something else";
    }
}
