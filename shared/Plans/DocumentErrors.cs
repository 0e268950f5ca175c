namespace Loadstone.Plans;

/// <summary>One thing wrong with a document (a plan, or another resource): where, by its wire path, and what would be right.</summary>
/// <param name="Path">The wire path of the offending member, such as <c>load_pattern.stages[1].duration</c>.</param>
/// <param name="Message">One sentence without the path, such as <c>must be between 1 and 200 characters</c>.</param>
/// <param name="Line">The line in the plan file, from 1; null when the plan came as JSON over the wire.</param>
public sealed record DocumentError(string Path, string Message, int? Line = null)
{
    /// <summary>The error as a person reads it: line, path, sentence.</summary>
    public override string ToString() =>
        (Line is { } line ? $"line {line}: " : "") + (Path.Length == 0 ? "" : Path + ": ") + Message;
}

/// <summary>Everything found wrong while reading one document, so that one answer names every bad field.</summary>
public sealed class DocumentErrors
{
    // A hostile document must not make an answer of a million lines.
    private const int Most = 100;
    private readonly List<DocumentError> _all = [];

    /// <summary>The errors in the order they were found, at most 100.</summary>
    public IReadOnlyList<DocumentError> All => _all;

    /// <summary>True when nothing was found wrong.</summary>
    public bool None => _all.Count == 0;

    /// <summary>Where the parts of a plan file stood: wire path to line, from 1. Empty for JSON over the wire.</summary>
    internal Dictionary<string, int> Lines { get; } = [];

    /// <summary>Notes one error; the hundred-and-first and later ones are dropped.</summary>
    public void Add(string path, string message)
    {
        if (_all.Count < Most)
            _all.Add(new DocumentError(path, message, LineOf(path)));
    }

    /// <summary>The errors grouped by path, in the shape of the <c>errors</c> member of a validation problem.</summary>
    public Dictionary<string, string[]> ByPath() =>
        _all.GroupBy(e => e.Path).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray());

    // A member that is absent has no line of its own: its nearest parent's line is the place to look.
    private int? LineOf(string path)
    {
        for (var at = path; ; at = Parent(at))
        {
            if (Lines.TryGetValue(at, out var line))
                return line;
            if (at.Length == 0)
                return null;
        }
    }

    private static string Parent(string path)
    {
        var cut = path.LastIndexOfAny(['.', '[']);
        return cut < 0 ? "" : path[..cut];
    }
}

/// <summary>A document that is not a valid plan; <see cref="Errors"/> names every bad field.</summary>
public sealed class InvalidPlanException(DocumentErrors errors)
    : Exception(string.Join(Environment.NewLine, errors.All))
{
    /// <summary>What was wrong, field by field.</summary>
    public DocumentErrors Errors { get; } = errors;
}
