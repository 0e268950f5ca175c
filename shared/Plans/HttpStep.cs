using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>One HTTP request, what is read from its answer, and what must hold of it.</summary>
public sealed record HttpStep : Step
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The method, in capitals.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>A path on the environment's first base URL, or a whole URL on one of them. A template.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Query parameters added to the path. Values are templates and are percent-encoded (RFC 3986 §2.1).</summary>
    public IReadOnlyDictionary<string, string>? Query { get; init; }

    /// <summary>Headers. Values are templates.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>A JSON body. Texts in it are templates; a text that is one numeric expression becomes a number.</summary>
    public JsonNode? Json { get; init; }

    /// <summary>A form body (application/x-www-form-urlencoded). Values are templates.</summary>
    public IReadOnlyDictionary<string, string>? Form { get; init; }

    /// <summary>A multipart/form-data body, part by part. Its values and file names are templates.</summary>
    public IReadOnlyList<MultipartPart>? Multipart { get; init; }

    /// <summary>A raw body. A template.</summary>
    public string? Body { get; init; }

    /// <summary>The longest wait for the whole answer, from the send; 1 ms to 10 min.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many redirects are followed, each as a request of its own; 0 to 20.</summary>
    public int Redirects { get; init; } = 10;

    /// <summary>What is read from the answer: variable to place.</summary>
    public IReadOnlyDictionary<string, Extraction>? Extract { get; init; }

    /// <summary>What must hold of the answer.</summary>
    public IReadOnlyList<Check>? Checks { get; init; }

    internal override string InWords => Name;

    internal override IEnumerable<string> Sets => Extract?.Keys ?? [];

    internal override long? MostRequests => 1 + Redirects;

    internal static HttpStep Read(DocumentNode node)
    {
        var step = new HttpStep
        {
            Method = ReadMethod(node),
            Path = node.RequestPath("http", "https"),
            Query = node.TextMap("query"),
            Headers = node.Headers(),
            Json = node.Raw("json")?.DeepClone(),
            Form = node.TextMap("form"),
            Multipart = MultipartPart.ReadAll(node),
            Body = node.Text("body", 1_000_000, min: 0),
            Timeout = node.Seconds("timeout", TimeSpan.FromMilliseconds(1), LongestTimeout) ?? TimeSpan.FromSeconds(30),
            Redirects = node.Whole("redirects", 0, 20) ?? 10,
            Extract = ReadExtractions(node),
            Checks = ReadChecks(node),
        };
        if (new[] { "json", "form", "multipart", "body" }.Where(node.Has).ToList() is [_, .., var last])
            node.Error(last, "stands beside another body: give one of json, form, multipart and body");
        foreach (var header in (step.Headers?.Keys ?? []).Where(h => node.Has("multipart") && h.Equals("content-type", StringComparison.OrdinalIgnoreCase)))
            node.Error($"headers.{header}", "is set by the multipart body, which knows its boundary");
        return step with { Name = $"{step.Method} {step.Path.Split('?')[0]}" };
    }

    internal override IEnumerable<StepTemplate> Templates()
    {
        var texts = StepTemplate.InMap("query", Query).Concat(StepTemplate.InMap("headers", Headers)).Concat(StepTemplate.InMap("form", Form));
        if (Body is not null)
            texts = texts.Append(new("body", Body));
        return texts.Concat(InParts()).Concat(StepTemplate.InJson("json", Json)).Prepend(new("path", Path));
    }

    private IEnumerable<StepTemplate> InParts() => (Multipart ?? []).Select((part, i) => part.FileName is { } file
        ? new StepTemplate($"multipart[{i}].file_name", file)
        : new StepTemplate($"multipart[{i}].value", part.Value ?? ""));

    private static string ReadMethod(DocumentNode node)
    {
        var method = node.Text("method") ?? "GET";
        if (!Methods.Contains(method))
            node.Error("method", $"must be one of {string.Join(", ", Methods)}");
        return method;
    }

    private static Dictionary<string, Extraction>? ReadExtractions(DocumentNode node)
    {
        var all = new Dictionary<string, Extraction>();
        foreach (var (variable, map) in node.Map("extract"))
            all[variable] = Extraction.Read(map, variable);
        return all.Count == 0 ? null : all;
    }

    private static List<Check>? ReadChecks(DocumentNode node)
    {
        var all = node.List("checks", 50).Select(c => Check.Read(c.Value, c.Path, node.Errors)).ToList();
        return all.Count == 0 ? null : all;
    }
}
