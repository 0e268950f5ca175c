using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.Gateway.Api;

/// <summary>
/// The API as the files of this folder describe it, one file per area, merged into one OpenAPI document. It is the one table of
/// the API: routes, roles, rate classes and the published document all come from it, and so do the tests.
/// </summary>
internal sealed class ApiDocument
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    private static readonly string[] Sections = ["openapi", "info", "servers", "tags", "security", "paths", "components"];

    private ApiDocument(JsonObject json, IReadOnlyList<Operation> operations) => (Json, Operations) = (json, operations);

    /// <summary>The merged document as written, with the x- members.</summary>
    public JsonObject Json { get; }

    public IReadOnlyList<Operation> Operations { get; }

    public Operation this[string id] => Operations.First(o => o.Id == id);

    /// <summary>The files that are built into the gateway.</summary>
    /// <exception cref="InvalidOperationException">They do not fit together, said in one sentence.</exception>
    public static ApiDocument Load()
    {
        var assembly = typeof(ApiDocument).Assembly;
        return Merge(assembly.GetManifestResourceNames().Where(n => n.EndsWith(".yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return (name, reader.ReadToEnd());
        }));
    }

    /// <summary>Merges files, each by its name and text.</summary>
    /// <exception cref="InvalidOperationException">They do not fit together, said in one sentence.</exception>
    public static ApiDocument Merge(IEnumerable<(string Name, string Text)> files)
    {
        var whole = new JsonObject { ["openapi"] = "3.1.1", ["info"] = null, ["tags"] = new JsonArray(), ["paths"] = new JsonObject(), ["components"] = new JsonObject() };
        foreach (var (name, text) in files)
            Add(whole, name, Parse(name, text));
        References.MustResolve(whole);
        var operations = whole["paths"]!.AsObject().SelectMany(path => OperationsOf(whole, path.Key, path.Value!.AsObject())).ToList();
        if (operations.GroupBy(o => o.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Wrong($"{twice.Key} is the operationId of {string.Join(" and of ", twice.Select(o => $"{o.Method} {o.Path}"))}");
        return new ApiDocument(whole, operations);
    }

    private static JsonObject Parse(string name, string text)
    {
        var errors = new DocumentErrors();
        var json = PlanFile.ToJson(text, errors) as JsonObject;
        return errors.None && json is not null ? json : throw Wrong($"{name}: {(errors.None ? "is no object" : errors.All[0].Message)}");
    }

    private static void Add(JsonObject whole, string file, JsonObject part)
    {
        foreach (var (section, value) in part)
        {
            if (!Sections.Contains(section))
                throw Wrong($"{file} has an unknown section {section}");
            if (value is JsonObject members && section is "paths" or "components")
                AddMembers(whole[section]!.AsObject(), members, file, levels: 2);
            else if (value is JsonArray list && section == "tags")
                list.ToList().ForEach(tag => whole[section]!.AsArray().Add(tag!.DeepClone()));
            else
                whole[section] = value?.DeepClone();
        }
    }

    // Two files may describe different methods of a path, and different schemas; one thing in two ways is a mistake.
    private static void AddMembers(JsonObject whole, JsonObject part, string file, int levels)
    {
        foreach (var (name, value) in part)
        {
            if (!whole.TryGetPropertyValue(name, out var there))
                whole[name] = value?.DeepClone();
            else if (levels > 1 && there is JsonObject before && value is JsonObject more)
                AddMembers(before, more, file, levels - 1);
            else if (!JsonNode.DeepEquals(there, value))
                throw Wrong($"{file} describes {name} a second time, and otherwise");
        }
    }

    private static IEnumerable<Operation> OperationsOf(JsonObject whole, string path, JsonObject item) =>
        item.Where(member => Methods.Contains(member.Key)).Select(member => OperationOf(whole, member.Key, path, item, member.Value!.AsObject()));

    private static Operation OperationOf(JsonObject whole, string method, string path, JsonObject item, JsonObject json)
    {
        var place = $"{method.ToUpperInvariant()} {path}";
        var id = Text(json, "operationId") ?? throw Wrong($"{place} has no operationId");
        var service = Text(json, "x-service") ?? throw Wrong($"{place} has no x-service");
        if (service != Operation.Gateway && !Routes.Services.Contains(service))
            throw Wrong($"{place} is answered by {service}, which is no service");
        var parameters = new[] { item["parameters"], json["parameters"] }.OfType<JsonArray>().SelectMany(list => list).Select(p => References.Follow(whole, p!)).ToList();
        var ids = parameters.Where(p => Text(p, "in") == "path" && References.Follow(whole, p["schema"]!)["format"]?.ToString() == "uuid").Select(p => Text(p, "name")!).ToHashSet();
        return new Operation(
            id, method.ToUpperInvariant(), path, Operation.PatternOf(path, ids), service,
            OneOf<Role>(json, "x-role", place) ?? throw Wrong($"{place} has no x-role"),
            OneOf<RateClass>(json, "x-limit", place) ?? (method == "get" ? RateClass.Read : RateClass.Write),
            [.. (json["tags"] as JsonArray ?? []).Select(tag => tag!.ToString())], json["x-audit"]?.GetValue<bool>() ?? false,
            json["x-timeout"] is { } seconds ? TimeSpan.FromSeconds(seconds.GetValue<double>()) : null, json["x-body-limit"]?.GetValue<int>());
    }

    private static string? Text(JsonObject json, string name) => json[name]?.ToString();

    private static T? OneOf<T>(JsonObject json, string name, string place)
        where T : struct, Enum
    {
        if (Text(json, name) is not { } given)
            return null;
        return WireNames<T>.ToValue.TryGetValue(given, out var value) ? value
            : throw Wrong($"{place} has the {name} {given}, which is none of {string.Join(", ", WireNames<T>.ToValue.Keys)}");
    }

    internal static InvalidOperationException Wrong(string what) => new($"The API's documents are inconsistent: {what}.");
}
