using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis.Findings;

/// <summary>A measured run as the rules look at it.</summary>
internal sealed class RunToExamine
{
    // Of the load's peak: where at least so much of it is on, the load stands.
    private const double Standing = 0.9;

    public RunToExamine(TestPlan plan, RunMeasurements measured)
    {
        (Plan, Total) = (plan, measured.Total);
        Seconds = [.. measured.Seconds.Where(s => s.Seconds > 0)];
        var peak = Seconds.Select(LoadIn).DefaultIfEmpty(0).Max();
        var standing = Seconds.Where(s => LoadIn(s) >= Standing * peak).ToList();
        Standstill = standing.Count == 0 ? [] : [.. Seconds.Where(s => s.Sequence >= standing[0].Sequence && s.Sequence <= standing[^1].Sequence)];
    }

    public TestPlan Plan { get; }

    public MetricWindow Total { get; }

    /// <summary>The seconds of load.</summary>
    public IReadOnlyList<MetricWindow> Seconds { get; }

    /// <summary>The seconds from when the load first stood at its peak to when it last did.</summary>
    public IReadOnlyList<MetricWindow> Standstill { get; }

    /// <summary>Whether users decide how much is asked; else the plan's rate does.</summary>
    public bool IsClosed => !Plan.IsOpen;

    public IEnumerable<OperationWindow> Operations => Total.Operations.Where(o => o.Kind == OperationKind.Request);

    public string? PhaseAt(int second) => Seconds.FirstOrDefault(s => s.Sequence == second)?.Phase;

    public static OperationWindow? In(MetricWindow second, OperationWindow like) =>
        second.Operations.FirstOrDefault(o => o.Scenario == like.Scenario && o.Operation == like.Operation);

    /// <summary>Windows of so many seconds that there are at most <paramref name="most"/>.</summary>
    public static IReadOnlyList<MetricWindow> Merged(IReadOnlyList<MetricWindow> seconds, int most) =>
        [.. seconds.Chunk(Math.Max(1, (seconds.Count + most - 1) / most)).Select(Merge)];

    public static MetricWindow Merge(IReadOnlyList<MetricWindow> seconds)
    {
        if (seconds.Count == 1)
            return seconds[0];
        var sum = new MetricWindow { Sequence = seconds[0].Sequence, Seconds = 0 };
        foreach (var second in seconds)
            sum.AddSeconds(second);
        return sum;
    }

    /// <summary>How much load was due in a second: users, or arrivals where the plan's rate decides.</summary>
    public double LoadIn(MetricWindow second) => IsClosed ? second.VirtualUsers : second.Iterations.Planned;
}
