using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Configuration.Exchange;

/// <summary>An OpenAPI 3 document as a journey: each operation once, with the examples it gives, or values made up by its schemas.</summary>
internal sealed class OpenApiImport(JsonObject document, Import import)
{
    private const int Deepest = 8;

    // Schemas that lead back to themselves in several members stand for far more values than anybody means.
    private const int MostMade = 20_000;
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete", "options", "head"];
    private static readonly string[] NoOperations = ["summary", "description", "servers", "parameters", "$ref"];

    private int _made;

    public static void Read(JsonNode? document, Import import)
    {
        if (document is not JsonObject json || json["openapi"]?.ToString().StartsWith("3.", StringComparison.Ordinal) != true)
            import.Errors.Add(document is JsonObject o && o.ContainsKey("swagger") ? "swagger" : "openapi", "must be 3.0 or 3.1: older ones can be converted first");
        else if (json["paths"] is not JsonObject paths)
            import.Errors.Add("paths", "is required, and must be an object");
        else
            new OpenApiImport(json, import).Read(paths);
    }

    private void Read(JsonObject paths)
    {
        var (prefix, steps) = (Prefix(), new JsonArray());
        foreach (var (path, value) in paths)
        {
            if (!path.StartsWith('/') || Follow(value) is not { } item)
            {
                import.Errors.Add($"paths.{path}", path.StartsWith('/') ? "must be an object" : "must begin with /");
                continue;
            }

            foreach (var (method, operation) in item.Where(m => !NoOperations.Contains(m.Key) && !m.Key.StartsWith("x-", StringComparison.Ordinal)))
            {
                if (Methods.Contains(method) && operation is JsonObject json)
                    steps.Add(StepOf(method.ToUpperInvariant(), prefix, path, item, json));
                else
                    import.Warn($"{import.Text(method)} {import.Text(path)} left out: a step has no such method");
            }
        }

        if (_made > MostMade)
            import.Warn($"Values were made up for the first {MostMade} places of the schemas only");
        foreach (var other in new[] { "webhooks" }.Where(document.ContainsKey))
            import.Warn($"{other} left out: the target makes them, not its users");
        import.AddScenario(Text(Follow(document["info"])?["title"]) is { Length: > 0 } title ? title : "api", steps);
    }

    // The environment says where; the document may say below which path.
    private string Prefix()
    {
        if (document["servers"] is not JsonArray { Count: > 0 } servers || Text(Follow(servers[0])?["url"]) is not { Length: > 0 } given)
            return "";
        var url = (Follow(servers[0])?["variables"] as JsonObject ?? []).Aggregate(given, (text, v) => text.Replace($"{{{v.Key}}}", Text(Follow(v.Value)?["default"]) ?? "", StringComparison.Ordinal));
        if (servers.Count > 1)
            import.Warn($"{servers.Count} servers: the path of the first is taken, {import.Text(url)}");
        var path = Uri.TryCreate(url, UriKind.Absolute, out var whole) && whole.Scheme is "http" or "https" ? whole!.AbsolutePath : url.StartsWith('/') ? url : "";
        if (whole is { Scheme: "http" or "https" } && !import.IsHere(whole))
            import.Warn($"The requests go to the environment, not to {whole.GetLeftPart(UriPartial.Authority)}");
        return path.TrimEnd('/');
    }

    private JsonObject StepOf(string method, string prefix, string path, JsonObject item, JsonObject operation)
    {
        var (query, headers) = (new JsonObject(), new JsonObject());
        var filled = import.Text(path);
        var parameters = new[] { item["parameters"], operation["parameters"] }.OfType<JsonArray>().SelectMany(list => list).Select(Follow).OfType<JsonObject>()
            .GroupBy(p => $"{p["in"]} {p["name"]}").Select(g => g.Last());
        foreach (var parameter in parameters)
        {
            var (name, place) = (Text(parameter["name"]) ?? "", Text(parameter["in"]));
            if (place == "path")
                filled = filled.Replace($"{{{name}}}", Encoded(ValueOf(parameter, name)), StringComparison.Ordinal);
            else if (parameter["required"]?.GetValueKind() != JsonValueKind.True && parameter["example"] is null)
                continue;
            else if (place == "query")
                query[name] = ValueOf(parameter, name);
            else if (place == "header" && name.AsSpan().IndexOfAny(" :\r\n") < 0)
                headers[name] = ValueOf(parameter, name);
            else
                import.Warn($"The {place} parameter {import.Text(name)} of {method} {import.Text(path)} left out");
        }

        if (filled.Contains('{', StringComparison.Ordinal) && !filled.Contains("{{", StringComparison.Ordinal))
            import.Warn($"{method} {import.Text(path)} has a part of its path that no parameter describes");
        var called = Text(operation["operationId"]) ?? Text(operation["summary"]);
        var step = new JsonObject
        {
            ["action"] = "http",
            ["name"] = Import.Short(string.IsNullOrWhiteSpace(called) ? $"{method} {path}" : called, 200),
            ["method"] = method,
            ["path"] = Import.Short(prefix + filled, 2000),
        };
        AddSecurity(operation, query, headers);
        AddBody(step, operation, headers);
        if (query.Count > 0)
            step["query"] = query;
        if (headers.Count > 0)
            step["headers"] = headers;
        if ((operation["responses"] as JsonObject)?.Select(r => r.Key).FirstOrDefault(r => r.Length == 3 && r[0] == '2' && int.TryParse(r, out _)) is { } status)
            step["checks"] = new JsonArray(new JsonObject { ["status"] = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture) });
        return step;
    }

    // Any one of the ways will do; the first is taken.
    private void AddSecurity(JsonObject operation, JsonObject query, JsonObject headers)
    {
        if ((operation["security"] ?? document["security"]) is not JsonArray { Count: > 0 } ways || ways[0] is not JsonObject first)
            return;
        foreach (var name in first.Select(s => s.Key))
        {
            var scheme = Follow(document["components"]?["securitySchemes"]?[name]);
            var (type, parameter) = (Text(scheme?["type"]), Text(scheme?["name"]) ?? "");
            if (type is "http" or "oauth2" or "openIdConnect")
                headers["Authorization"] = import.Secret("authorization", "the header Authorization");
            else if (type == "apiKey" && Text(scheme!["in"]) == "header" && parameter.AsSpan().IndexOfAny(" :\r\n") < 0)
                headers[parameter] = import.Secret(parameter, $"the header {parameter}");
            else if (type == "apiKey" && Text(scheme!["in"]) == "query")
                query[parameter] = import.Secret(parameter, $"the query parameter {parameter}");
            else
                import.Warn($"The security scheme {import.Text(name)} left out: nothing here says how it goes into a request");
        }
    }

    private void AddBody(JsonObject step, JsonObject operation, JsonObject headers)
    {
        if (Follow(operation["requestBody"])?["content"] is not JsonObject { Count: > 0 } content)
            return;
        var type = content.ContainsKey("application/json") ? "application/json" : content.Select(c => c.Key).FirstOrDefault(c => c.Contains("json", StringComparison.Ordinal)) ?? content.First().Key;
        var example = Follow(content[type]) is { } media ? ExampleOf(media) ?? Made(media["schema"], "", 0) : null;
        if (type.Contains("json", StringComparison.Ordinal))
            step["json"] = import.Json(example) ?? new JsonObject();
        else if (type is "application/x-www-form-urlencoded" && example is JsonObject fields)
            step["form"] = new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, (JsonNode?)import.Value(f.Key, PlainOf(f.Value)))));
        else if (example is JsonValue text && type.AsSpan().IndexOfAny("\r\n") < 0)
            (step["body"], headers["Content-Type"]) = (import.Text(text.ToString()), type);
        else
            import.Warn($"The body of {step["name"]} left out: it is {import.Text(type)}");
    }

    private string ValueOf(JsonObject parameter, string name) => import.Value(name, Import.Short(PlainOf(ExampleOf(parameter) ?? Made(parameter["schema"], name, 0)), 1000));

    private static string Encoded(string value) => value.StartsWith("{{", StringComparison.Ordinal) ? value : Uri.EscapeDataString(value);

    private JsonNode? ExampleOf(JsonObject holder) => holder["example"] ?? Follow((holder["examples"] as JsonObject)?.FirstOrDefault().Value)?["value"];

    // A value that the schema takes, as plain as can be.
    private JsonNode? Made(JsonNode? given, string name, int depth)
    {
        if (depth > Deepest || ++_made > MostMade || Follow(given) is not { } schema)
            return null;
        if ((schema["example"] ?? (schema["examples"] as JsonArray)?.FirstOrDefault() ?? schema["default"] ?? schema["const"] ?? (schema["enum"] as JsonArray)?.FirstOrDefault()) is { } said)
            return said;
        if (schema["allOf"] is JsonArray parts)
            return new JsonObject(parts.Select(p => Made(p, name, depth + 1)).OfType<JsonObject>().SelectMany(p => p).DistinctBy(m => m.Key).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray { Count: > 0 } choices)
            return Made(choices[0], name, depth + 1);
        return (schema["type"] is JsonArray types ? Text(types.FirstOrDefault(t => Text(t) != "null")) : Text(schema["type"])) switch
        {
            "object" or null when schema["properties"] is JsonObject members =>
                new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Made(m.Value, m.Key, depth + 1)?.DeepClone())).Where(m => m.Value is not null)),
            "object" => new JsonObject(),
            "array" => Made(schema["items"], name, depth + 1) is { } element ? new JsonArray(element.DeepClone()) : new JsonArray(),
            "integer" or "number" => schema["minimum"] is JsonValue least && least.GetValueKind() == JsonValueKind.Number ? least : JsonValue.Create(1),
            "boolean" => JsonValue.Create(true),
            _ => JsonValue.Create(TextFor(Text(schema["format"]))),
        };
    }

    private static string TextFor(string? format) => format is "uri" or "url" ? "https://example.com/" : Import.GeneratorOf.GetValueOrDefault(format ?? "", Import.GeneratorOf[""]);

    private static string PlainOf(JsonNode? value) => value is JsonValue single && single.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? "";

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    // What a node stands for; null when it is no object, or leads nowhere or in a circle.
    private JsonObject? Follow(JsonNode? node)
    {
        for (var hops = 0; node is JsonObject json && Text(json["$ref"]) is { } reference; hops++)
        {
            node = hops > Deepest || !reference.StartsWith("#/", StringComparison.Ordinal) ? null : reference.Split('/').Skip(1).Aggregate(
                (JsonNode?)document, (at, step) => (at as JsonObject)?[Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]);
            if (node is null)
                import.Warn($"{import.Text(Import.Short(reference, 200))} leads nowhere, or too far, or into another document: it is left out");
        }

        return node as JsonObject;
    }
}
