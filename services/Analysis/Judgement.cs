using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.History;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis;

// The life of a judgement. There is one for each run; its stream has the run's id.

public sealed record RunJudged(
    Guid Id, Verdict Verdict, RunFigures Figures, RunPeaks Peaks, IReadOnlyList<string> Gaps, DateTimeOffset At, BaselineComparison? Baseline = null)
{
    /// <summary>What was done to the load while the run went on; nothing in runs that were judged before that was kept.</summary>
    public IReadOnlyList<Intervention> Interventions { get; init; } = [];

    /// <summary>The alerts it had raised by then; null when that was not known.</summary>
    public IReadOnlyList<RunAlert>? Alerts { get; init; }

    /// <summary>The candidate beside the base; null unless the run was an A/B test.</summary>
    public AbComparison? AbComparison { get; init; }

    /// <summary>What a capacity search found; null in other runs.</summary>
    public SearchedCapacity? Capacity { get; init; }
}

/// <summary>Somebody judged the run again, by other criteria. The run's own verdict stays what it was.</summary>
public sealed record RunRejudged(Guid Id, SuccessCriteria SuccessCriteria, Verdict Verdict, string By, DateTimeOffset At);

/// <summary>What a run was found to be worth.</summary>
public sealed record Judgement
{
    public required Guid Id { get; init; }

    public required RunJudged Last { get; init; }

    /// <summary>Later judgements of the same measurements, in order.</summary>
    public IReadOnlyList<RunRejudged> Again { get; init; } = [];

    public static Judgement Create(RunJudged e) => new() { Id = e.Id, Last = e };

    public static Judgement Apply(RunRejudged e, Judgement before) => before with { Again = [.. before.Again, e] };

    /// <summary>Judges a run that was judged before by other criteria, under the rules of today. Pure.</summary>
    public static RunRejudged DecideAgain(JudgedRun run, SuccessCriteria criteria, RunMeasurements measured, string by, DateTimeOffset now)
    {
        var asked = run.Run with { Plan = run.Run.Plan with { SuccessCriteria = criteria } };
        return new RunRejudged(asked.Id, criteria, Decide(asked, measured, run.Judged.Interventions, now, run.Judged.Capacity?.Steps).Verdict, by, now);
    }

    /// <summary>Judges a run by what it was asked to hold and what it measured. Pure.</summary>
    /// <param name="run">What was asked.</param>
    /// <param name="measured">What was measured.</param>
    /// <param name="interventions">What people did to the load meanwhile.</param>
    /// <param name="now">When.</param>
    /// <param name="steps">The steps of a capacity search.</param>
    public static RunJudged Decide(RunToJudge run, RunMeasurements measured, IReadOnlyList<Intervention> interventions, DateTimeOffset now, IReadOnlyList<SearchStep>? steps = null)
    {
        var total = measured.Total;
        var counting = JudgedWindow.Of(interventions, measured);
        var (sides, capacity) = (AbComparison.Of(run.Plan, counting), SearchedCapacity.Of(run.Plan, measured, steps ?? []));
        var judged = SearchedCapacity.JudgedOf(capacity, AbComparison.JudgedOf(run.Plan, counting));
        var verdict = Verdict.Judge(run.Plan.SuccessCriteria.All(), c => CriterionValue.Of(c, run.Plan, judged), [.. measured.Gaps, .. measured.Faults]);
        verdict = sides?.On(verdict) ?? capacity?.On(verdict, (CapacitySearch)run.Plan.LoadPattern) ?? verdict;
        var requests = total.Total();
        var peaks = new RunPeaks(total.VirtualUsers, Math.Round(total.Health.CpuPercent, 2), total.Health.MemoryBytes, Math.Round(total.Seconds, 3), requests.ErrorTypes,
            measured.UnknownRequestsMax);
        return new RunJudged(run.Id, verdict, RunFigures.Of(total), peaks, measured.Gaps, now) { Interventions = interventions, AbComparison = sides, Capacity = capacity };
    }
}

/// <summary>What a run was asked to do, kept until it can be judged, and to judge it again.</summary>
public sealed record RunToJudge(Guid Id, Guid ConfigurationId, string Name, TestPlan Plan, string Environment, string RequestedBy, DateTimeOffset RequestedAt)
{
    public static RunToJudge Of(ExecutionRequested m) => new(m.ExecutionId, m.ConfigurationId, m.Name, m.Plan, m.Environment, m.RequestedBy, m.RequestedAt);
}
