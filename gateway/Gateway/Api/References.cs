using System.Text.Json.Nodes;

namespace Loadstone.Gateway.Api;

/// <summary>The $ref of a document: each must lead to something within it.</summary>
internal static class References
{
    /// <summary>What a node stands for.</summary>
    public static JsonObject Follow(JsonObject whole, JsonNode node)
    {
        var found = node.AsObject();
        while (found["$ref"] is { } reference)
            found = Find(whole, reference.ToString());
        return found;
    }

    public static void MustResolve(JsonObject whole)
    {
        var open = new Stack<JsonNode>([whole]);
        while (open.TryPop(out var node))
        {
            if (node is JsonObject json && json["$ref"] is JsonValue reference)
                Find(whole, reference.ToString());
            foreach (var child in ChildrenOf(node))
                open.Push(child);
        }
    }

    private static JsonObject Find(JsonObject whole, string reference)
    {
        JsonNode? node = reference.StartsWith("#/", StringComparison.Ordinal) ? whole : null;
        foreach (var step in reference.Split('/').Skip(1))
            node = (node as JsonObject)?[step.Replace("~1", "/", StringComparison.Ordinal)];
        return node as JsonObject ?? throw ApiDocument.Wrong($"{reference} leads nowhere");
    }

    private static IEnumerable<JsonNode> ChildrenOf(JsonNode node) => node switch
    {
        JsonObject json => json.Select(member => member.Value).OfType<JsonNode>(),
        JsonArray list => list.OfType<JsonNode>(),
        _ => [],
    };
}
