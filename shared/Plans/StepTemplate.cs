using System.Text.Json.Nodes;

namespace Loadstone.Plans;

/// <summary>A template of a step.</summary>
/// <param name="Member">The member it stands in, by its path from the step.</param>
/// <param name="Text">The template.</param>
/// <param name="Gives">Names that only this place has, besides those of data and earlier steps; null for none.</param>
internal readonly record struct StepTemplate(string Member, string Text, IEnumerable<string>? Gives = null)
{
    /// <summary>The values of a map.</summary>
    public static IEnumerable<StepTemplate> InMap(string member, IReadOnlyDictionary<string, string>? map) =>
        map?.Select(m => new StepTemplate($"{member}.{m.Key}", m.Value)) ?? [];

    /// <summary>Every text in a JSON document; the document itself when it is one.</summary>
    public static IEnumerable<StepTemplate> InJson(string member, JsonNode? json, IEnumerable<string>? gives = null) => json switch
    {
        JsonObject members => members.SelectMany(m => InJson($"{member}.{m.Key}", m.Value, gives)),
        JsonArray elements => elements.SelectMany((e, i) => InJson($"{member}[{i}]", e, gives)),
        JsonValue single when single.TryGetValue<string>(out var text) => [new(member, text, gives)],
        _ => [],
    };

    /// <summary>True when it fills in a value of that name.</summary>
    public bool Uses(string name) => Template.TryParse(Text, out var template, out _) && template.Expressions.Any(e => e.Arguments is null && e.Name == name);
}

/// <summary>Reads the members that every step with a request has.</summary>
internal static class RequestMembers
{
    /// <summary>Headers; values are templates.</summary>
    public static Dictionary<string, string>? Headers(this DocumentNode node)
    {
        var headers = node.TextMap("headers");
        foreach (var (name, value) in headers ?? [])
        {
            if (name.AsSpan().IndexOfAny(" :\r\n") >= 0 || value.AsSpan().IndexOfAny("\r\n") >= 0)
                node.Error($"headers.{name}", "is not a header: no spaces or colons in names, no line breaks");
        }

        return headers;
    }

    /// <summary>A map of texts; null when empty or absent.</summary>
    public static Dictionary<string, string>? TextMap(this DocumentNode node, string name)
    {
        var texts = node.Map(name).ToDictionary(m => m.Key, m => m.Map.Text(m.Key, 10_000, min: 0) ?? "");
        return texts.Count == 0 ? null : texts;
    }

    /// <summary>A path that must be there: one that begins with /, a URL of one of the schemes, or an expression that gives one.</summary>
    public static string RequestPath(this DocumentNode node, params string[] schemes)
    {
        var path = node.RequiredText("path", 2000);
        var whole = Uri.TryCreate(path, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme);
        if (path.Length > 0 && !path.StartsWith('/') && !whole && !path.StartsWith("{{", StringComparison.Ordinal))
            node.Error("path", $"must begin with / or be a whole {schemes[0]}(s) URL");
        if (path.AsSpan().IndexOfAny("\r\n") >= 0)
            node.Error("path", "must be one line");
        return path;
    }
}
