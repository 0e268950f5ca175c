using Loadstone.Alerting.Rules;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Alerting.Watching;

/// <summary>
/// Holds a run's criteria, and the rules that are for it, against its last seconds, second by second, and looks for changes in its course. Of a
/// run's criteria, throughput and totals are not watched: they only mean something at the end. A watch that takes a run over from another
/// goes on with the breaches there were, and judges again when it has seen five seconds.
/// </summary>
public sealed class Watch
{
    private static readonly string[] OnlyAtTheEnd = ["throughput_rps", "requests_per_minute", "total_requests", "failed_requests", "dropped_iterations", Criterion.RecoveryTime];

    private readonly Threshold[] _thresholds;
    private readonly Detection[] _detections;
    private readonly Recent _recent = new();
    private readonly Crowd _crowd = new();
    private int? _firstSecond;

    /// <param name="criteria">What the run must hold.</param>
    /// <param name="rules">The rules that are for it.</param>
    /// <param name="thresholds">What else is to hold while it goes on.</param>
    /// <param name="isOpen">Whether its load is so many arrivals, and not so many users.</param>
    /// <param name="changesByDesign">Whether its course does, so that nothing is looked for in it.</param>
    public Watch(
        IReadOnlyList<Criterion> criteria, IReadOnlyList<AlertRule>? rules = null, IReadOnlyList<AlertThreshold>? thresholds = null, bool isOpen = false, bool changesByDesign = false)
    {
        _thresholds =
        [
            .. criteria.Where(c => !OnlyAtTheEnd.Contains(c.Metric)).Select(c => new Threshold(c)),
            .. (thresholds ?? []).Select(Threshold.Of),
            .. (rules ?? []).Where(r => r.Terms.Criterion is not null).Select(r => new Threshold(r.Terms.Criterion!, r.Terms, r.Id)),
        ];
        _detections = changesByDesign ? [] : [.. Enum.GetValues<DetectionKind>().SelectMany(kind => DetectionsOf(kind, rules ?? [], isOpen))];
    }

    public static Watch Of(WatchedRun run, IEnumerable<AlertRule> rules) =>
        new([.. run.Criteria.All()], [.. rules.Where(r => r.Terms.IsFor(run))], run.Thresholds, run.IsOpen, run.ChangesByDesign);

    public int LastSecond { get; private set; } = -1;

    /// <summary>What is told apart: each has breaches of its own.</summary>
    public IEnumerable<string> Keys => Standings.Select(s => s.Key).Append(Crowd.Key);

    /// <summary>True until the rules that are relative to a baseline know it.</summary>
    public bool WantsBaseline => _thresholds.Any(t => t.WantsBaseline);

    private IEnumerable<Standing> Standings => _thresholds.AsEnumerable<Standing>().Concat(_detections);

    /// <summary>Gives the rules that are relative to a baseline what its run measured.</summary>
    public void Compare(MetricWindow baseline)
    {
        foreach (var threshold in _thresholds)
            threshold.Compare(baseline);
    }

    /// <summary>Goes on where another watch of the same run stopped.</summary>
    /// <param name="key">Which of the keys.</param>
    /// <param name="occurrences">The breaches there were of it.</param>
    /// <param name="isBreached">Whether the last of them goes on.</param>
    public void TakeOver(string key, int occurrences, bool isBreached)
    {
        if (key == Crowd.Key)
            _crowd.TakeOver(occurrences, isBreached);
        foreach (var standing in Standings.Where(s => s.Key == key))
        {
            standing.TakeOver(occurrences, isBreached);
            if (isBreached)
                _crowd.TakeOver(key);
        }
    }

    /// <summary>Takes the next second. One that was seen, or a correction of an earlier one, changes nothing.</summary>
    public IReadOnlyList<Change> Look(MetricWindow second)
    {
        if (second.Sequence <= LastSecond)
            return [];
        LastSecond = second.Sequence;
        _firstSecond ??= second.Sequence;
        _recent.Add(second);
        // What fewer seconds show may be over, or have gone on, in those that were not seen.
        if (_firstSecond > 0 && !_recent.IsFull)
            return [];
        var changes = _thresholds.Select(t => t.Look(_recent)).ToList();
        foreach (var burst in _detections.OfType<BurstDetection>())
            burst.IsTold = _thresholds.Any(t => t.IsOfAllErrors && t.IsBreached);
        changes.AddRange(_detections.Select(d => d.Look(_recent)));
        return _crowd.Take(second.Sequence, changes.OfType<Change>());
    }

    // Rules for a kind take the place of what is watched without any.
    private static IEnumerable<Detection> DetectionsOf(DetectionKind kind, IReadOnlyList<AlertRule> rules, bool isOpen)
    {
        var asked = rules.Where(r => r.Terms.Detects == kind).ToList();
        return asked.Count == 0 ? [Detection.Of(kind, null, isOpen)] : asked.Select(r => Detection.Of(kind, r, isOpen));
    }
}
