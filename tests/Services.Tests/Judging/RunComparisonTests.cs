using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Xunit.Abstractions;

namespace Loadstone.Services.Tests.Judging;

public sealed class RunComparisonTests(ITestOutputHelper output)
{
    private static readonly string[] Gated = [RunComparison.Avg, RunComparison.P95, RunComparison.ErrorRate, RunComparison.Throughput];

    [Theory]
    [InlineData(0.0, 1, 1)]
    [InlineData(0.5, 9, 19)] // in theory 14.3
    [InlineData(0.8, 22, 44)] // in theory 33.4
    public void The_block_length_is_that_of_theory_for_a_process_of_first_order(double correlation, int least, int most)
    {
        var random = new Xoshiro256StarStar(5, false);
        var (level, series) = (0.0, new double[2000]);
        for (var i = 0; i < series.Length; i++)
            series[i] = level = (correlation * level) + Normal.Sample(random, 0, 1);

        Assert.InRange(BlockBootstrap.BlockLength(series), least, most + 1);
    }

    [Fact]
    public void Windows_taken_once_each_give_the_figures_of_the_merged_histogram()
    {
        var seconds = new SyntheticRun(1).Measure();
        var merged = SyntheticRun.Total(seconds).Total().Response;
        var histograms = seconds.Select(s => s.Total().Response).ToList();

        Assert.Equal(merged.PercentileMs(95), new PercentileFigure(histograms, 95).Whole(), merged.PercentileMs(95) * 0.004);
        Assert.Equal(merged.PercentileMs(99), new PercentileFigure(histograms, 99).Whole(), merged.PercentileMs(99) * 0.004);
    }

    [Fact]
    public void The_standard_error_of_a_correlated_mean_is_that_of_theory()
    {
        // Of a process of first order: the deviation of the mean is that of a value times sqrt((1 + r) / (1 − r) / n).
        var random = new Xoshiro256StarStar(8, false);
        var (level, series) = (0.0, new double[1000]);
        for (var i = 0; i < series.Length; i++)
            series[i] = level = (0.6 * level) + Normal.Sample(random, 0, 0.8);
        var figure = new RatioFigure([.. series], [.. series.Select(_ => 1.0)]);

        var draws = BlockBootstrap.Draws(1000, BlockBootstrap.BlockLength(figure.Influence()), 2000, 1).Select(w => figure.Of(w)).ToList();

        Assert.Equal(Math.Sqrt(1.6 / 0.4 / 1000), MathNet.Numerics.Statistics.Statistics.StandardDeviation(draws), 0.012);
    }

    [Fact]
    public void Runs_of_one_system_raise_false_alarms_in_at_most_two_of_a_hundred_cases()
    {
        const int Cases = 160;
        var (regressions, improvements, same) = (0, 0, 0);
        foreach (var (correlation, group) in new[] { 0, 0.5, 0.8, 0.9 }.Select((c, i) => (c, i)))
        {
            var runs = Enumerable.Range(0, (Cases / 4) + 1).Select(i => new SyntheticRun((1000 * group) + i) { Correlation = correlation }.Measure());
            foreach (var verdicts in Neighbours(runs).Select(pair => Gate(pair.Before, pair.After)))
            {
                regressions += verdicts.Contains(ChangeVerdict.Regression) ? 1 : 0;
                improvements += verdicts.Contains(ChangeVerdict.Improvement) ? 1 : 0;
                same += verdicts.TrueForAll(v => v == ChangeVerdict.NoChange) ? 1 : 0;
            }
        }

        output.WriteLine($"A/A: {regressions} regressions, {improvements} improvements, {same} times no change in {Cases} cases");
        Assert.InRange(regressions, 0, Cases * 2 / 100);
        Assert.InRange(improvements, 0, Cases * 2 / 100);
    }

    [Theory]
    [InlineData(1.15, 95)]
    [InlineData(1.10, 80)]
    public void A_slower_candidate_is_a_regression(double slowness, int leastPercent)
    {
        const int Cases = 25;
        var found = Enumerable.Range(5000, Cases).Count(i => Gate(
            new SyntheticRun(2 * i).Measure(), new SyntheticRun((2 * i) + 1) { Slowness = (_, _) => slowness }.Measure()).Contains(ChangeVerdict.Regression));

        output.WriteLine($"{slowness}: found {found} of {Cases}");
        Assert.True(found * 100 >= Cases * leastPercent, $"found {found} of {Cases}");
    }

    [Fact]
    public void A_candidate_of_the_same_speed_is_no_change_and_a_faster_one_an_improvement()
    {
        var (a, same, faster) = (new SyntheticRun(11) { BetweenRuns = 0, Seconds = 600 }.Measure(), new SyntheticRun(12) { BetweenRuns = 0, Seconds = 600 }.Measure(),
            new SyntheticRun(13) { BetweenRuns = 0, Seconds = 600, Slowness = (_, _) => 0.8 }.Measure());

        Assert.All(RunComparison.Whole(a, same, new Tolerances(), Gated), c => Assert.Equal(ChangeVerdict.NoChange, c.Verdict));
        var p95 = RunComparison.Whole(a, faster, new Tolerances()).Single(c => c.Metric == RunComparison.P95);
        Assert.Equal(ChangeVerdict.Improvement, p95.Verdict);
        Assert.InRange(-20, p95.Low!.Value, p95.High!.Value);
    }

    [Fact]
    public void A_ramp_that_both_runs_share_does_not_hide_a_regression()
    {
        SyntheticRun Run(int seed, double slowness) =>
            new(seed) { Rate = s => 1 + (s / 2.0), Slowness = (s, _) => slowness * (1 + (s / 120.0)) };

        var changes = RunComparison.Whole(Run(1, 1).Measure(), Run(2, 1.15).Measure(), new Tolerances());

        Assert.Equal(ChangeVerdict.Regression, changes.Single(c => c.Metric == RunComparison.P95).Verdict);
    }

    [Fact]
    public void Errors_and_a_loss_of_throughput_are_regressions_too()
    {
        var a = new SyntheticRun(1).Measure();
        var failing = RunComparison.Whole(a, new SyntheticRun(2) { Errors = (_, o) => o == SyntheticRun.Buy ? 0.07 : 0.001 }.Measure(), new Tolerances());
        var slack = RunComparison.Whole(a, new SyntheticRun(3) { Rate = _ => 30 }.Measure(), new Tolerances());

        Assert.Equal(ChangeVerdict.Regression, failing.Single(c => c.Metric == RunComparison.ErrorRate).Verdict);
        Assert.Equal(ChangeVerdict.Regression, slack.Single(c => c.Metric == RunComparison.Throughput).Verdict);
    }

    [Fact]
    public void The_operation_that_changed_is_named_and_no_other()
    {
        var changes = RunComparison.Operations(
            new SyntheticRun(4).Measure(), new SyntheticRun(5) { Slowness = (_, o) => o == SyntheticRun.Show ? 1.5 : 1 }.Measure(), new Tolerances());

        Assert.Equal([SyntheticRun.Show], changes.Where(c => c.Verdict == ChangeVerdict.Regression).Select(c => c.Operation).Distinct());
    }

    [Fact]
    public void Too_little_is_inconclusive()
    {
        var few = RunComparison.Whole(new SyntheticRun(1) { Seconds = 4 }.Measure(), new SyntheticRun(2) { Seconds = 4, Slowness = (_, _) => 2 }.Measure(), new Tolerances());
        var none = RunComparison.Whole([new MetricWindow()], [new MetricWindow()], new Tolerances());

        Assert.All(few.Concat(none), c => Assert.Equal(ChangeVerdict.Inconclusive, c.Verdict));
    }

    [Fact]
    public void Runs_of_different_length_are_compared_too()
    {
        var changes = RunComparison.Whole(
            new SyntheticRun(6).Measure(), new SyntheticRun(7) { Seconds = 300, Slowness = (_, _) => 1.3 }.Measure(), new Tolerances());

        Assert.Equal(ChangeVerdict.Regression, changes.Single(c => c.Metric == RunComparison.P95).Verdict);
    }

    private static List<ChangeVerdict> Gate(IReadOnlyList<MetricWindow> a, IReadOnlyList<MetricWindow> b) =>
        [.. RunComparison.Whole(a, b, new Tolerances(), Gated).Select(c => c.Verdict)];

    private static IEnumerable<(T Before, T After)> Neighbours<T>(IEnumerable<T> all)
        where T : class
    {
        T? before = null;
        foreach (var one in all)
        {
            if (before is not null)
                yield return (before, one);
            before = one;
        }
    }
}
