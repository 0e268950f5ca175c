using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;
using static System.FormattableString;

namespace Loadstone.Analysis.Findings;

/// <summary>What may be wrong with a single operation.</summary>
internal static class OperationRules
{
    private const int FewestRequests = 100;
    private const double SpikeTimes = 2;
    private const double SmallestSpikeMs = 1;

    // Below that nobody waits longer who could tell: worth a line, and no reason for a bad grade.
    private const double FeltMs = 10;
    private const double MostErrorsPercent = 5;
    private const double BurstShare = 0.1;
    private const int FewestInSecond = 3;
    private const int FewestInBurst = 10;
    private const int BurstGapSeconds = 2;
    private const double LeastStepPercent = 50;
    private const int MostWindows = 240;
    private const double Sure = 0.0001;

    public static IEnumerable<Finding> Of(RunToExamine run) => run.Operations.SelectMany(o => new[]
    {
        Spike(run, o) ?? Step(run, o),
        ErrorRate(run, o) ?? Burst(run, o),
    }).OfType<Finding>();

    private static Finding? Spike(RunToExamine run, OperationWindow o)
    {
        var (p95, p99) = (o.Response.PercentileMs(95), o.Response.PercentileMs(99));
        if (o.Response.Count < FewestRequests || p99 <= SpikeTimes * p95 || p99 - p95 < SmallestSpikeMs)
            return null;
        var (first, last) = WhereSlow(run, o, SpikeTimes * p95);
        return new Finding(
            "p99_above_twice_p95", FindingType.LatencySpike, o.Operation, p99 - p95 < FeltMs ? Severity.Low : Severity.High,
            Invariant($"One request in a hundred to {o.Operation} takes {p99:0.#} ms or longer, {p99 / p95:0.#} times the p95 of {p95:0.#} ms, from second {first} to {last}."),
            $"Find what the slow requests to {o.Operation} wait for: locks, garbage collection, a cold cache, a pool of connections that is too small, or a slow dependency.",
            run.PhaseAt(first), $"p99_response_time of '{o.Operation}'", first, last);
    }

    // The stretch in which slow requests are frequent, when there is one; else from the first of them to the last.
    private static (int First, int Last) WhereSlow(RunToExamine run, OperationWindow o, double limitMs)
    {
        var windows = RunToExamine.Merged(run.Seconds, MostWindows);
        double[] shares = [.. windows.Select(w => RunToExamine.In(w, o) is { Response.Count: > 0 } x ? SlowShare(x.Response, limitMs) : 0)];
        int[] edges = [0, .. ChangePoints.Find(shares, Sure, isCorrelated: true).Select(p => p.Index), windows.Count];
        var stretches = edges.Zip(edges.Skip(1), (from, to) => (From: from, To: to, Share: shares[from..to].Average())).ToList();
        var most = stretches.Max(s => s.Share);
        var slow = edges.Length > 2 ? [.. stretches.Where(s => s.Share >= most / 2).SelectMany(s => Enumerable.Range(s.From, s.To - s.From))]
            : Enumerable.Range(0, windows.Count).Where(i => shares[i] > 0).ToList();
        return slow.Count == 0 ? Ends(run.Seconds) : (windows[slow[0]].Sequence, LastOf(run, windows, slow[^1]));
    }

    private static double SlowShare(Histogram response, double limitMs) =>
        (double)response.Buckets().Where(b => b.LowNs > limitMs * 1e6).Sum(b => b.Count) / response.Count;

    private static Finding? Step(RunToExamine run, OperationWindow o)
    {
        var windows = RunToExamine.Merged(run.Standstill, MostWindows);
        var measured = windows.Where(w => RunToExamine.In(w, o) is { Response.Count: > 0 }).ToList();
        if (measured.Count < windows.Count * 0.8)
            return null;
        double[] series = [.. measured.Select(w => RunToExamine.In(w, o)!.Response.PercentileMs(95))];
        var step = ChangePoints.Find(series, Sure, isCorrelated: true).Where(p => p.ChangePercent >= LeastStepPercent).MaxBy(p => p.ChangePercent);
        if (step is null || step.After - step.Before < SmallestSpikeMs)
            return null;
        var (first, last) = (measured[step.Index].Sequence, Ends(run.Standstill).Last);
        return new Finding(
            "p95_step", FindingType.LatencyStep, o.Operation, step.After - step.Before < FeltMs ? Severity.Low : Severity.Medium,
            Invariant($"From second {first} on the p95 of {o.Operation} is {step.After:0.#} ms, before it was {step.Before:0.#} ms ({step.ChangePercent:+0} %), at the same load."),
            $"Look for what began at second {first}: a job, a failover, an exhausted cache or credit, another tenant.",
            run.PhaseAt(first), $"p95_response_time of '{o.Operation}'", first, last);
    }

    private static Finding? ErrorRate(RunToExamine run, OperationWindow o)
    {
        if (o.ErrorRatePercent() <= MostErrorsPercent || o.FailedRequests + o.Refused < FewestInBurst)
            return null;
        var failing = run.Seconds.Where(s => RunToExamine.In(s, o) is { } x && x.FailedRequests + x.Refused > 0).ToList();
        var (first, last) = failing.Count == 0 ? Ends(run.Seconds) : Ends(failing);
        return new Finding(
            "operation_error_rate_above_5", FindingType.ErrorRate, o.Operation, Severity.Critical,
            Invariant($"{o.ErrorRatePercent():0.##} % of the requests to {o.Operation} fail ({o.FailedRequests + o.Refused} of {o.Ended + o.Refused}): {ErrorsOf(o)}."),
            $"Read the target's log for {o.Operation} from second {first} on; until it answers rightly, its response times say little.",
            run.PhaseAt(first), $"error_rate of '{o.Operation}'", first, last);
    }

    private static Finding? Burst(RunToExamine run, OperationWindow o)
    {
        var bad = run.Seconds.Where(s => RunToExamine.In(s, o) is { } x && x.FailedRequests >= FewestInSecond && x.FailedRequests >= BurstShare * x.Ended).ToList();
        var burst = Bursts(bad).Select(b => (Seconds: b, Failed: b.Sum(s => RunToExamine.In(s, o)!.FailedRequests))).DefaultIfEmpty().MaxBy(b => b.Failed);
        if (burst.Failed < FewestInBurst)
            return null;
        var (first, last) = Ends(burst.Seconds);
        var ended = burst.Seconds.Sum(s => RunToExamine.In(s, o)!.Ended);
        return new Finding(
            "error_burst", FindingType.ErrorBurst, o.Operation, Severity.High,
            Invariant($"From second {first} to {last}, {100.0 * burst.Failed / ended:0.#} % of the requests to {o.Operation} failed ({burst.Failed} of {ended}), over the whole run {o.ErrorRatePercent():0.##} %."),
            $"Look for what happened at second {first}: a restart, a failover, a limit that was reached, a deployment.",
            run.PhaseAt(first), $"error_rate of '{o.Operation}'", first, last);
    }

    private static List<List<MetricWindow>> Bursts(List<MetricWindow> bad)
    {
        var bursts = new List<List<MetricWindow>>();
        foreach (var second in bad)
        {
            if (bursts.Count == 0 || second.Sequence - bursts[^1][^1].Sequence > BurstGapSeconds + 1)
                bursts.Add([]);
            bursts[^1].Add(second);
        }

        return bursts;
    }

    private static string ErrorsOf(OperationWindow o) =>
        string.Join(", ", o.ErrorTypes.OrderByDescending(e => e.Value).Take(3).Select(e => Invariant($"{e.Key} {e.Value} times")));

    private static int LastOf(RunToExamine run, IReadOnlyList<MetricWindow> windows, int at) =>
        at + 1 < windows.Count ? windows[at + 1].Sequence - 1 : run.Seconds[^1].Sequence;

    private static (int First, int Last) Ends(IReadOnlyList<MetricWindow> seconds) => seconds.Count == 0 ? (0, 0) : (seconds[0].Sequence, seconds[^1].Sequence);
}
