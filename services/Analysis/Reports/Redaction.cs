using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Plans;

namespace Loadstone.Analysis.Reports;

/// <summary>
/// A report as it may leave the platform (requirements R9.4): without addresses, hosts, URLs, paths of requests with what stands behind their question mark, and
/// without who asked for it. It would rather hide too much: whatever looks like a host name goes. Figures and names stay. Secrets were never in it.
/// </summary>
internal static partial class Redaction
{
    private const string Hidden = "[hidden]";

    // Who made it or did something to it, and where: by their members, for a name looks like nothing.
    private static readonly HashSet<string> People = ["requested_by", "by", "environment"];

    public static Report Of(Report report) => report with { ReportData = Of(report.ReportData) };

    /// <summary>Pure.</summary>
    public static RunReport Of(RunReport report)
    {
        var json = JsonSerializer.SerializeToNode(report, WireJson.Options)!;
        return Walk(json)!.Deserialize<RunReport>(WireJson.Options)!;
    }

    internal static string Of(string text) => Host().Replace(Address().Replace(Query().Replace(Url().Replace(text, Hidden), $"?{Hidden}"), Hidden), Hidden);

    private static JsonNode? Walk(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.ToList().Select(m => KeyValuePair.Create(Of(m.Key), People.Contains(m.Key) && m.Value is JsonValue ? Hidden : Walk(m.Value)))),
        JsonArray a => new JsonArray([.. a.ToList().Select(Walk)]),
        JsonValue v when v.GetValueKind() == JsonValueKind.String && !v.TryGetValue<DateTimeOffset>(out _) => Of(v.GetValue<string>()),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex("""\b[a-z][a-z0-9+.-]*://[^\s"'<>]*[^\s"'<>.,:;)\]]""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Url();

    [GeneratedRegex("""\?[^\s"'<>?=]+=[^\s"'<>]*""", RegexOptions.NonBacktracking)]
    private static partial Regex Query();

    // IPv4 (four numbers), and IPv6 in brackets, shortened by two colons or whole, with a port or without: a time of day is neither.
    [GeneratedRegex(@"(\b\d{1,3}(\.\d{1,3}){3}\b|\[[0-9a-f:.]*:[0-9a-f:.]*\]|\b[0-9a-f]{1,4}(:[0-9a-f]{1,4})*::([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?|\b([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b)(:\d{1,5}\b)?", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(localhost|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(:\d{1,5})?\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Host();
}
