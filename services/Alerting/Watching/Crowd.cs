using static System.FormattableString;

namespace Loadstone.Alerting.Watching;

/// <summary>
/// Keeps a storm readable. Ten breaches of a run may be open at once, and ten begin in a minute; what begins beyond that joins one alert that
/// counts them and names the first. That alert tells of its growth each ten seconds at most, and is over when all in it are.
/// </summary>
public sealed class Crowd
{
    /// <summary>The key of the alert for many.</summary>
    public const string Key = "many";

    private const int Most = 10;
    private const int Minute = 60;
    private const int TellEvery = 10;
    private const int Named = 5;

    private readonly HashSet<string> _alone = [];
    private readonly Queue<int> _begun = new();
    private readonly Dictionary<string, Breach> _together = [];
    private int _occurrence;
    private int _toldAt;
    private int _told;
    private bool _isOpen;

    /// <summary>Goes on where another instance stopped; what is in the crowd begins anew and joins it again.</summary>
    public void TakeOver(int occurrences, bool isOpen) => (_occurrence, _isOpen) = (occurrences, isOpen);

    /// <summary>A breach that had an alert of its own before this instance looked.</summary>
    public void TakeOver(string key) => _alone.Add(key);

    /// <summary>What of a second's changes is told, and how.</summary>
    public IReadOnlyList<Change> Take(int second, IEnumerable<Change> changes)
    {
        var told = new List<Change>();
        while (_begun.TryPeek(out var begun) && begun <= second - Minute)
            _begun.Dequeue();
        foreach (var change in changes)
        {
            if (change.IsOver ? _alone.Remove(change.Key) : MayBeAlone(change, second))
                told.Add(change);
            else if (change.IsOver)
                _together.Remove(change.Key);
            else
                _together[change.Key] = change.Breach;
        }

        return [.. told, .. TellOfMany(second)];
    }

    private bool MayBeAlone(Change change, int second)
    {
        if (_alone.Count >= Most || _begun.Count >= Most)
            return false;
        _begun.Enqueue(second);
        return _alone.Add(change.Key);
    }

    private IEnumerable<Change> TellOfMany(int second)
    {
        var kind = (_isOpen, _together.Count) switch
        {
            (false, > 0) when _occurrence == 0 || second - _toldAt >= TellEvery => ChangeKind.Began,
            (true, 0) => ChangeKind.Ended,
            (true, var count) when count > _told && second - _toldAt >= TellEvery => ChangeKind.Grew,
            _ => (ChangeKind?)null,
        };
        if (kind is not { } told)
            yield break;
        _isOpen = told != ChangeKind.Ended;
        _occurrence += told == ChangeKind.Began ? 1 : 0;
        (_toldAt, _told) = (second, _together.Count);
        yield return new Change(Describe(), _occurrence, told);
    }

    private Breach Describe()
    {
        var all = _together.Values;
        var first = string.Join("; ", all.Take(Named).Select(b => b.Message));
        return new Breach(
            Key, AlertSource.Crowd, all.Select(b => b.AlertType).DefaultIfEmpty().Max(), all.Select(b => b.Severity).DefaultIfEmpty().Max(), "breaches", null, Most, all.Count,
            Invariant($"{all.Count} more are breached, beside those with alerts of their own: {first}{(all.Count > Named ? "; …" : "")}"));
    }
}
