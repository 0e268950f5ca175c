using Loadstone.Analysis;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.Gates;
using Loadstone.Analysis.History;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Judging;

public sealed class BaselineTests
{
    private static readonly Verdict Passed = new(VerdictOutcome.Passed, [], [], 1);

    [Fact]
    public void The_acceptable_variance_is_three_deviations_between_runs_within_its_bounds()
    {
        RunFigures Run(double avg, double p95, double errors = 0.1, double rps = 100) => new() { AvgResponseTime = avg, P95ResponseTime = p95, ErrorRate = errors, ThroughputRps = rps };

        var few = AcceptableVariance.Of([Run(10, 20), Run(11, 21)]);
        var steady = AcceptableVariance.Of([Run(10, 20), Run(10, 20), Run(10, 20), Run(10, 20)]);
        var loose = AcceptableVariance.Of([Run(100, 200), Run(104, 180), Run(96, 220), Run(100, 200), Run(400, 900)]);

        Assert.Equal(new AcceptableVariance(10, 10, 1, 10, 1, 2), few);
        Assert.Equal(new AcceptableVariance(5, 5, 0.5, 5, 1, 4), steady);
        Assert.Equal(3 * 1.4826 * 4, loose.AvgResponseTime, 0.01); // one bad run moves nothing
        Assert.Equal(30, loose.P95ResponseTime);
        Assert.Equal(5, loose.ThroughputRps);
    }

    [Fact]
    public void Only_what_leaves_the_variance_and_is_significant_is_a_regression()
    {
        var before = new SyntheticRun(1).Measure();

        Assert.Equal(BaselineStatus.Regression, Compare(before, new SyntheticRun(2) { Slowness = (_, _) => 1.25 }.Measure()).Status);
        Assert.Equal(BaselineStatus.WithinVariance, Compare(before, new SyntheticRun(3).Measure()).Status);
        Assert.Equal(BaselineStatus.Improved, Compare(before, new SyntheticRun(4) { Slowness = (_, _) => 0.75 }.Measure()).Status);
    }

    [Fact]
    public void A_regression_is_told_with_the_value_that_would_have_been_borne()
    {
        var compared = Compare(new SyntheticRun(1).Measure(), new SyntheticRun(2) { Slowness = (_, _) => 1.25 }.Measure());

        var regression = compared.Regressions().Single(r => r.Metric == "avg_response_time");
        var metric = compared.Metrics.Single(m => m.Metric == "avg_response_time");
        Assert.Equal(metric.Baseline * (1 + (metric.AcceptableVariance / 100)), regression.Limit, 3);
        Assert.True(regression.Actual > regression.Limit);
        Assert.StartsWith("avg_response_time is", regression.Reason);
        Assert.Empty(Compare(new SyntheticRun(1).Measure(), new SyntheticRun(3).Measure()).Regressions());
    }

    [Fact]
    public void What_leaves_the_variance_by_chance_is_a_warning_and_so_is_all_when_the_seconds_are_gone()
    {
        var before = new SyntheticRun(1).Measure();
        var shortAndSlow = new SyntheticRun(2) { Seconds = 5, Slowness = (_, _) => 1.25 }.Measure();

        var chance = Compare(new SyntheticRun(1) { Seconds = 5 }.Measure(), shortAndSlow);
        var gone = Compare(before, new SyntheticRun(2) { Slowness = (_, _) => 1.25 }.Measure(), isGone: true);

        Assert.Equal((BaselineStatus.Warning, BaselineStatus.Warning), (chance.Status, gone.Status));
        Assert.Contains(gone.Reasons, r => r.Contains("may be chance", StringComparison.Ordinal));
    }

    [Fact]
    public void The_gate_passes_what_nothing_speaks_against()
    {
        var gate = Gate.Of(Passed, new RunEnding("completed", null), [], Compare(new SyntheticRun(1).Measure(), new SyntheticRun(3).Measure()));

        Assert.Equal((GateStatus.Pass, 0), (gate.Status, gate.Reasons.Count));
        Assert.Equal(4, gate.Checks.Count(c => c.Kind == "baseline"));
    }

    [Fact]
    public void The_gate_fails_with_reasons_for_each_thing_that_speaks_against()
    {
        var broken = new Criterion("p95_response_time", null, Comparison.AtMost, 100).Judge(130);
        var missed = new ValidationItem(Guid.Empty, "front page", ValidationStatus.Failed, "p95_response_time", 100, 130, [], "p95_response_time is 130, above 100");
        var regression = Compare(new SyntheticRun(1).Measure(), new SyntheticRun(2) { Slowness = (_, _) => 1.4 }.Measure());
        var completed = new RunEnding("completed", null);

        Assert.Contains("p95_response_time ≤ 100 does not hold: 130", Gate.Of(Passed with { Criteria = [broken], Outcome = VerdictOutcome.Failed }, completed, [], null).Reasons);
        Assert.Equal(GateStatus.Fail, Gate.Of(Passed, completed, [missed], null).Status);
        Assert.Equal(GateStatus.Fail, Gate.Of(Passed, completed, [], regression).Status);
        Assert.Contains("baseline has", Gate.Of(Passed, completed, [], regression).Reasons[0]);
        Assert.Equal(GateStatus.Fail, Gate.Of(Passed, new RunEnding("cancelled", null), [], null).Status);
        Assert.Equal(GateStatus.Fail, Gate.Of(new Verdict(VerdictOutcome.Invalid, [], ["a second is missing"], 1), completed, [], null).Status);
        Assert.Equal("the execution failed: no worker", Assert.Single(Gate.Of(new RunEnding("failed", "no worker")).Reasons));
    }

    [Fact]
    public void A_warning_is_told_and_lets_the_gate_pass()
    {
        var near = new ValidationItem(Guid.Empty, "front page", ValidationStatus.Warning, "p95_response_time", 100, 105, [], "p95_response_time is 105, above 100");

        var gate = Gate.Of(Passed, new RunEnding("completed", null), [near], null);

        Assert.Equal((GateStatus.Pass, "benchmark front page: p95_response_time is 105, above 100"), (gate.Status, Assert.Single(gate.Reasons)));
    }

    [Fact]
    public void A_trend_names_the_run_from_which_on_it_was_slower_and_leaves_out_what_cannot_be_trusted()
    {
        var random = new Random(3);
        var points = Enumerable.Range(0, 24).Select(i => new TrendPoint(
            Guid.NewGuid(), $"run {i}", DateTimeOffset.UnixEpoch.AddDays(i), i == 5 ? VerdictOutcome.Invalid : VerdictOutcome.Passed, 100, 10, 10,
            (i == 5 ? 500 : i >= 14 ? 115 : 100) + random.NextDouble(), 120, 50, 0)).ToList();

        var trend = Trend.Of(points);

        var change = Assert.Single(trend.ChangePoints);
        Assert.Equal(("p95_response_time", points[14].ExecutionId, true), (change.Metric, change.ExecutionId, change.IsRegression));
        Assert.Equal(15, change.ChangePercent!.Value, 1.0);
        Assert.Equal("stable", trend.Directions.Single(d => d.Metric == "throughput_rps").Direction);
        Assert.Empty(Trend.Of([]).ChangePoints);
    }

    [Fact]
    public void A_comparison_says_in_sentences_what_differs_and_what_to_doubt()
    {
        var (a, b) = (Judged("before", VerdictOutcome.Passed), Judged("after", VerdictOutcome.Invalid));
        var comparison = ExecutionComparison.Of(
            [a, b], [ExecutionChanges.Between(b.Run.Id, new SyntheticRun(1).Measure(), new SyntheticRun(2) { Slowness = (_, _) => 1.3 }.Measure())]);

        Assert.Equal(Analysis.Statistics.ChangeVerdict.Regression, Assert.Single(comparison.Changes).Verdict);
        Assert.Contains(comparison.Insights, i => i.StartsWith("after against before: p95_response_time rose", StringComparison.Ordinal));
        Assert.Contains(comparison.Insights, i => i.StartsWith("after is invalid", StringComparison.Ordinal));
        Assert.Contains(comparison.Insights, i => i.Contains("different configurations", StringComparison.Ordinal));
    }

    private static JudgedRun Judged(string name, VerdictOutcome outcome) => new(
        new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), name, new TestPlan { Name = name }, "sample", "me", DateTimeOffset.UnixEpoch),
        new RunJudged(Guid.NewGuid(), new Verdict(outcome, [], ["why"], 1), new RunFigures(), new RunPeaks(1, 1, 1, 1, new Dictionary<string, long>()), [], DateTimeOffset.UnixEpoch));

    private static BaselineComparison Compare(IReadOnlyList<MetricWindow> before, IReadOnlyList<MetricWindow> now, bool isGone = false)
    {
        var values = BaselineValues.Of(Guid.NewGuid(), RunFigures.Of(SyntheticRun.Total(before)), AcceptableVariance.Of([]), "me", DateTimeOffset.UnixEpoch);
        return BaselineComparison.Of(new Baseline { Environment = "sample", Values = values }, RunFigures.Of(SyntheticRun.Total(now)), now, isGone ? null : before);
    }
}
