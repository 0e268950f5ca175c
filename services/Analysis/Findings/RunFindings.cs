using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using static System.FormattableString;

namespace Loadstone.Analysis.Findings;

/// <summary>All that was found out about one run.</summary>
public sealed record RunFindings(
    IReadOnlyList<string> Insights, IReadOnlyList<Finding> Findings, IReadOnlyList<Recommendation> Recommendations, IReadOnlyList<string> NextSteps,
    PerformanceGrade? Grade, Recovery? Recovery, CapacityModel? Capacity)
{
    public static readonly RunFindings None = new([], [], [], [], null, null, null);

    /// <summary>Pure: the same measurements give the same findings.</summary>
    public static RunFindings Of(TestPlan plan, RunMeasurements measured, Verdict verdict)
    {
        var run = new RunToExamine(plan, measured);
        if (run.Seconds.Count == 0)
            return None;
        // A search goes up and down by itself, and says better what the system bears.
        var isSearch = plan.LoadPattern is CapacitySearch;
        var capacity = isSearch ? null : Analysis.Findings.Capacity.Of(run);
        var recovery = isSearch ? null : Analysis.Findings.Recovery.Of(run);
        IReadOnlyList<Finding> findings =
            [.. OperationRules.Of(run).Concat(Analysis.Findings.Capacity.Findings(run, capacity)).Concat(ResourceRules.Of(run)).OrderByDescending(f => f.Severity).ThenBy(f => f.FirstSecond)];
        return new RunFindings(
            [.. InsightsOf(run, capacity, recovery)], findings, Advice.Recommendations(run, findings, capacity), Advice.NextSteps(run, findings, verdict),
            Analysis.Findings.Grade.Of(verdict, findings), recovery, capacity);
    }

    private static IEnumerable<string> InsightsOf(RunToExamine run, CapacityModel? capacity, Recovery? recovery)
    {
        var figures = RunFigures.Of(run.Total);
        // Users are counted at the end of each second; those of a small arrival rate may all be free then.
        var users = run.Total.VirtualUsers > 0 ? $" with at most {run.Total.VirtualUsers} users" : "";
        yield return Invariant($"{figures.TotalRequests} requests in {run.Total.Seconds:0} s, {figures.ThroughputRps:0.#} a second{users}; {figures.ErrorRate:0.##} % failed.");
        yield return Invariant($"Half of the responses took at most {figures.P50ResponseTime:0.#} ms, 95 % at most {figures.P95ResponseTime:0.#} ms, 99 % at most {figures.P99ResponseTime:0.#} ms.");
        if (run.Operations.MaxBy(o => o.Response.MeanNs) is { Response.Count: > 0 } slowest)
            yield return Invariant($"The slowest operation is {slowest.Operation}: {slowest.Response.MeanNs / 1e6:0.#} ms in the mean, {slowest.Response.PercentileMs(95):0.#} ms at p95.");
        if (run.Operations.MaxBy(o => o.FailedRequests) is { FailedRequests: > 0 } failing)
            yield return Invariant($"Most failures are those of {failing.Operation}: {failing.FailedRequests} of {failing.Ended}, {failing.ErrorRatePercent():0.##} %.");
        if (run.Total.Iterations is { Dropped: > 0 } iterations)
            yield return Invariant($"{iterations.Dropped} of {iterations.Planned} arrivals were dropped, from second {run.Seconds.FirstOrDefault(s => s.Iterations.Dropped > 0)?.Sequence} on: no virtual user of {run.Plan.MaxVirtualUsers} was free in time.");
        if (recovery is { RecoverySeconds: { } took })
            yield return Invariant($"After the spike (seconds {recovery.SpikeSecond} to {recovery.SpikeEndSecond}) the p95 was back at its {recovery.P95Before:0.#} ms after {took} s.");
        if (recovery is { RecoverySeconds: null })
            yield return Invariant($"After the spike (seconds {recovery.SpikeSecond} to {recovery.SpikeEndSecond}) the p95 did not come back to its {recovery.P95Before:0.#} ms.");
        if (capacity?.BreakingPoint is { } breaking)
            yield return Invariant($"It broke at {breaking.Users} users and {breaking.Throughput:0.#} requests/s (second {breaking.Second}): {breaking.Reason}.");
        if (capacity?.Law is { } law)
            yield return LawInWords(law);
    }

    private static string LawInWords(Statistics.ScalabilityLaw law) => law.Peak is { } peak
        ? Invariant($"By the Universal Scalability Law (R² {law.RSquared:0.###}) throughput peaks at {peak.Throughput.Value:0} requests/s with {peak.Users.Value:0} users (95 %: {peak.Users.Low:0} to {peak.Users.High:0}).")
        : Invariant($"The Universal Scalability Law predicts nothing here: {law.Refusal}.");
}
