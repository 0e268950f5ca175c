using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Loadstone.Plans.Tests;

/// <summary>Holds JSON against a schema: the part of JSON Schema 2020-12 that ours use, and it refuses to judge by any other.</summary>
/// <param name="document">What references point into.</param>
/// <param name="describesAll">Stricter in one way: a member that no schema names is an error unless additionalProperties lets it in.</param>
internal sealed class JsonSchemaCheck(JsonObject document, bool describesAll = false)
{
    private static readonly HashSet<string> Known =
    [
        "$ref", "$defs", "$schema", "$id", "title", "description", "externalDocs", "default", "example", "examples", "type", "format", "enum", "const", "required", "properties", "additionalProperties",
        "propertyNames", "minProperties", "maxProperties", "items", "minItems", "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    ];

    private static readonly string[] Combining = ["allOf", "anyOf", "oneOf"];

    /// <summary>What is wrong with a member that no schema names.</summary>
    public const string Unknown = "is not a known member";

    /// <summary>What is wrong with a value; by the document, unless a schema in it is given.</summary>
    public IReadOnlyList<(string Path, string Message)> ErrorsOf(JsonNode? value, JsonNode? schema = null)
    {
        var errors = new List<(string, string)>();
        HoldWhole(value, schema ?? document, "", errors);
        return errors;
    }

    // A value that several schemas may speak of is described by any of them.
    private void HoldWhole(JsonNode? value, JsonNode schema, string path, List<(string, string)> errors)
    {
        Hold(value, schema, path, errors);
        var named = new HashSet<string>();
        if (describesAll && value is JsonObject json && NamesAll(schema, named))
            errors.AddRange(json.Select(m => m.Key).Where(name => !named.Contains(name)).Select(name => (At(path, name), Unknown)));
    }

    // The members a schema names; false when it lets in others, too.
    private bool NamesAll(JsonNode schema, HashSet<string> named)
    {
        if (schema is not JsonObject s || LetsInOthers(s))
            return false;
        named.UnionWith((s["properties"] as JsonObject)?.Select(p => p.Key) ?? []);
        var parts = Combining.Select(word => s[word]).OfType<JsonArray>().SelectMany(list => list).Select(part => part!).ToList();
        if (s["$ref"] is { } reference)
            parts.Add(Follow(reference));
        return parts.All(part => NamesAll(part, named)) && (parts.Count > 0 || s.ContainsKey("properties") || s["type"]?.ToString() == "object");
    }

    private static bool LetsInOthers(JsonObject s) => s["additionalProperties"] is JsonObject || s["additionalProperties"]?.ToString() == "true";

    private JsonNode Follow(JsonNode reference) => reference.ToString().Split('/').Skip(1).Aggregate((JsonNode)document, (at, step) => at[step]!);

    private void Hold(JsonNode? value, JsonNode schema, string path, List<(string, string)> errors)
    {
        if (schema is not JsonObject s)
            return;
        foreach (var word in s.Select(m => m.Key).Where(k => !Known.Contains(k)))
            throw new NotSupportedException($"The schema says {word}, which nothing here understands.");
        if (s["$ref"] is { } reference)
            Hold(value, Follow(reference), path, errors);
        if (s["type"] is { } type && !(type is JsonArray types ? types.Select(t => t!.ToString()) : [type.ToString()]).Any(t => IsA(value, t)))
            errors.Add((path, $"is no {type.ToJsonString()}"));
        if (s["const"] is { } only && !JsonNode.DeepEquals(only, value))
            errors.Add((path, $"is not {only.ToJsonString()}"));
        if (s["enum"] is JsonArray choices && !choices.Any(c => JsonNode.DeepEquals(c, value)))
            errors.Add((path, $"is none of {choices.ToJsonString()}"));
        HoldParts(value, s, path, errors);
        switch (value)
        {
            case JsonObject json: HoldObject(json, s, path, errors); break;
            case JsonArray list: HoldList(list, s, path, errors); break;
            case JsonValue single: HoldValue(single, s, path, errors); break;
        }
    }

    private void HoldParts(JsonNode? value, JsonObject s, string path, List<(string, string)> errors)
    {
        foreach (var part in s["allOf"] as JsonArray ?? [])
            Hold(value, part!, path, errors);
        if (s["anyOf"] is JsonArray any && !any.Any(c => Fits(value, c!)))
        {
            errors.Add((path, "is of none of its kinds"));
            // Which kind was meant shows by the type; what is wrong inside is worth more than that there is something.
            errors.AddRange(any.Select(c => ErrorsWithin(value, c!, path)).Where(inside => inside.All(e => e.Path != path)).SelectMany(inside => inside));
        }

        if (s["oneOf"] is JsonArray one && one.Count(c => Fits(value, c!)) != 1)
            errors.Add((path, "is not of exactly one of its kinds"));
        if (s["not"] is { } not && Fits(value, not))
            errors.Add((path, "is what it must not be"));
        if (s["if"] is { } condition && s[Fits(value, condition) ? "then" : "else"] is { } then)
            Hold(value, then, path, errors);
    }

    private void HoldObject(JsonObject json, JsonObject s, string path, List<(string, string)> errors)
    {
        foreach (var name in (s["required"] as JsonArray ?? []).Select(n => n!.ToString()).Where(n => !json.ContainsKey(n)))
            errors.Add((At(path, name), "is required"));
        HoldCount(json.Count, s, "Properties", path, errors);
        foreach (var (name, value) in json)
        {
            if (s["propertyNames"] is { } names && !Fits(name, names))
                errors.Add((At(path, name), Unknown));
            if (s["properties"]?[name] is { } property)
                HoldWhole(value, property, At(path, name), errors);
            else if (s["additionalProperties"] is JsonObject others)
                HoldWhole(value, others, At(path, name), errors);
            else if (s["additionalProperties"]?.ToString() == "false")
                errors.Add((At(path, name), Unknown));
        }
    }

    private void HoldList(JsonArray list, JsonObject s, string path, List<(string, string)> errors)
    {
        HoldCount(list.Count, s, "Items", path, errors);
        for (var i = 0; s["items"] is { } items && i < list.Count; i++)
            HoldWhole(list[i], items, $"{path}[{i}]", errors);
    }

    private static void HoldValue(JsonValue single, JsonObject s, string path, List<(string, string)> errors)
    {
        if (single.GetValueKind() == JsonValueKind.Number)
        {
            var number = double.Parse(single.ToJsonString(), CultureInfo.InvariantCulture);
            if (number < Limit(s, "minimum") || number > Limit(s, "maximum") || number <= Limit(s, "exclusiveMinimum"))
                errors.Add((path, "is out of its range"));
        }
        else if (single.GetValueKind() == JsonValueKind.String)
        {
            HoldCount(single.ToString().Length, s, "Length", path, errors);
            if (!IsOfFormat(single.ToString(), s["format"]?.ToString()))
                errors.Add((path, $"is no {s["format"]}"));
            if (s["pattern"] is { } pattern && !Regex.IsMatch(single.ToString(), pattern.ToString(), RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)))
                errors.Add((path, $"does not match {pattern}"));
        }
    }

    private static void HoldCount(int count, JsonObject s, string unit, string path, List<(string, string)> errors)
    {
        if (count < Limit(s, "min" + unit) || count > Limit(s, "max" + unit))
            errors.Add((path, $"has {count} {unit}"));
    }

    private List<(string Path, string Message)> ErrorsWithin(JsonNode? value, JsonNode schema, string path)
    {
        var errors = new List<(string, string)>();
        Hold(value, schema, path, errors);
        return errors;
    }

    private bool Fits(JsonNode? value, JsonNode schema) => ErrorsWithin(value, schema, "").Count == 0;

    private static double? Limit(JsonObject s, string name) => s[name] is { } limit ? double.Parse(limit.ToJsonString(), CultureInfo.InvariantCulture) : null;

    private static string At(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static bool IsOfFormat(string text, string? format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => true,
    };

    private static bool IsA(JsonNode? value, string type) => (value?.GetValueKind(), type) switch
    {
        (null, "null") or (JsonValueKind.Object, "object") or (JsonValueKind.Array, "array") or (JsonValueKind.String, "string") => true,
        (JsonValueKind.True or JsonValueKind.False, "boolean") or (JsonValueKind.Number, "number") => true,
        (JsonValueKind.Number, "integer") => double.IsInteger(double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture)),
        _ => false,
    };
}
