using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;

namespace Loadstone.Plans;

/// <summary>Reads the data files a plan names, so that the plan carries its rows with it.</summary>
public static class FeederFile
{
    /// <summary>Reads a plan file and every data file it names, which are looked for beside it.</summary>
    /// <exception cref="InvalidPlanException">The plan is not valid, or a data file cannot be read.</exception>
    /// <exception cref="IOException">The plan file cannot be read.</exception>
    public static TestPlan LoadPlan(string path)
    {
        var plan = PlanFile.Parse(File.ReadAllText(path));
        var errors = new DocumentErrors();
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var feeders = plan.ScenarioConfig.DataGeneration?.ToDictionary(
            f => f.Key, f => f.Value.File is null ? f.Value : Read(f.Key, f.Value, folder, errors));
        return errors.None
            ? plan with { ScenarioConfig = plan.ScenarioConfig with { DataGeneration = feeders } }
            : throw new InvalidPlanException(errors);
    }

    private static Feeder Read(string name, Feeder feeder, string folder, DocumentErrors errors)
    {
        var path = Path.Combine(folder, feeder.File!);
        try
        {
            var rows = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(path) : ReadCsv(path);
            if (rows.Count > 0)
                return feeder with { File = null, Rows = rows };
            errors.Add($"scenario_config.data_generation.{name}.file", $"has no rows: {feeder.File}");
        }
        catch (Exception e) when (e is IOException or CsvHelperException or JsonException or UnauthorizedAccessException or InvalidOperationException)
        {
            errors.Add($"scenario_config.data_generation.{name}.file", $"cannot be read: {feeder.File} ({e.Message.Split('\n')[0].Trim()})");
        }

        return feeder;
    }

    private static List<IReadOnlyDictionary<string, string>> ReadCsv(string path)
    {
        using var csv = new CsvReader(new StreamReader(path), new CsvConfiguration(CultureInfo.InvariantCulture) { TrimOptions = TrimOptions.Trim });
        var rows = new List<IReadOnlyDictionary<string, string>>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
            rows.Add(csv.HeaderRecord!.ToDictionary(column => column, column => csv.GetField(column) ?? ""));
        return rows;
    }

    // A list of objects, or of bare values.
    private static List<IReadOnlyDictionary<string, string>> ReadJson(string path) => JsonNode.Parse(File.ReadAllText(path)) is JsonArray rows
        ? [.. rows.Select(row => row as JsonObject ?? new JsonObject { [Feeder.ValueColumn] = row?.DeepClone() }).Select(RowOf)]
        : throw new JsonException("it is no list");

    private static Dictionary<string, string> RowOf(JsonObject row) =>
        row.ToDictionary(m => m.Key, m => m.Value is JsonValue v && v.TryGetValue<string>(out var text) ? text : m.Value?.ToJsonString() ?? "");
}
