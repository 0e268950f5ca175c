using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Bodies with one thing wrong each, and the field that is to blame.</summary>
internal sealed class BadBodies(ApiContract contract)
{
    // What the platform sets may come back and means nothing, whatever it is.
    private static readonly string[] Unread = ["id", "is_active", "created_by", "created_at", "updated_at", "version"];

    public IEnumerable<(string What, string Field, JsonObject Body)> Of(ApiOperation operation, JsonObject right)
    {
        var (properties, required, open) = MembersOf(operation.BodySchema!);
        if (!open)
            yield return ("an unknown member", "no_such_member", With(right, "no_such_member", 1));
        foreach (var name in required)
            yield return ($"a body without {name}", name, Without(right, name));
        foreach (var (name, schema) in properties.Where(p => !Unread.Contains(p.Key)))
        {
            if (WrongFor(contract.Follow(schema)) is { } wrong)
                yield return ($"a wrong {name}", name, With(right, name, wrong));
        }
    }

    private (Dictionary<string, JsonNode> Properties, HashSet<string> Required, bool Open) MembersOf(JsonNode given)
    {
        var schema = contract.Follow(given);
        var properties = (schema["properties"] as JsonObject)?.ToDictionary(p => p.Key, p => p.Value!) ?? [];
        var required = (schema["required"] as JsonArray)?.Select(n => n!.ToString()).ToHashSet() ?? [];
        var open = schema["additionalProperties"] is JsonObject || schema["additionalProperties"]?.ToString() == "true" || schema["anyOf"] is not null;
        foreach (var part in (schema["allOf"] as JsonArray) ?? [])
        {
            var (more, needed, isOpen) = MembersOf(part!);
            foreach (var (name, property) in more)
                properties[name] = property;
            required.UnionWith(needed);
            open |= isOpen;
        }

        return (properties, required, open);
    }

    private static JsonNode? WrongFor(JsonNode schema) => schema["type"] switch
    {
        null => null,
        var type when type.ToJsonString().Contains("\"object\"", StringComparison.Ordinal) => 5,
        _ => new JsonObject { ["a"] = 1 },
    };

    private static JsonObject With(JsonObject right, string name, JsonNode value)
    {
        var body = right.DeepClone().AsObject();
        body[name] = value;
        return body;
    }

    private static JsonObject Without(JsonObject right, string name)
    {
        var body = right.DeepClone().AsObject();
        body.Remove(name);
        return body;
    }
}
