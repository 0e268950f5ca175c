using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>
/// Holds JSON against a schema of the document: the part of JSON Schema 2020-12 that it uses. Stricter in one way: a member
/// that no schema names is an error unless additionalProperties lets it in, for what is answered is to be described.
/// </summary>
internal sealed class SchemaCheck(ApiContract contract)
{
    public IReadOnlyList<string> ErrorsOf(JsonNode? value, JsonNode schema)
    {
        var errors = new List<string>();
        Check(value, schema, "$", errors);
        return errors;
    }

    private void Check(JsonNode? value, JsonNode schema, string path, List<string> errors)
    {
        Hold(value, schema, path, errors);
        var known = new HashSet<string>();
        if (value is JsonObject json && Collect(schema, known))
            errors.AddRange(json.Select(m => m.Key).Where(name => !known.Contains(name)).Select(name => $"{path}.{name} is not described"));
    }

    private void Hold(JsonNode? value, JsonNode given, string path, List<string> errors)
    {
        if (contract.Follow(given) is not JsonObject schema)
            return;
        foreach (var part in (schema["allOf"] as JsonArray) ?? [])
            Hold(value, part!, path, errors);
        foreach (var choice in new[] { "anyOf", "oneOf" })
        {
            if (schema[choice] is JsonArray choices && !choices.Any(c => Fits(value, c!)))
                errors.Add($"{path} is none of its {choices.Count} kinds: {Short(value)}");
        }

        if (schema["const"] is { } only && !JsonNode.DeepEquals(only, value))
            errors.Add($"{path} is not {only.ToJsonString()}: {Short(value)}");
        if (schema["enum"] is JsonArray names && !names.Any(n => JsonNode.DeepEquals(n, value)))
            errors.Add($"{path} is none of {names.ToJsonString()}: {Short(value)}");
        if (schema["type"] is { } type && !(type is JsonArray types ? types.Select(t => t!.ToString()) : [type.ToString()]).Any(t => IsA(value, t)))
            errors.Add($"{path} is no {type}: {Short(value)}");
        else
            HoldKind(value, schema, path, errors);
    }

    private void HoldKind(JsonNode? value, JsonObject schema, string path, List<string> errors)
    {
        switch (value?.GetValueKind())
        {
            case JsonValueKind.Object:
                HoldObject(value.AsObject(), schema, path, errors);
                break;
            case JsonValueKind.Array:
                HoldLength(value.AsArray().Count, schema, "Items", path, errors);
                for (var i = 0; schema["items"] is { } items && i < value.AsArray().Count; i++)
                    Check(value[i], items, $"{path}[{i}]", errors);
                break;
            case JsonValueKind.String:
                HoldText(value.GetValue<string>(), schema, path, errors);
                break;
            case JsonValueKind.Number:
                HoldNumber(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture), schema, path, errors);
                break;
        }
    }

    private void HoldObject(JsonObject value, JsonObject schema, string path, List<string> errors)
    {
        foreach (var name in (schema["required"] as JsonArray)?.Select(n => n!.ToString()).Where(n => !value.ContainsKey(n)) ?? [])
            errors.Add($"{path}.{name} is missing");
        foreach (var (name, member) in value)
        {
            if (schema["properties"]?[name] is { } property)
                Check(member, property, $"{path}.{name}", errors);
            else if (schema["additionalProperties"] is JsonObject others)
                Check(member, others, $"{path}.{name}", errors);
        }
    }

    private static void HoldText(string value, JsonObject schema, string path, List<string> errors)
    {
        HoldLength(value.Length, schema, "Length", path, errors);
        if (schema["format"]?.ToString() == "uuid" && !Guid.TryParseExact(value, "D", out _))
            errors.Add($"{path} is no uuid: {value}");
        if (schema["format"]?.ToString() == "date-time" && !DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _))
            errors.Add($"{path} is no date-time: {value}");
        if (schema["pattern"] is { } pattern && !Regex.IsMatch(value, pattern.ToString(), RegexOptions.None, TimeSpan.FromSeconds(1)))
            errors.Add($"{path} does not match {pattern}: {value}");
    }

    private static void HoldNumber(double value, JsonObject schema, string path, List<string> errors)
    {
        if (value < Limit(schema, "minimum") || value <= Limit(schema, "exclusiveMinimum") || value > Limit(schema, "maximum"))
            errors.Add($"{path} is out of its range: {value}");
    }

    private static void HoldLength(int length, JsonObject schema, string unit, string path, List<string> errors)
    {
        if (length < Limit(schema, "min" + unit) || length > Limit(schema, "max" + unit))
            errors.Add($"{path} has a length out of its range: {length}");
    }

    private static double? Limit(JsonObject schema, string name) => schema[name]?.GetValue<double>();

    private bool Fits(JsonNode? value, JsonNode schema)
    {
        var errors = new List<string>();
        Hold(value, schema, "", errors);
        return errors.Count == 0;
    }

    // The members a schema names; false when it lets in others, too.
    private bool Collect(JsonNode given, HashSet<string> known)
    {
        if (contract.Follow(given) is not JsonObject { Count: > 0 } schema || schema["additionalProperties"] is JsonObject || schema["additionalProperties"]?.ToString() == "true")
            return false;
        known.UnionWith((schema["properties"] as JsonObject)?.Select(p => p.Key) ?? []);
        var closed = schema.ContainsKey("properties") || schema["type"]?.ToString() == "object";
        foreach (var part in new[] { "allOf", "anyOf", "oneOf" }.Select(name => schema[name]).OfType<JsonArray>().SelectMany(list => list))
        {
            if (!Collect(part!, known))
                return false;
            closed = true;
        }

        return closed;
    }

    private static bool IsA(JsonNode? value, string type) => (value?.GetValueKind(), type) switch
    {
        (null, "null") or (JsonValueKind.Object, "object") or (JsonValueKind.Array, "array") or (JsonValueKind.String, "string") => true,
        (JsonValueKind.True or JsonValueKind.False, "boolean") or (JsonValueKind.Number, "number") => true,
        (JsonValueKind.Number, "integer") => double.IsInteger(double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture)),
        _ => false,
    };

    private static string Short(JsonNode? value) => value?.ToJsonString() is { } text ? text[..Math.Min(200, text.Length)] : "null";
}
