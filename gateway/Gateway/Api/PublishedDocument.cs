using System.Text.Json.Nodes;

namespace Loadstone.Gateway.Api;

/// <summary>
/// The document as callers read it: what holds for every operation is added to each, and what only the gateway needs is left
/// out, but for the role.
/// </summary>
internal static class PublishedDocument
{
    private const string Shown = "x-role";

    public static JsonObject Of(ApiDocument document)
    {
        var json = (JsonObject)document.Json.DeepClone();
        foreach (var operation in document.Operations)
            Complete(json["paths"]![operation.Path]![operation.Method.ToLowerInvariant()]!.AsObject(), operation);
        return json;
    }

    private static void Complete(JsonObject json, Operation operation)
    {
        foreach (var name in json.Select(member => member.Key).Where(name => name.StartsWith("x-", StringComparison.Ordinal) && name != Shown).ToList())
            json.Remove(name);
        if (operation.Role == Role.Anonymous)
            json["security"] = new JsonArray();
        var responses = json["responses"]!.AsObject();
        foreach (var (status, answer) in EverywhereFor(json, operation))
            responses.TryAdd(status, new JsonObject { ["$ref"] = $"#/components/responses/{answer}" });
    }

    private static IEnumerable<(string Status, string Answer)> EverywhereFor(JsonObject json, Operation operation)
    {
        yield return ("400", "BadRequest");
        if (operation.Role != Role.Anonymous)
        {
            yield return ("401", "Unauthorized");
            yield return ("403", "Forbidden");
        }

        if (json.ContainsKey("requestBody"))
        {
            yield return ("413", "PayloadTooLarge");
            yield return ("415", "UnsupportedMediaType");
        }

        yield return ("429", "TooManyRequests");
        yield return ("5XX", "ServerError");
    }
}
