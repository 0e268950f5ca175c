using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Worker;

/// <summary>The sums of those seconds of a run that count for each of its criteria, kept as they pass: a run without a platform keeps no seconds.</summary>
internal sealed class SelectedSeconds(IReadOnlyList<Criterion> criteria)
{
    private readonly Dictionary<Criterion, MetricWindow> _sums = criteria.Where(c => c.IsOfSomeSeconds).Distinct().ToDictionary(c => c, _ => new MetricWindow { Seconds = 0 });

    public void Add(MetricWindow second)
    {
        foreach (var (criterion, sum) in _sums)
        {
            if (second.Seconds > 0 && criterion.Counts(second.Phase, second.ValueOf))
                sum.AddSeconds(second);
        }
    }

    /// <summary>What a criterion is about; null when nothing was measured of it, as of the time to recover from a spike, which takes all seconds at once.</summary>
    public double? ValueOf(Criterion criterion, MetricWindow total) =>
        (_sums.TryGetValue(criterion, out var sum) ? sum.Seconds > 0 ? sum : null : total)?.ValueOf(criterion.Metric, criterion.Operation);
}
