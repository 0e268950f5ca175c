using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>What a step checks of its answers and keeps from them, ready to be applied. Shared by all users; holds no state of any.</summary>
internal sealed class AnswerRules
{
    private readonly IReadOnlyList<int>? _statuses;
    private readonly long? _maxTimeNs;
    private readonly List<(JsonPath Path, string? Expected)> _jsonChecks = [];
    private readonly List<(string Name, string? Expected)> _headerChecks = [];
    private readonly List<byte[]> _texts = [];
    private readonly List<Regex> _patterns = [];
    private readonly List<(int Slot, JsonPath Path)> _jsonValues = [];
    private readonly List<(int Slot, string Name)> _headerValues = [];
    private readonly List<(int Slot, string Name)> _cookieValues = [];
    private readonly List<(int Slot, Regex Pattern)> _matches = [];

    public AnswerRules(HttpStep step, Func<string, int> slotOf)
    {
        foreach (var check in step.Checks ?? [])
            AddCheck(check);
        foreach (var (variable, place) in step.Extract ?? new Dictionary<string, Extraction>())
            AddExtraction(slotOf(variable), place);
        _statuses = step.Checks?.Select(c => c.Status).FirstOrDefault(s => s is not null);
        _maxTimeNs = step.Checks?.Select(c => c.MaxTime).Min()?.Ticks * 100;
    }

    /// <summary>True when the body is looked at.</summary>
    public bool NeedsBody => _jsonChecks.Count + _texts.Count + _patterns.Count + _jsonValues.Count + _matches.Count > 0;

    /// <summary>True when headers are looked at.</summary>
    public bool NeedsHead => _headerChecks.Count + _headerValues.Count + _cookieValues.Count > 0;

    /// <summary>True when the status is as it should be: one of those checked for, or below 400 when none is.</summary>
    public bool IsRight(int status) => _statuses?.Contains(status) ?? status < 400;

    /// <summary>Applies what looks at the head.</summary>
    public void ApplyToHead(ReadOnlySpan<byte> head, VirtualUser user, ref CheckCounts counts)
    {
        foreach (var (name, expected) in _headerChecks)
            counts.Add(ResponseHead.ValuesOf(head, name) is { Count: > 0 } values && (expected is null || values.Contains(expected)));
        foreach (var (slot, name) in _headerValues)
            Keep(user, slot, ResponseHead.ValuesOf(head, name).FirstOrDefault(), ref counts);
        foreach (var (slot, name) in _cookieValues)
            Keep(user, slot, CookieOf(head, name), ref counts);
    }

    /// <summary>Applies what looks at the status, the time and the body.</summary>
    public void ApplyToWhole(int status, long responseNs, ReadOnlySpan<byte> body, VirtualUser user, ref CheckCounts counts)
    {
        if (_statuses is not null)
            counts.Add(_statuses.Contains(status));
        if (_maxTimeNs is { } maxNs)
            counts.Add(responseNs < maxNs);
        if (!NeedsBody)
            return;
        foreach (var (path, expected) in _jsonChecks)
            counts.Add(JsonSearch.Find(body, path) is { } found && (expected is null || found == expected));
        foreach (var text in _texts)
            counts.Add(body.IndexOf(text) >= 0);
        foreach (var pattern in _patterns)
            counts.Add(pattern.IsMatch(Encoding.UTF8.GetString(body)));
        foreach (var (slot, path) in _jsonValues)
            Keep(user, slot, JsonSearch.Find(body, path), ref counts);
        foreach (var (slot, pattern) in _matches)
            Keep(user, slot, Match(pattern, body), ref counts);
    }

    // Something to keep that is not there counts as a failed check: later steps will miss it.
    private static void Keep(VirtualUser user, int slot, string? value, ref CheckCounts counts)
    {
        user.Variables[slot] = value;
        if (value is null)
            counts.Add(false);
    }

    private static string? CookieOf(ReadOnlySpan<byte> head, string name) =>
        ResponseHead.ValuesOf(head, "set-cookie").Where(c => c.StartsWith(name + "=", StringComparison.Ordinal))
            .Select(c => c[(name.Length + 1)..].Split(';')[0]).LastOrDefault();

    private static string? Match(Regex pattern, ReadOnlySpan<byte> body) => pattern.Match(Encoding.UTF8.GetString(body)) switch
    {
        { Success: false } => null,
        { Groups: { Count: > 1 } groups } => groups[1].Value,
        var whole => whole.Value,
    };

    private void AddCheck(Check check)
    {
        var expected = check.EqualTo is { } value
            ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()
            : null;
        if (check.Json is { } json && JsonPath.TryParse(json, out var path))
            _jsonChecks.Add((path, expected));
        if (check.Header is { } header)
            _headerChecks.Add((header, expected));
        if (check.Text is { } text)
            _texts.Add(Encoding.UTF8.GetBytes(text));
        if (check.Regex is { } regex)
            _patterns.Add(PatternOf(regex));
    }

    private void AddExtraction(int slot, Extraction place)
    {
        if (place.Json is { } json && JsonPath.TryParse(json, out var path))
            _jsonValues.Add((slot, path));
        if (place.Header is { } header)
            _headerValues.Add((slot, header));
        if (place.Cookie is { } cookie)
            _cookieValues.Add((slot, cookie));
        if (place.Regex is { } regex)
            _matches.Add((slot, PatternOf(regex)));
    }

    private static Regex PatternOf(string pattern) => new(pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
}

/// <summary>How the checks of one answer came out.</summary>
internal struct CheckCounts
{
    public int Passed;
    public int Failed;

    public void Add(bool passed)
    {
        if (passed)
            Passed++;
        else
            Failed++;
    }
}
