using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.History;
using Loadstone.Analysis.Statistics;
using Loadstone.Plans;

namespace Loadstone.Analysis.Gates;

public enum GateStatus
{
    /// <summary>The test goes on.</summary>
    Pending,

    /// <summary>Nothing speaks against deploying.</summary>
    Pass,

    /// <summary>Something does; the reasons say what.</summary>
    Fail,
}

public enum GateCheckStatus
{
    Passed,

    /// <summary>Worth a look, and no reason to stop.</summary>
    Warning,

    Failed,
}

/// <summary>One thing the gate looked at.</summary>
/// <param name="Kind">measurement, criterion, benchmark, ab or baseline.</param>
/// <param name="Name">Which of them.</param>
/// <param name="Status">What came of it.</param>
/// <param name="Details">A sentence with figures; null when there is nothing to say.</param>
public sealed record GateCheck(string Kind, string Name, GateCheckStatus Status, string? Details);

/// <summary>How a run ended: completed, failed or cancelled, and why.</summary>
public sealed record RunEnding(string Status, string? Reason);

/// <summary>The deployment gate (requirements R2.20): what a test says for or against a deployment.</summary>
public sealed record Gate(GateStatus Status, VerdictOutcome? Verdict, IReadOnlyList<GateCheck> Checks)
{
    public static readonly Gate Pending = new(GateStatus.Pending, null, []);

    /// <summary>Why it failed; what to look at although it did not.</summary>
    public IReadOnlyList<string> Reasons => [.. Checks.Where(c => c.Status != GateCheckStatus.Passed).OrderByDescending(c => c.Status).Select(c => c.Details ?? c.Name)];

    /// <summary>A run that is over and has no judgement: it never measured anything.</summary>
    public static Gate Of(RunEnding ending) =>
        new(GateStatus.Fail, null, [new GateCheck("measurement", "execution", GateCheckStatus.Failed, EndingInWords(ending))]);

    /// <summary>A judged run. It must be trusted and have run to its end, hold every criterion and benchmark, and be no regression. Pure.</summary>
    public static Gate Of(Verdict verdict, RunEnding ending, IReadOnlyList<ValidationItem> benchmarks, BaselineComparison? baseline, AbComparison? sides = null)
    {
        IReadOnlyList<GateCheck> checks =
        [
            .. Measurement(verdict, ending),
            .. verdict.Criteria.Select(c => new GateCheck("criterion", c.Title, c.Passed ? GateCheckStatus.Passed : GateCheckStatus.Failed, c.Passed ? null : c.WhyNot())),
            .. benchmarks.Select(b => new GateCheck("benchmark", b.BenchmarkName, StatusOf(b.Status), b.Reason is null ? null : $"benchmark {b.BenchmarkName}: {b.Reason}")),
            .. (sides?.Overall ?? []).Select(c => new GateCheck("ab", c.Metric, StatusOf(c.Verdict), c.Verdict == ChangeVerdict.Regression ? $"the candidate against the base: {ExecutionComparison.Sentence(c)}" : null)),
            .. baseline is null ? [] : baseline.Metrics.Select(m => new GateCheck("baseline", m.Metric, StatusOf(m.Status), baseline.Reasons.FirstOrDefault(r => r.StartsWith(m.Metric, StringComparison.Ordinal)))),
        ];
        return new Gate(checks.Any(c => c.Status == GateCheckStatus.Failed) ? GateStatus.Fail : GateStatus.Pass, verdict.Outcome, checks);
    }

    private static IEnumerable<GateCheck> Measurement(Verdict verdict, RunEnding ending)
    {
        if (verdict.Outcome is VerdictOutcome.Invalid or VerdictOutcome.Inconclusive)
            yield return new GateCheck("measurement", "trust", GateCheckStatus.Failed, $"the result is {verdict.Outcome.ToString().ToLowerInvariant()}: {verdict.Reasons[0]}");
        if (ending.Status != "completed")
            yield return new GateCheck("measurement", "execution", GateCheckStatus.Failed, EndingInWords(ending));
    }

    private static string EndingInWords(RunEnding ending) => $"the execution {(ending.Status == "cancelled" ? "was cancelled" : "failed")}{(ending.Reason is null ? "" : $": {ending.Reason}")}";

    // A benchmark of something the run did not touch says nothing about it.
    private static GateCheckStatus StatusOf(ValidationStatus status) => status switch
    {
        ValidationStatus.Passed => GateCheckStatus.Passed,
        ValidationStatus.Failed => GateCheckStatus.Failed,
        _ => GateCheckStatus.Warning,
    };

    private static GateCheckStatus StatusOf(ChangeVerdict verdict) => verdict switch
    {
        ChangeVerdict.Regression => GateCheckStatus.Failed,
        ChangeVerdict.Inconclusive => GateCheckStatus.Warning,
        _ => GateCheckStatus.Passed,
    };

    private static GateCheckStatus StatusOf(BaselineStatus status) => status switch
    {
        BaselineStatus.Regression => GateCheckStatus.Failed,
        BaselineStatus.Warning => GateCheckStatus.Warning,
        _ => GateCheckStatus.Passed,
    };
}
