using Loadstone.Analysis;
using Loadstone.Analysis.Gates;
using Loadstone.Analysis.Reports;
using Loadstone.Analysis.Statistics;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Judging;

/// <summary>The candidate beside the base of one run (requirements R17.6), on runs whose truth is planted.</summary>
public sealed class AbComparisonTests
{
    private const int Runs = 60;

    private static readonly AbTest Slices = new("http://b", TimeSpan.FromSeconds(5));

    [Fact]
    public void Of_sixty_candidates_that_are_the_base_at_most_one_is_called_worse()
    {
        var verdicts = Enumerable.Range(0, Runs).Select(seed => Compare(seed, 1).Verdict).ToList();

        Assert.InRange(verdicts.Count(v => v is ChangeVerdict.Regression or ChangeVerdict.Improvement), 0, 1);
        Assert.InRange(verdicts.Count(v => v == ChangeVerdict.NoChange), Runs / 2, Runs);
    }

    [Fact]
    public void A_candidate_a_tenth_slower_is_found_in_thirty_eight_of_forty_though_the_whole_run_drifts() =>
        Assert.InRange(Enumerable.Range(0, 40).Count(seed => Compare(seed, 1.1, drift: 0.5).Verdict == ChangeVerdict.Regression), 38, 40);

    [Fact]
    public void A_candidate_a_tenth_quicker_is_an_improvement_and_one_operation_that_is_slower_is_named()
    {
        Assert.Equal(ChangeVerdict.Improvement, Compare(1, 0.85).Verdict);
        var ab = Compare(1, 1.3, only: SyntheticRun.Buy);
        Assert.Equal([SyntheticRun.Buy], ab.Operations.Where(c => c.Verdict == ChangeVerdict.Regression).Select(c => c.Operation).Distinct());
    }

    [Fact]
    public void A_regression_fails_the_run_and_the_gate_and_says_so_everywhere()
    {
        var (run, measured, judged) = Judged(1, 1.4);
        var report = RunReport.Of(run, measured, judged);

        Assert.Equal(VerdictOutcome.Failed, judged.Verdict.Outcome);
        Assert.StartsWith("the candidate against the base: avg_response_time rose from", judged.Verdict.Reasons[0]);
        var gate = Gate.Of(judged.Verdict, new RunEnding("completed", null), [], null, judged.AbComparison);
        Assert.Equal(GateStatus.Fail, gate.Status);
        Assert.Contains(gate.Checks, c => c is { Kind: "ab", Name: "p95_response_time", Status: GateCheckStatus.Failed });
        Assert.Contains("<h2>Candidate against base</h2>", ReportHtml.Of(report));
        Assert.Contains("the candidate against the base: avg\\_response\\_time rose", ReportText.Markdown(report));
        Assert.Contains("name=\"candidate against base\"", ReportText.JUnit(report));
    }

    [Fact]
    public void Criteria_are_held_against_the_candidate_alone()
    {
        var failing = Judged(1, 1, errors: candidates => candidates ? 0.001 : 0.5);
        Assert.Equal(VerdictOutcome.Passed, failing.Judged.Verdict.Outcome);
        Assert.InRange(failing.Judged.Figures.ErrorRate, 20, 30);
        Assert.InRange(failing.Judged.Verdict.Criteria.Single(c => c.Title.Contains("error")).Value!.Value, 0, 1);
    }

    [Fact]
    public void What_is_too_short_to_tell_is_inconclusive_and_no_pass()
    {
        var (_, _, judged) = Judged(1, 1, seconds: 20);

        Assert.Equal(VerdictOutcome.Inconclusive, judged.Verdict.Outcome);
        Assert.Contains("cannot be told from", judged.Verdict.Reasons.Single());
    }

    [Fact]
    public void Iterations_longer_than_the_slices_are_inconclusive_and_not_mixed_up()
    {
        var seconds = Measure(1, 1, 200).ToList();
        foreach (var second in seconds)
            second.Append(new OperationWindow { Scenario = "shop (candidate) of before", Operation = "x", Sent = 1000 });

        Assert.Equal(ChangeVerdict.Inconclusive, AbComparison.Of(PlanOf(200), Measured(seconds))!.Verdict);
    }

    private static AbComparison Compare(int seed, double slowness, double drift = 0, string? only = null) =>
        AbComparison.Of(PlanOf(200), Measured(Measure(seed, slowness, 200, drift, only)))!;

    private static (RunToJudge Run, RunMeasurements Measured, RunJudged Judged) Judged(int seed, double slowness, int seconds = 200, Func<bool, double>? errors = null)
    {
        var measured = Measured(Measure(seed, slowness, seconds, errors: errors));
        var run = new RunToJudge(measured.ExecutionId, Guid.NewGuid(), "x", PlanOf(seconds), "sample", "me", DateTimeOffset.UnixEpoch);
        return (run, measured, Judgement.Decide(run, measured, [], DateTimeOffset.UnixEpoch));
    }

    private static TestPlan PlanOf(int seconds) => new() { Name = "x", TestType = TestType.Ab, LoadPattern = new ConstantLoad(), Duration = TimeSpan.FromSeconds(seconds), AbTest = Slices };

    private static RunMeasurements Measured(IReadOnlyList<MetricWindow> seconds) => new(Guid.NewGuid(), SyntheticRun.Total(seconds), [], [], seconds);

    // One run whose level drifts, in which every slice of the candidate is slower.
    private static IReadOnlyList<MetricWindow> Measure(int seed, double slowness, int length, double drift = 0, string? only = null, Func<bool, double>? errors = null) =>
    [
        .. new SyntheticRun(seed)
        {
            Seconds = length,
            Slowness = (second, name) => (1 + (drift * second / length)) * (IsCandidates(second) && (only ?? name) == name ? slowness : 1),
            Errors = (second, _) => errors?.Invoke(IsCandidates(second)) ?? 0.001,
        }.Measure().Select(Renamed),
    ];

    private static MetricWindow Renamed(MetricWindow second)
    {
        if (!IsCandidates(second.Sequence))
            return second;
        var renamed = new MetricWindow { Sequence = second.Sequence, VirtualUsers = second.VirtualUsers };
        foreach (var o in second.Operations)
        {
            var own = new OperationWindow { Scenario = "shop (candidate)", Operation = o.Operation, Method = o.Method, Path = o.Path };
            own.Add(o);
            renamed.Append(own);
        }

        return renamed;
    }

    private static bool IsCandidates(int second) => Slices.IsCandidatesTurn(second * 1_000_000_000L);
}
