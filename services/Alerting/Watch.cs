using System.Globalization;
using Loadstone.Alerting.Rules;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Alerting;

/// <summary>A breach that began or ended with a second.</summary>
/// <param name="Criterion">What was breached.</param>
/// <param name="Occurrence">Which breach of it in this run, from 1.</param>
/// <param name="Value">The value that showed it.</param>
/// <param name="IsOver">True when the breach ended.</param>
/// <param name="Rule">The rule that asked for it; null when a criterion of the run did.</param>
public sealed record Change(Criterion Criterion, int Occurrence, double Value, bool IsOver, AlertRule? Rule = null)
{
    /// <summary>The same for every breach of the same threshold.</summary>
    public string Key => KeyOf(Criterion, Rule);

    public static string KeyOf(Criterion criterion, AlertRule? rule) => rule?.Id.ToString() ?? criterion.Title;
}

/// <summary>
/// Holds a run's criteria, and the rules that are for it, against its last seconds, second by second. A criterion is breached
/// when it does not hold over the last five seconds together, a rule when it has not for so many looks as it says; the breach is
/// over when it has held for three such looks in a row, so that a value at its limit makes one alert and not twenty. Of a run's
/// criteria, throughput, totals and those on chosen seconds are not watched: they only mean something at the end. A watch that takes a run over from another
/// goes on with the breaches there were, and judges again when it has seen five seconds.
/// </summary>
public sealed class Watch(IReadOnlyList<Criterion> criteria, IReadOnlyList<AlertRule>? rules = null)
{
    private const int SlidingSeconds = 5;
    private const int CalmLooks = 3;

    private static readonly string[] OnlyAtTheEnd = ["throughput_rps", "requests_per_minute", "total_requests", "failed_requests", "dropped_iterations"];

    private readonly Standing[] _standings =
    [
        .. criteria.Where(c => !c.NeedsSeconds && !OnlyAtTheEnd.Contains(c.Metric)).Select(c => new Standing(c, null)),
        .. (rules ?? []).Select(r => new Standing(r.Terms.Criterion, r)),
    ];

    private readonly Queue<MetricWindow> _last = new();

    private int? _firstSecond;

    public int LastSecond { get; private set; } = -1;

    /// <summary>What is told apart: each has breaches of its own.</summary>
    public IEnumerable<string> Keys => _standings.Select(s => s.Key);

    /// <summary>Goes on where another watch of the same run stopped.</summary>
    /// <param name="key">Which of the keys.</param>
    /// <param name="occurrences">The breaches there were of it.</param>
    /// <param name="isBreached">Whether the last of them goes on.</param>
    public void TakeOver(string key, int occurrences, bool isBreached)
    {
        foreach (var standing in _standings.Where(s => s.Key == key))
            standing.TakeOver(occurrences, isBreached);
    }

    /// <summary>Takes the next second. One that was seen, or a correction of an earlier one, changes nothing.</summary>
    public IReadOnlyList<Change> Look(MetricWindow second)
    {
        if (second.Sequence <= LastSecond)
            return [];
        LastSecond = second.Sequence;
        _firstSecond ??= second.Sequence;
        _last.Enqueue(second);
        if (_last.Count > SlidingSeconds)
            _last.Dequeue();
        // What fewer seconds show may be over, or have gone on, in those that were not seen.
        if (_firstSecond > 0 && _last.Count < SlidingSeconds)
            return [];
        var sliding = new MetricWindow { Sequence = _last.Peek().Sequence, Seconds = 0 };
        foreach (var window in _last)
            sliding.AddSeconds(window);
        return [.. _standings.Select(s => s.Look(sliding)).OfType<Change>()];
    }

    /// <summary>How bad a breach is, by how far the value is beyond its limit: up to 1.2 times low, 1.5 medium, 2 high, else critical.</summary>
    public static Severity SeverityOf(Change change)
    {
        var limit = Math.Max(Math.Abs(change.Criterion.Limit), 1e-9);
        return (change.Criterion.Comparison is Comparison.AtLeast or Comparison.Above ? limit / Math.Max(change.Value, 1e-9) : change.Value / limit) switch
        {
            <= 1.2 => Severity.Low,
            <= 1.5 => Severity.Medium,
            <= 2 => Severity.High,
            _ => Severity.Critical,
        };
    }

    public static string MessageOf(Change change) => string.Create(CultureInfo.InvariantCulture,
        $"{(change.Rule is { } rule ? $"{rule.Terms.Name}: " : "")}{change.Criterion.Title} does not hold over the last {SlidingSeconds} seconds: {change.Value:0.##}");

    private sealed class Standing(Criterion criterion, AlertRule? rule)
    {
        private readonly int _looks = Math.Max(1, (int)Math.Ceiling(rule?.Terms.ForDuration.TotalSeconds ?? 0));
        private int _occurrence;
        private bool _breached;
        private int _calm;
        private int _bad;

        public string Key => Change.KeyOf(criterion, rule);

        public void TakeOver(int occurrences, bool isBreached) => (_occurrence, _breached) = (occurrences, isBreached);

        public Change? Look(MetricWindow sliding)
        {
            if (sliding.ValueOf(criterion.Metric, criterion.Operation) is not { } value)
                return null;
            var holds = criterion.Judge(value).Passed;
            (_calm, _bad) = holds ? (_calm + 1, 0) : (0, _bad + 1);
            if (!_breached && _bad >= _looks)
            {
                _breached = true;
                return new Change(criterion, ++_occurrence, value, IsOver: false, rule);
            }

            if (!_breached || _calm < CalmLooks)
                return null;
            _breached = false;
            return new Change(criterion, _occurrence, value, IsOver: true, rule);
        }
    }
}
