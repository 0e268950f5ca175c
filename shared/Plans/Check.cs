using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Loadstone.Plans;

/// <summary>A place in an answer to keep a value from; exactly one member is set.</summary>
public sealed record Extraction
{
    /// <summary>A JSON path into the body.</summary>
    public string? Json { get; init; }

    /// <summary>A header's name.</summary>
    public string? Header { get; init; }

    /// <summary>A regular expression over the body; the first group is kept, or the whole match.</summary>
    public string? Regex { get; init; }

    /// <summary>A cookie's name.</summary>
    public string? Cookie { get; init; }

    internal static Extraction Read(DocumentNode parent, string variable)
    {
        if (!Template.TryParse("{{" + variable + "}}", out _, out _) || variable.Contains('.', StringComparison.Ordinal))
            parent.Error(variable, "is not a variable's name: letters, digits, - and _");
        if (parent.Object(variable) is not { } node)
            return new Extraction();
        var place = new Extraction
        {
            Json = JsonPathOf(node, "json"),
            Header = node.Text("header"),
            Regex = RegexOf(node, "regex"),
            Cookie = node.Text("cookie"),
        };
        if (new[] { "json", "header", "regex", "cookie" }.Count(node.Has) != 1)
            parent.Error(variable, "must have exactly one of json, header, regex and cookie");
        node.RefuseUnknown();
        return place;
    }

    internal static string? JsonPathOf(DocumentNode node, string name)
    {
        var path = node.Text(name);
        if (path is not null && !JsonPath.TryParse(path, out _))
            node.Error(name, "is not a JSON path to one value, such as $.items[0].id");
        return path;
    }

    internal static string? RegexOf(DocumentNode node, string name)
    {
        var pattern = node.Text(name, 1000);
        try
        {
            _ = new Regex(pattern ?? "", RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            node.Error(name, "is not a regular expression that can be matched in linear time");
        }

        return pattern;
    }
}

/// <summary>
/// Something that must hold of an answer. Failed checks are counted beside the requests; only a <c>status</c> check also
/// decides whether the request itself counts as failed.
/// </summary>
public sealed record Check
{
    /// <summary>The statuses that are right; null when this is no status check. On the wire one number or a list.</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int>? Status { get; init; }

    /// <summary>The longest response time that is right.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan? MaxTime { get; init; }

    /// <summary>A JSON path that must lead to a value (or to <see cref="EqualTo"/>).</summary>
    public string? Json { get; init; }

    /// <summary>A header that must be there (or be <see cref="EqualTo"/>).</summary>
    public string? Header { get; init; }

    /// <summary>A text the body must contain.</summary>
    public string? Text { get; init; }

    /// <summary>A regular expression the body must match somewhere.</summary>
    public string? Regex { get; init; }

    /// <summary>What <see cref="Json"/> or <see cref="Header"/> must be.</summary>
    [JsonPropertyName("equals")]
    public JsonNode? EqualTo { get; init; }

    /// <summary>The check in a few words, as results show it: <c>status 200</c>, <c>time &lt; 500ms</c>.</summary>
    [JsonIgnore]
    public string Title => this switch
    {
        { Status: { } statuses } => $"status {string.Join(" or ", statuses)}",
        { MaxTime: { } max } => $"time < {DurationText.Format(max)}",
        { Json: { } path } => EqualTo is null ? $"has {path}" : $"{path} = {EqualTo.ToJsonString()}",
        { Header: { } header } => EqualTo is null ? $"has header {header}" : $"{header} = {EqualTo.ToJsonString()}",
        { Regex: { } regex } => $"matches {regex}",
        _ => $"contains {Text}",
    };

    internal static Check Read(JsonNode? value, string path, DocumentErrors errors)
    {
        var node = new DocumentNode(value, path, errors);
        var check = new Check
        {
            Status = ReadStatuses(node),
            MaxTime = node.Seconds("max_time", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)),
            Json = Extraction.JsonPathOf(node, "json"),
            Header = node.Text("header"),
            Text = node.Text("text", 10_000),
            Regex = Extraction.RegexOf(node, "regex"),
            EqualTo = node.Raw("equals")?.DeepClone(),
        };
        if (new[] { "status", "max_time", "json", "header", "text", "regex" }.Count(node.Has) != 1)
            errors.Add(path, "must have exactly one of status, max_time, json, header, text and regex");
        if (check.EqualTo is not null && check is { Json: null, Header: null })
            node.Error("equals", "belongs to a json or header check");
        node.RefuseUnknown();
        return check;
    }

    private static List<int>? ReadStatuses(DocumentNode node)
    {
        if (node.Raw("status") is not { } given)
            return null;
        var elements = given as JsonArray ?? [given.DeepClone()];
        var statuses = new List<int>();
        foreach (var element in elements)
        {
            if (element is JsonValue number && number.TryGetValue<int>(out var status) && status is >= 100 and <= 599)
                statuses.Add(status);
            else
                node.Error("status", "must be a status from 100 to 599, or a list of them");
        }

        return statuses;
    }
}
