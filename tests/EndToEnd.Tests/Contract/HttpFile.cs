using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>One request of an .http file, with its variables still in it.</summary>
internal sealed record HttpFileRequest(string? Name, string Method, string Url, IReadOnlyList<(string Name, string Value)> Headers, string? Body);

/// <summary>A file of requests as editors send them: <c>@name = value</c>, <c># @name request</c>, and <c>{{…}}</c> for both.</summary>
internal sealed partial class HttpFile
{
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, JsonNode?> _answers = [];

    public HttpFile(string text)
    {
        var parts = Separator().Split(text);
        foreach (Match variable in Variable().Matches(parts[0]))
            _variables[variable.Groups["name"].Value] = variable.Groups["value"].Value.Trim();
        Requests = [.. parts.Skip(1).Select(RequestOf)];
    }

    public IReadOnlyList<HttpFileRequest> Requests { get; }

    public void Set(string variable, string value)
    {
        Assert.True(_variables.ContainsKey(variable), $"the file has no variable {variable}");
        _variables[variable] = value;
    }

    public void Answered(string name, JsonNode? answer) => _answers[name] = answer;

    /// <summary>A text with its variables filled in; those that the file does not have, such as a plan's own, stay.</summary>
    public string Filled(string text) => Reference().Replace(text, match => match.Groups["what"].Value switch
    {
        "$guid" => Guid.NewGuid().ToString(),
        var name when _variables.TryGetValue(name, out var value) => value,
        var path when path.Split(".response.body.$.") is [var name, var rest] => At(_answers[name], rest),
        _ => match.Value,
    });

    private static string At(JsonNode? answer, string path)
    {
        foreach (var step in path.Split('.', '['))
            answer = step.EndsWith(']') ? answer![int.Parse(step[..^1], System.Globalization.CultureInfo.InvariantCulture)] : answer![step];
        return answer!.ToString();
    }

    private static HttpFileRequest RequestOf(string part)
    {
        var (head, body) = part.Split("\n\n", 2) is [var before, var after] && after.Trim().Length > 0 ? (before, after.Trim()) : (part, null);
        var lines = head.Split('\n').Skip(1).Where(l => l.Trim().Length > 0).ToList();
        var name = lines.FirstOrDefault(l => l.StartsWith("# @name ", StringComparison.Ordinal))?["# @name ".Length..].Trim();
        var said = lines.Where(l => !l.StartsWith('#')).ToList();
        var first = said[0].Split(' ', 2);
        return new HttpFileRequest(name, first[0], first[1], [.. said.Skip(1).Select(l => l.Split(": ", 2)).Select(h => (h[0], h[1]))], body);
    }

    [GeneratedRegex("^###", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^@(?<name>\w+) *=(?<value>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{(?<what>[^{}]+)\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
