using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>The API as its published document describes it.</summary>
internal sealed class ApiContract
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    public ApiContract(JsonObject json)
    {
        Json = json;
        Operations = [.. json["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Where(member => Methods.Contains(member.Key))
            .Select(member => new ApiOperation(this, member.Key.ToUpperInvariant(), path.Key, member.Value!.AsObject(), path.Value["parameters"] as JsonArray)))];
    }

    public JsonObject Json { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiContract> ReadAsync(HttpClient gateway) =>
        new(JsonNode.Parse(await gateway.GetStringAsync("/openapi/v1.json"))!.AsObject());

    public ApiOperation? Find(string method, string path) => Operations.FirstOrDefault(o => o.Method == method && o.Path == path);

    /// <summary>What a node stands for.</summary>
    public JsonNode Follow(JsonNode node)
    {
        while (node is JsonObject json && json["$ref"] is { } reference)
            node = reference.ToString().Split('/').Skip(1).Aggregate((JsonNode)Json, (at, step) => at[step]!);
        return node;
    }
}

/// <summary>One operation of the document.</summary>
internal sealed class ApiOperation(ApiContract contract, string method, string path, JsonObject json, JsonArray? shared)
{
    public const string Json = "application/json";

    public string Id { get; } = json["operationId"]!.ToString();

    public string Method { get; } = method;

    public string Path { get; } = path;

    public string Role { get; } = json["x-role"]!.ToString();

    public IReadOnlyList<JsonObject> Parameters { get; } =
        [.. new[] { shared, json["parameters"] as JsonArray }.OfType<JsonArray>().SelectMany(list => list).Select(p => contract.Follow(p!).AsObject())];

    public JsonObject Responses { get; } = json["responses"]!.AsObject();

    /// <summary>The type of the body, JSON where there is a choice; null without a body.</summary>
    public string? BodyType => json["requestBody"]?["content"]?.AsObject() is { } content ? content.ContainsKey(Json) ? Json : content.First().Key : null;

    public JsonNode? BodySchema => BodyType is { } type ? json["requestBody"]!["content"]![type]!["schema"] : null;

    public JsonNode? Example => BodyType is { } type ? json["requestBody"]!["content"]![type]!["example"] : null;

    public bool NeedsVersion => Responses.ContainsKey("428");

    public bool HasId => Path.Contains("{id}", StringComparison.Ordinal);

    public bool Takes(string place, string name) => Parameters.Any(p => p["in"]!.ToString() == place && p["name"]!.ToString() == name);

    /// <summary>What the document says of an answer: null when it says nothing of its status or type.</summary>
    public JsonNode? AnswerFor(int status, string? mediaType)
    {
        if ((Responses[status.ToString()] ?? Responses[$"{status / 100}XX"]) is not { } response)
            return null;
        var content = contract.Follow(response)["content"]?.AsObject();
        return content is null ? new JsonObject() : mediaType is null ? null : content[mediaType];
    }

    public override string ToString() => $"{Id} ({Method} {Path})";
}
