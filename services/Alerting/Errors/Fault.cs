using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RabbitMQ.Client;

namespace Loadstone.Alerting.Errors;

/// <summary>Reads a message from an error queue, as MassTransit has put it there: the message as it came, and the fault in headers.</summary>
public static partial class Fault
{
    /// <summary>How often a message that is replayed was tried before.</summary>
    public const string AttemptsHeader = "Loadstone-Attempts";

    /// <summary>The failure that a message is the replay of.</summary>
    public const string ReplayHeader = "Loadstone-Replay-Of";

    private const int LongestReason = 500;
    private static readonly string[] OfTheFault = ["MT-Fault-", "MT-Reason", "MT-Host-", "Loadstone-", "x-"];

    /// <param name="queue">The queue that the message had been for.</param>
    /// <param name="isSkipped">True when nobody who reads that queue knows messages of its type.</param>
    /// <param name="properties">As it was in the error queue.</param>
    /// <param name="body">As it was sent.</param>
    /// <param name="now">When it was found.</param>
    public static MessageFailed Read(string queue, bool isSkipped, IReadOnlyBasicProperties properties, byte[] body, DateTimeOffset now)
    {
        var headers = (properties.Headers ?? new Dictionary<string, object?>()).ToDictionary(h => h.Key, h => TextOf(h.Value));
        var failedAt = DateTimeOffset.TryParse(headers.GetValueOrDefault("MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : now;
        return new MessageFailed(
            IdOf(queue, properties.MessageId, headers.GetValueOrDefault("MT-Fault-Timestamp"), body), queue, TypeOf(headers, body), Storable(properties.MessageId),
            isSkipped ? "UnknownMessage" : headers.GetValueOrDefault("MT-Fault-ExceptionType")?.Split('.')[^1] ?? "Unknown",
            isSkipped ? "nobody who reads the queue handles messages of this type" : Presentable(headers.GetValueOrDefault("MT-Fault-Message")),
            Number(headers, AttemptsHeader) + Number(headers, "MT-Fault-RetryCount") + 1, failedAt.ToUniversalTime(),
            Guid.TryParse(headers.GetValueOrDefault(ReplayHeader), out var replayed) ? replayed : null,
            new WireMessage(Storable(properties.ContentType), headers.Where(h => !OfTheFault.Any(f => h.Key.StartsWith(f, StringComparison.OrdinalIgnoreCase))).ToDictionary(), body));
    }

    /// <summary>A fault's sentence as people may see it: its first line, with no password, token or key in it.</summary>
    public static string Presentable(string? message)
    {
        var line = (message ?? "").Split('\n', '\r')[0].Trim();
        var clean = Secret().Replace(Login().Replace(line, "://…@"), "${name}${sign}…");
        return clean.Length == 0 ? "no reason is known" : clean.Length <= LongestReason ? clean : clean[..LongestReason] + "…";
    }

    // What was found twice, because whoever found it first died, is the same failure.
    private static Guid IdOf(string queue, string? messageId, string? failedAt, byte[] body) =>
        new(SHA256.HashData([.. Encoding.UTF8.GetBytes($"{queue}\n{messageId}\n{failedAt}\n"), .. SHA256.HashData(body)]).AsSpan(0, 16));

    // The last part of urn:message:Loadstone.Contracts:ShardFinished.
    private static string? TypeOf(Dictionary<string, string> headers, byte[] body) =>
        (headers.GetValueOrDefault("MT-Fault-MessageType") ?? TypeIn(body))?.Split(':', '.')[^1];

    private static string? TypeIn(byte[] body)
    {
        try
        {
            return Storable((JsonNode.Parse(body) as JsonObject)?["messageType"]?[0]?.ToString());
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static int Number(Dictionary<string, string> headers, string name) =>
        int.TryParse(headers.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1_000_000 ? number : 0;

    private static string TextOf(object? value) => Storable(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)) ?? "";

    // PostgreSQL holds no zero character.
    private static string? Storable(string? text) => text?.Replace("\0", "", StringComparison.Ordinal);

    [GeneratedRegex(@"://[^/\s@]*@", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Login();

    [GeneratedRegex(@"(?<name>\b\w*(password|passwd|pwd|secret|token|key|authorization)\w*""?)(?<sign>\s*[=:]\s*)(""[^""]*""|'[^']*'|(bearer|basic)\s+\S+|[^\s;,]+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();
}
