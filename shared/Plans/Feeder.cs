using System.Text.Json.Nodes;

namespace Loadstone.Plans;

/// <summary>How rows of data are handed out.</summary>
public enum FeedMode
{
    /// <summary>One after the other, a row for each iteration, from the start again after the last.</summary>
    Sequential,

    /// <summary>A row at random for each iteration.</summary>
    Random,

    /// <summary>A row of its own for each virtual user, kept for the user's life; no two users of a run share one.</summary>
    Unique,
}

/// <summary>A named list of data. Templates read it as <c>{{users.email}}</c>, or draw from it by <c>{{pick(skus)}}</c>.</summary>
public sealed record Feeder
{
    /// <summary>The column of a list that was given as bare values.</summary>
    public const string ValueColumn = "value";

    /// <summary>How many rows a list may have.</summary>
    public const int MostRows = 100_000;

    /// <summary>A CSV (RFC 4180, with a header line) or JSON file: beside the plan, or one that was uploaded, by its name or its hash.</summary>
    public string? File { get; init; }

    /// <summary>The rows, column to value.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Rows { get; init; }

    /// <summary>How the rows are handed out.</summary>
    public FeedMode Mode { get; init; }

    /// <summary>True when its author declares that the rows are made up. Production environments take no others.</summary>
    public bool Synthetic { get; init; }

    internal static (Dictionary<string, Feeder>? Feeders, int? Seed) ReadAll(DocumentNode parent)
    {
        if (parent.Object("data_generation") is not { } node)
            return (null, null);
        var seed = node.Whole("seed", 0, int.MaxValue);
        var feeders = node.Names.Where(n => n != "seed").ToDictionary(name => name, name => Read(node, name));
        return (feeders.Count == 0 ? null : feeders, seed);
    }

    private static Feeder Read(DocumentNode parent, string name)
    {
        if (name is "env" or "user" or "profile" or "message" or "random" or "now" or "fake")
            parent.Error(name, "is a name that templates use for something else");
        if (parent.Object(name) is not { } node)
            return new Feeder();
        var feeder = new Feeder
        {
            File = node.Text("file", 500),
            Rows = node.Has("values") ? ReadValues(node) : ReadRows(node),
            Mode = node.OneOf<FeedMode>("mode") ?? FeedMode.Sequential,
            Synthetic = node.Flag("synthetic", false),
        };
        if (new[] { "file", "rows", "values" }.Count(node.Has) != 1)
            parent.Error(name, "must have exactly one of file, rows and values");
        else if (feeder.Rows is { Count: 0 })
            parent.Error(name, "must not be empty");
        node.RefuseUnknown();
        return feeder;
    }

    private static List<IReadOnlyDictionary<string, string>> ReadValues(DocumentNode node) =>
        [.. node.List("values", MostRows).Select(v => new Dictionary<string, string> { [ValueColumn] = Scalar(v.Value, v.Path, node.Errors) })];

    private static List<IReadOnlyDictionary<string, string>>? ReadRows(DocumentNode node) =>
        node.Has("rows") ? [.. node.List("rows", MostRows).Select(r => ReadRow(r.Value, r.Path, node.Errors))] : null;

    private static Dictionary<string, string> ReadRow(JsonNode? value, string path, DocumentErrors errors)
    {
        var row = new DocumentNode(value, path, errors);
        return row.Names.ToDictionary(column => column, column => Scalar(row.Raw(column), row.At(column), errors));
    }

    private static string Scalar(JsonNode? value, string path, DocumentErrors errors)
    {
        if (value is JsonValue single)
            return single.TryGetValue<string>(out var text) ? text : single.ToJsonString();
        errors.Add(path, "must be a text or a number");
        return "";
    }
}
