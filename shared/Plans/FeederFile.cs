using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;

namespace Loadstone.Plans;

/// <summary>Reads the data files a plan names, so that the plan carries its rows with it.</summary>
public static class FeederFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a plan file and every data file it names, which are looked for beside it.</summary>
    /// <exception cref="InvalidPlanException">The plan is not valid, or a data file cannot be read.</exception>
    /// <exception cref="IOException">The plan file cannot be read.</exception>
    public static TestPlan LoadPlan(string path) => Load(path, _ => false);

    /// <summary>As <see cref="LoadPlan"/>, for a platform: files named by their hash are left to it, for it has them.</summary>
    public static TestPlan LoadPlanToSend(string path) => Load(path, file => file.StartsWith("sha256:", StringComparison.Ordinal));

    private static TestPlan Load(string path, Predicate<string> isLeft)
    {
        var plan = PlanFile.Parse(File.ReadAllText(path));
        var errors = new DocumentErrors();
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var feeders = plan.ScenarioConfig.DataGeneration?.ToDictionary(
            f => f.Key, f => f.Value.File is null || isLeft(f.Value.File) ? f.Value : Read(f.Key, f.Value, folder, errors));
        return errors.None
            ? plan with { ScenarioConfig = plan.ScenarioConfig with { DataGeneration = feeders } }
            : throw new InvalidPlanException(errors);
    }

    /// <summary>The rows of a data file: a JSON list when its name says so, else CSV with a header line.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="content">What is in it, as UTF-8.</param>
    /// <exception cref="FormatException">It cannot be read; the message says why, and in which line.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> ReadRows(string name, Stream content)
    {
        using var text = new StreamReader(content, StrictUtf8);
        try
        {
            return name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(text) : ReadCsv(text);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("it is not UTF-8", e);
        }
    }

    private static Feeder Read(string name, Feeder feeder, string folder, DocumentErrors errors)
    {
        var path = Path.Combine(folder, feeder.File!);
        try
        {
            using var content = File.OpenRead(path);
            var rows = ReadRows(path, content);
            if (rows.Count > 0)
                return feeder with { File = null, Rows = rows };
            errors.Add($"scenario_config.data_generation.{name}.file", $"has no rows: {feeder.File}");
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            errors.Add($"scenario_config.data_generation.{name}.file", $"cannot be read: {feeder.File} ({e.Message.Split('\n')[0].Trim()})");
        }

        return feeder;
    }

    private static List<IReadOnlyDictionary<string, string>> ReadCsv(StreamReader text)
    {
        using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture) { TrimOptions = TrimOptions.Trim });
        try
        {
            var rows = new List<IReadOnlyDictionary<string, string>>();
            csv.Read();
            csv.ReadHeader();
            var columns = csv.HeaderRecord!;
            if (columns.GroupBy(c => c).FirstOrDefault(c => c.Count() > 1) is { } twice)
                throw new FormatException($"line 1: the column '{twice.Key}' is there twice");
            while (csv.Read())
                rows.Add(RowOf(columns, csv.Parser));
            return rows;
        }
        catch (CsvHelperException e)
        {
            throw new FormatException(e is ReaderException ? "it has no header line" : $"line {csv.Parser.RawRow}: a quote ends nowhere, or stands where none may", e);
        }
    }

    private static Dictionary<string, string> RowOf(string[] columns, IParser line)
    {
        var values = line.Record!;
        return values.Length == columns.Length ? columns.Zip(values).ToDictionary(c => c.First, c => c.Second)
            : throw new FormatException($"line {line.RawRow}: it has {Fields(values.Length)}, and the header {Fields(columns.Length)}");
    }

    private static string Fields(int count) => count == 1 ? "1 field" : $"{count} fields";

    // A list of objects, or of bare values.
    private static List<IReadOnlyDictionary<string, string>> ReadJson(StreamReader text)
    {
        try
        {
            return JsonNode.Parse(text.ReadToEnd(), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) is JsonArray rows
                ? [.. rows.Select(row => row as JsonObject ?? new JsonObject { [Feeder.ValueColumn] = row?.DeepClone() }).Select(RowOf)]
                : throw new FormatException("it is no list");
        }
        catch (JsonException e)
        {
            throw new FormatException(e.LineNumber is { } line ? $"line {line + 1}: it is not JSON" : "it names a member twice", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("it holds what is no text", e);
        }
    }

    private static Dictionary<string, string> RowOf(JsonObject row) =>
        row.ToDictionary(m => m.Key, m => m.Value is JsonValue v && v.TryGetValue<string>(out var text) ? text : m.Value?.ToJsonString() ?? "");
}
