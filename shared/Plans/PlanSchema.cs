using System.Reflection;
using System.Text.Json.Nodes;

namespace Loadstone.Plans;

/// <summary>
/// What plan files and journeys may say, as JSON Schema 2020-12, so that editors complete them and mark what is wrong. The
/// readers know more: what the schema refuses they refuse too, but not the other way round.
/// </summary>
public static class PlanSchema
{
    private const string Definitions = "$defs";
    private static readonly Lazy<JsonObject> Whole = new(Read);

    /// <summary>The schema of a whole plan.</summary>
    public static JsonObject Plan => (JsonObject)Whole.Value.DeepClone();

    /// <summary>The schema of a scenario's <c>user_journey</c>, with every kind of step.</summary>
    public static JsonObject Journey
    {
        get
        {
            var all = Whole.Value[Definitions]!.AsObject();
            var journey = (JsonObject)all[nameof(Journey)]!.DeepClone();
            journey.Insert(0, "$schema", Whole.Value["$schema"]!.DeepClone());
            journey.Insert(1, "$id", "/schemas/journey.json");
            journey.Insert(2, "title", "Loadstone journey");
            journey[Definitions] = new JsonObject(Needed(all, journey).Order(StringComparer.Ordinal).Select(name => KeyValuePair.Create(name, all[name]?.DeepClone())));
            return journey;
        }
    }

    private static HashSet<string> Needed(JsonObject all, JsonNode from)
    {
        var needed = new HashSet<string>();
        var open = new Stack<JsonNode>([from]);
        while (open.TryPop(out var node))
        {
            if (node is JsonObject json && json["$ref"]?.ToString().Split('/')[^1] is { } name && needed.Add(name))
                open.Push(all[name]!);
            foreach (var child in node switch { JsonObject o => o.Select(m => m.Value), JsonArray a => a, _ => [] })
            {
                if (child is not null)
                    open.Push(child);
            }
        }

        return needed;
    }

    private static JsonObject Read()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Loadstone.Plans.Schemas.plan.yaml")!);
        var errors = new DocumentErrors();
        return PlanFile.ToJson(reader.ReadToEnd(), errors) as JsonObject ?? throw new InvalidPlanException(errors);
    }
}
