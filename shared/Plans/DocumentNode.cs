using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Plans;

/// <summary>
/// One object of a document being read. It gives out members by name, notes what is wrong with each instead of throwing,
/// and in the end <see cref="RefuseUnknown"/> names the members nobody asked for. Absent and null are the same.
/// </summary>
public sealed class DocumentNode
{
    private readonly JsonObject _members;
    private readonly HashSet<string> _asked = [];

    /// <summary>Starts reading at <paramref name="value"/>; anything but an object is an error and reads as empty.</summary>
    public DocumentNode(JsonNode? value, string path, DocumentErrors errors)
    {
        Path = path;
        Errors = errors;
        if (value is JsonObject members)
        {
            _members = members;
            return;
        }

        _members = [];
        if (value is not null || path.Length == 0)
            errors.Add(path, "must be an object");
    }

    /// <summary>The wire path of this object; empty at the root.</summary>
    public string Path { get; }

    /// <summary>Where errors of this document are noted.</summary>
    public DocumentErrors Errors { get; }

    /// <summary>The names present, in document order.</summary>
    public IEnumerable<string> Names => _members.Select(m => m.Key);

    /// <summary>True when the member is there and not null. It counts as asked for.</summary>
    public bool Has(string name) => Raw(name) is not null;

    /// <summary>The member as it stands, or null. It counts as asked for.</summary>
    public JsonNode? Raw(string name)
    {
        _asked.Add(name);
        return _members.TryGetPropertyValue(name, out var value) ? value : null;
    }

    /// <summary>The whole object as it stands, for whoever reads it in another way.</summary>
    public string ToJson() => _members.ToJsonString();

    /// <summary>Notes an error about a member.</summary>
    public void Error(string name, string message) => Errors.Add(At(name), message);

    /// <summary>A text of <paramref name="min"/> to <paramref name="max"/> characters, or null when absent or wrong.</summary>
    public string? Text(string name, int max = 200, int min = 1)
    {
        if (Raw(name) is not { } value)
            return null;
        if (value.GetValueKind() != JsonValueKind.String)
            return Wrong<string>(name, "must be a text");
        var text = value.GetValue<string>();
        return text.Length >= min && text.Length <= max
            ? text
            : Wrong<string>(name, $"must be between {min} and {max} characters");
    }

    /// <summary>A text that must be there; empty after noting the error when it is not.</summary>
    public string RequiredText(string name, int max = 200)
    {
        if (!Has(name))
            Error(name, "is required");
        var text = Text(name, max) ?? "";
        if (text.Length > 0 && string.IsNullOrWhiteSpace(text))
            Error(name, "must not be blank");
        return text;
    }

    /// <summary>The id of a thing, or null when absent or wrong.</summary>
    /// <param name="name">The member.</param>
    /// <param name="thing">What it is the id of, with its article.</param>
    public Guid? Id(string name, string thing)
    {
        if (Text(name) is not { } text)
            return null;
        if (Guid.TryParse(text, out var id))
            return id;
        Error(name, $"must be the id of {thing}");
        return null;
    }

    /// <summary>An id that must be there; empty after noting the error when it is not.</summary>
    public Guid RequiredId(string name, string thing)
    {
        if (!Has(name))
            Error(name, "is required");
        return Id(name, thing) ?? Guid.Empty;
    }

    /// <summary>An instant, in UTC where it names no offset; null when absent or wrong.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name, max: 50) is not { } text)
            return null;
        if (text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            return at;
        Error(name, "must be an instant such as 2030-01-31T12:00:00Z");
        return null;
    }

    /// <summary>A whole number between the limits, or null when absent or wrong.</summary>
    public int? Whole(string name, int min, int max)
    {
        var number = Number(name, min, max, whole: true);
        return number is null ? null : (int)number.Value;
    }

    /// <summary>A finite number between the limits, or null when absent or wrong.</summary>
    public double? Number(string name, double min, double max) => Number(name, min, max, whole: false);

    /// <summary>True or false; <paramref name="absent"/> when not given.</summary>
    public bool Flag(string name, bool absent)
    {
        if (Raw(name) is not { } value)
            return absent;
        if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return value.GetValue<bool>();
        Error(name, "must be true or false");
        return absent;
    }

    /// <summary>One of an enumeration's wire names (lower snake case), or null when absent or wrong.</summary>
    public T? OneOf<T>(string name) where T : struct, Enum
    {
        if (Raw(name) is not { } value)
            return null;
        if (value.GetValueKind() == JsonValueKind.String && WireNames<T>.ToValue.TryGetValue(value.GetValue<string>(), out var found))
            return found;
        Error(name, $"must be one of {string.Join(", ", WireNames<T>.ToValue.Keys)}");
        return null;
    }

    /// <summary>A nested object; null when absent.</summary>
    public DocumentNode? Object(string name) => Raw(name) is { } value ? new DocumentNode(value, At(name), Errors) : null;

    /// <summary>The elements of a list with their paths; empty when absent. More than <paramref name="most"/> are refused.</summary>
    public IEnumerable<(JsonNode? Value, string Path)> List(string name, int most = 1000)
    {
        if (Raw(name) is not { } value)
            return [];
        if (value is not JsonArray list)
        {
            Error(name, "must be a list");
            return [];
        }

        if (list.Count > most)
            Error(name, $"must have at most {most} elements");
        return list.Take(most).Select((element, i) => (element, $"{At(name)}[{i}]"));
    }

    /// <summary>The texts of a list; elements that are no text are errors.</summary>
    public IReadOnlyList<string> Texts(string name, int most = 1000, int max = 2000) =>
        [.. List(name, most).Select(e => AsText(e.Value, e.Path, max)).OfType<string>()];

    /// <summary>The members of a nested map, each as its key and the node that holds it; empty when absent.</summary>
    public IEnumerable<(string Key, DocumentNode Map)> Map(string name) =>
        Object(name) is { } map ? map.Names.ToArray().Select(key => (key, map)) : [];

    /// <summary>Names every member nobody asked for. Call it last.</summary>
    public void RefuseUnknown()
    {
        foreach (var name in Names.Where(n => !_asked.Contains(n)))
            Error(name, "is not a known member");
    }

    /// <summary>The wire path of a member of this object.</summary>
    public string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private double? Number(string name, double min, double max, bool whole)
    {
        if (Raw(name) is not { } value)
            return null;
        var kind = whole ? "a whole number" : "a number";
        if (value.GetValueKind() != JsonValueKind.Number || !TryDouble(value, out var number))
            return WrongNumber(name, $"must be {kind}");
        if (whole && number != Math.Floor(number))
            return WrongNumber(name, $"must be {kind}");
        return number >= min && number <= max ? number : WrongNumber(name, Range(kind, min, max));
    }

    private static string Range(string kind, double min, double max)
    {
        var low = min.ToString(CultureInfo.InvariantCulture);
        return max >= int.MaxValue ? $"must be {kind} of at least {low}"
            : $"must be {kind} between {low} and {max.ToString(CultureInfo.InvariantCulture)}";
    }

    private static bool TryDouble(JsonNode value, out double number) =>
        double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);

    private string? AsText(JsonNode? value, string path, int max)
    {
        if (value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text && text.Length <= max)
            return text;
        Errors.Add(path, $"must be a text of 1 to {max} characters");
        return null;
    }

    private T? Wrong<T>(string name, string message) where T : class
    {
        Error(name, message);
        return null;
    }

    private double? WrongNumber(string name, string message)
    {
        Error(name, message);
        return null;
    }
}

/// <summary>The wire names of an enumeration: its members in lower snake case.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public static class WireNames<T> where T : struct, Enum
{
    /// <summary>Wire name to value, in declaration order.</summary>
    public static readonly IReadOnlyDictionary<string, T> ToValue =
        Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()), v => v);
}
