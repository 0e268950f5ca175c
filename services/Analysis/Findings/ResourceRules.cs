using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;
using static System.FormattableString;

namespace Loadstone.Analysis.Findings;

/// <summary>What the resources of the target, where they were measured beside the load, and of the load generators give away.</summary>
internal static class ResourceRules
{
    private const double Sure = 0.01;
    private const double LeastGrowth = 0.1;
    private const double LeastPileUp = 0.5;
    private const double SaturatedPercent = 85;
    private const int SaturatedSeconds = 10;
    private const int ShortestPileUp = 30;
    private const int ShortestDrift = 600;

    private static readonly string[] Shares = ["cpu_usage", "memory_used_percent"];
    private static readonly string[] Queues = ["queue_length", "database_connections"];

    public static IEnumerable<Finding> Of(RunToExamine run) =>
        Shares.Select(m => Saturation(run, m)).Concat(Queues.Select(m => PileUp(run, m)))
            .Append(MemoryDrift(run, "the target", "memory_usage", Severity.High, s => s.CustomMetrics.GetValueOrDefault("memory_usage")?.Avg))
            .Append(MemoryDrift(run, "load generator", "memory_usage of the generator", Severity.Medium, s => s.Health.MemoryBytes > 0 ? s.Health.MemoryBytes : null)).OfType<Finding>();

    private static Finding? Saturation(RunToExamine run, string metric)
    {
        var full = Longest(run.Seconds, s => s.CustomMetrics.GetValueOrDefault(metric)?.Avg >= SaturatedPercent);
        if (full.Count < SaturatedSeconds)
            return null;
        var mean = full.Average(s => s.CustomMetrics[metric].Avg);
        return new Finding(
            $"{metric}_saturated", FindingType.ResourceSaturation, "the target", Severity.Critical,
            Invariant($"{metric} of the target was above {SaturatedPercent} % from second {full[0].Sequence} to {full[^1].Sequence}, {mean:0.#} % in the mean."),
            metric == "cpu_usage" ? "Profile what the processor is busy with, or give the target more of it." : "Find what holds the memory, or give the target more of it.",
            full[0].Phase, metric, full[0].Sequence, full[^1].Sequence);
    }

    private static Finding? PileUp(RunToExamine run, string metric)
    {
        var seen = run.Standstill.Where(s => s.CustomMetrics.ContainsKey(metric)).ToList();
        if (seen.Count < ShortestPileUp || DriftOf(seen, s => s.CustomMetrics[metric].Avg) is not { } drift)
            return null;
        var growth = drift.Slope * (seen[^1].Sequence - seen[0].Sequence);
        if (drift.PValue > Sure || drift.Low <= 0 || growth < LeastPileUp * Math.Max(drift.Start, 1))
            return null;
        return new Finding(
            $"{metric}_grows", FindingType.QueueGrowth, "the target", Severity.High,
            Invariant($"While the load stood still, {metric} grew by {drift.Slope:0.###} a second ({drift.Low:0.###} to {drift.High:0.###}), from {drift.Start:0.#} to {drift.Start + growth:0.#}, in the seconds {seen[0].Sequence} to {seen[^1].Sequence}."),
            "More comes in than is worked off: find what the work waits for, or bound what is let in.",
            seen[0].Phase, metric, seen[0].Sequence, seen[^1].Sequence);
    }

    private static Finding? MemoryDrift(RunToExamine run, string component, string series, Severity severity, Func<MetricWindow, double?> memory)
    {
        var seen = run.Standstill.Where(s => memory(s) is not null).ToList();
        if (seen.Count == 0 || seen[^1].Sequence - seen[0].Sequence + 1 < ShortestDrift || DriftOf(seen, s => memory(s)!.Value) is not { } drift)
            return null;
        var growth = drift.Slope * (seen[^1].Sequence - seen[0].Sequence);
        if (drift.PValue > Sure || drift.Low <= 0 || growth < LeastGrowth * drift.Start)
            return null;
        return new Finding(
            "memory_drift", FindingType.MemoryDrift, component, severity,
            Invariant($"Memory of {component} grew by {drift.Slope / 1e6:0.###} MB a second ({drift.Low / 1e6:0.###} to {drift.High / 1e6:0.###}, p = {drift.PValue:0.####}), from {drift.Start / 1e6:0} to {(drift.Start + growth) / 1e6:0} MB, in the seconds {seen[0].Sequence} to {seen[^1].Sequence}."),
            $"Take two pictures of the heap of {component} some minutes apart and compare what has grown: caches without a bound, listeners, sessions.",
            seen[0].Phase, series, seen[0].Sequence, seen[^1].Sequence);
    }

    private static Drift? DriftOf(List<MetricWindow> seen, Func<MetricWindow, double> value) => Drift.Of([.. seen.Select(s => (double)s.Sequence)], [.. seen.Select(value)]);

    private static List<MetricWindow> Longest(IReadOnlyList<MetricWindow> seconds, Func<MetricWindow, bool> isSo)
    {
        var (longest, current) = (new List<MetricWindow>(), new List<MetricWindow>());
        foreach (var second in seconds)
        {
            if (isSo(second))
                current.Add(second);
            else
                current = [];
            if (current.Count > longest.Count)
                longest = current;
        }

        return longest;
    }
}
