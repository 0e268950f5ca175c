using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis.History;

/// <summary>One run of a trend.</summary>
public sealed record TrendPoint(
    Guid ExecutionId, string ExecutionName, DateTimeOffset At, VerdictOutcome Verdict, long TotalRequests, double AvgResponseTime, double P50ResponseTime, double P95ResponseTime,
    double P99ResponseTime, double ThroughputRps, double ErrorRate)
{
    public static TrendPoint Of(JudgedRun r, RunFigures f) => new(
        r.Run.Id, r.Run.Name, r.Run.RequestedAt, r.Judged.Verdict.Outcome, f.TotalRequests, f.AvgResponseTime, f.P50ResponseTime, f.P95ResponseTime, f.P99ResponseTime,
        f.ThroughputRps, f.ErrorRate);
}

/// <summary>The run from which on a metric was another.</summary>
public sealed record TrendChange(string Metric, Guid ExecutionId, DateTimeOffset At, double Before, double After, double? ChangePercent, double PValue, bool IsRegression);

/// <summary>Where a metric is going.</summary>
public sealed record TrendDirection(string Metric, string Direction, double SlopePerRun, double PValue);

/// <summary>The history of a configuration (requirements R8.6, R11.6): its runs, where their figures changed for good, and where they are going.</summary>
public sealed record Trend(IReadOnlyList<TrendPoint> Points, IReadOnlyList<TrendChange> ChangePoints, IReadOnlyList<TrendDirection> Directions)
{
    private const double Sure = 0.01;
    private const double LeastPercent = 5;

    private static readonly (string Metric, Func<TrendPoint, double> Value)[] Metrics =
    [
        ("p50_response_time", p => p.P50ResponseTime), ("p95_response_time", p => p.P95ResponseTime), ("p99_response_time", p => p.P99ResponseTime),
        (RunComparison.Throughput, p => p.ThroughputRps), (RunComparison.ErrorRate, p => p.ErrorRate),
    ];

    /// <summary>Pure. Runs that cannot be trusted are shown, and counted for nothing.</summary>
    /// <param name="points">Oldest first.</param>
    public static Trend Of(IReadOnlyList<TrendPoint> points)
    {
        var trusted = points.Where(p => p.Verdict is VerdictOutcome.Passed or VerdictOutcome.Failed).ToList();
        return new Trend(points, [.. Metrics.SelectMany(m => ChangesOf(m.Metric, m.Value, trusted)).OrderBy(c => c.At)], [.. Metrics.Select(m => DirectionOf(m.Metric, m.Value, trusted)).OfType<TrendDirection>()]);
    }

    private static IEnumerable<TrendChange> ChangesOf(string metric, Func<TrendPoint, double> value, List<TrendPoint> runs) =>
        Statistics.ChangePoints.Find([.. runs.Select(value)], Sure).Where(p => p.ChangePercent is null || Math.Abs(p.ChangePercent.Value) >= LeastPercent).Select(p => new TrendChange(
            metric, runs[p.Index].ExecutionId, runs[p.Index].At, Math.Round(p.Before, 4), Math.Round(p.After, 4), p.ChangePercent is { } c ? Math.Round(c, 2) : null, p.PValue,
            metric == RunComparison.Throughput ? p.After < p.Before : p.After > p.Before));

    private static TrendDirection? DirectionOf(string metric, Func<TrendPoint, double> value, List<TrendPoint> runs)
    {
        if (Drift.Of([.. runs.Select((_, i) => (double)i)], [.. runs.Select(value)]) is not { } drift)
            return null;
        var worse = metric == RunComparison.Throughput ? drift.Slope < 0 : drift.Slope > 0;
        return new TrendDirection(metric, drift.PValue > Sure || drift.Slope == 0 ? "stable" : worse ? "degrading" : "improving", Math.Round(drift.Slope, 6), drift.PValue);
    }
}
