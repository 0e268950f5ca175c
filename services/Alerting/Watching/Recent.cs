using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Alerting.Watching;

/// <summary>The last seconds of a run. What is asked of all of them together is merged from histograms, and only as far as it is asked for.</summary>
public sealed class Recent
{
    /// <summary>How many seconds.</summary>
    public const int Length = 5;

    private readonly Queue<Second> _seconds = new();
    private MetricWindow _together = new();

    public bool IsFull => _seconds.Count == Length;

    /// <summary>The newest second, with all its requests as one operation.</summary>
    public MetricWindow Newest { get; private set; } = new();

    public void Add(MetricWindow window)
    {
        Newest = window.Summary();
        _seconds.Enqueue(new Second(window, Newest));
        if (_seconds.Count > Length)
            _seconds.Dequeue();
        _together = Sum(_seconds, null);
    }

    /// <summary>The value of a criterion's metric over those of the seconds that count for it; null when there is none.</summary>
    public double? ValueOf(Criterion criterion)
    {
        if (!criterion.IsOfSomeSeconds && criterion.Operation is null)
            return _together.ValueOf(criterion.Metric, null);
        var counting = criterion.IsOfSomeSeconds ? [.. _seconds.Where(s => criterion.Counts(s.Window.Phase, s.Window.ValueOf))] : _seconds.ToList();
        return counting.Count == 0 ? null : Sum(counting, criterion.Operation).ValueOf(criterion.Metric, criterion.Operation);
    }

    private static MetricWindow Sum(IEnumerable<Second> seconds, string? operation)
    {
        var sum = new MetricWindow { Seconds = 0 };
        foreach (var second in seconds)
            sum.AddSeconds(operation is null ? second.Summary : second.Of(operation));
        return sum;
    }

    private sealed class Second(MetricWindow window, MetricWindow summary)
    {
        private ILookup<string, OperationWindow>? _operations;

        public MetricWindow Window => window;

        public MetricWindow Summary => summary;

        public MetricWindow Of(string operation)
        {
            _operations ??= window.Operations.ToLookup(o => o.Operation);
            return new MetricWindow { Sequence = window.Sequence, Seconds = window.Seconds, Operations = [.. _operations[operation]] };
        }
    }
}
