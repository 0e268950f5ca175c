using Loadstone.Analysis;
using Loadstone.Analysis.History;
using Loadstone.Analysis.Reports;
using Loadstone.Analysis.Statistics;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.Scheduler;

namespace Loadstone.Services.Tests.Judging;

/// <summary>What somebody did to a running load is told, seen on the charts, and left out of the verdict (requirements R17.12).</summary>
public sealed class JudgedWindowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_slow_only_while_the_load_is_changed_fails_no_criterion()
    {
        var seconds = new SyntheticRun(1) { Seconds = 60, Slowness = (second, _) => second is >= 20 and <= 23 ? 50 : 1 }.Measure();
        var measured = new RunMeasurements(Guid.NewGuid(), SyntheticRun.Total(seconds), [], [], seconds);
        var run = new RunToJudge(measured.ExecutionId, Guid.NewGuid(), "x", new TestPlan { Name = "x", SuccessCriteria = new SuccessCriteria { MaxP99ResponseTime = 1000 } }, "sample", "me", Noon);

        Assert.Equal(VerdictOutcome.Failed, Judgement.Decide(run, measured, [], Noon).Verdict.Outcome);
        var judged = Judgement.Decide(run, measured, [new Intervention(20.4, InterventionKind.Changed, "400 arrivals per second from 20.4 s on", "ada", Noon)], Noon);
        Assert.Equal(VerdictOutcome.Passed, judged.Verdict.Outcome);
        Assert.Equal(measured.Total.Total().Sent, judged.Figures.TotalRequests);

        var report = RunReport.Of(run, measured, judged);
        Assert.Equal([20, 21, 22, 23], report.LeftOutSeconds);
        Assert.Equal(60, report.Series.Count);
        Assert.Equal("The load was changed by hand: what follows leaves out the seconds 20–23.", report.Findings.Insights[0]);
        var html = ReportHtml.Of(report);
        Assert.Contains("<title>second 20.4: 400 arrivals per second from 20.4 s on, by ada</title>", html);
        Assert.Contains("The verdict leaves out the seconds 20–23.", html);
        Assert.Contains("second 20.4: 400 arrivals per second from 20.4 s on, by ada", ReportText.Markdown(report));
    }

    [Fact]
    public void A_pause_is_left_out_as_a_whole_and_the_seconds_after_it() => Assert.Equal(
        "0–3, 10–23", JudgedWindow.InWords(JudgedWindow.LeftOut(
            [At(0.2, InterventionKind.Changed), At(10.9, InterventionKind.Paused), At(20, InterventionKind.Resumed)], [.. Enumerable.Range(0, 60).Select(Second)])));

    [Fact]
    public void A_pause_that_nobody_ended_is_left_out_to_the_end_and_nothing_beyond_it() => Assert.Equal(
        "55–59", JudgedWindow.InWords(JudgedWindow.LeftOut([At(55, InterventionKind.Paused)], [.. Enumerable.Range(0, 60).Select(Second)])));

    [Fact]
    public void Of_a_long_run_that_is_read_by_longer_windows_each_window_with_such_a_second_is_left_out()
    {
        MetricWindow[] windows = [.. Enumerable.Range(0, 12).Select(i => Second(i * 10))];
        var judged = JudgedWindow.Of([At(48.5, InterventionKind.Changed), At(117, InterventionKind.Changed)], new RunMeasurements(Guid.NewGuid(), SyntheticRun.Total(windows), [], [], windows));

        Assert.Equal([0, 10, 20, 30, 60, 70, 80, 90, 100], judged.Seconds.Select(s => s.Sequence));
    }

    [Fact]
    public async Task Runs_are_compared_without_the_seconds_in_which_somebody_changed_the_load()
    {
        var (calm, steered) = (Measured(1, (_, _) => 1), Measured(2, (second, _) => second is >= 20 and <= 39 ? 30 : 1));
        JudgedRun[] untold = [Judged(calm), Judged(steered)], told = [Judged(calm), Judged(steered, At(20, InterventionKind.Paused), At(38, InterventionKind.Resumed))];
        var ingestion = new MeasuredRuns(calm, steered);

        Assert.Equal(ChangeVerdict.Regression, (await CompareEndpoint.OfAsync(untold, ingestion, CancellationToken.None)).Changes.Single().Verdict);
        Assert.NotEqual(ChangeVerdict.Regression, (await CompareEndpoint.OfAsync(told, ingestion, CancellationToken.None)).Changes.Single().Verdict);
    }

    [Fact]
    public void A_run_that_is_judged_again_is_judged_without_those_seconds_too()
    {
        var measured = Measured(1, (second, _) => second is >= 20 and <= 23 ? 50 : 1);
        var strict = new SuccessCriteria { MaxP99ResponseTime = 1000 };

        Assert.Equal(VerdictOutcome.Failed, Judgement.DecideAgain(Judged(measured), strict, measured, "ada", Noon).Verdict.Outcome);
        Assert.Equal(VerdictOutcome.Passed, Judgement.DecideAgain(Judged(measured, At(20, InterventionKind.Changed)), strict, measured, "ada", Noon).Verdict.Outcome);
    }

    [Fact]
    public void A_run_with_no_second_that_counts_is_inconclusive()
    {
        MetricWindow[] seconds = [.. new SyntheticRun(1) { Seconds = 3 }.Measure()];
        var measured = new RunMeasurements(Guid.NewGuid(), SyntheticRun.Total(seconds), [], [], seconds);
        var run = new RunToJudge(measured.ExecutionId, Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", Noon);

        Assert.Equal(VerdictOutcome.Inconclusive, Judgement.Decide(run, measured, [At(0, InterventionKind.Changed)], Noon).Verdict.Outcome);
    }

    [Fact]
    public void Interventions_are_read_from_the_events_with_pauses_counted()
    {
        object[] events =
        [
            new Scheduler.ExecutionStarted(Noon, Noon), new Scheduler.LoadChanged("ada", 5, null, 200, null, IsPaused: false, Noon.AddSeconds(4)),
            new ExecutionPaused("ben", Noon.AddSeconds(10)), new ExecutionResumed("ben", Noon.AddSeconds(17.5)), new Scheduler.LoadChanged("ada", 12, 30, null, null, IsPaused: false, Noon.AddSeconds(18.5)),
        ];

        Assert.Equal(
            [(5, InterventionKind.Changed, "ada"), (10, InterventionKind.Paused, "ben"), (17.5, InterventionKind.Resumed, "ben"), (19.5, InterventionKind.Changed, "ada")],
            Interventions.Of(events).Select(i => (i.Second, i.Kind, i.By)));
    }

    private static RunMeasurements Measured(int seed, Func<int, string, double> slowness)
    {
        var seconds = new SyntheticRun(seed) { Seconds = 60, Slowness = slowness }.Measure();
        return new RunMeasurements(Guid.NewGuid(), SyntheticRun.Total(seconds), [], [], seconds);
    }

    private static JudgedRun Judged(RunMeasurements measured, params Intervention[] interventions)
    {
        var run = new RunToJudge(measured.ExecutionId, Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", Noon);
        return new JudgedRun(run, Judgement.Decide(run, measured, interventions, Noon));
    }

    private static Intervention At(double second, InterventionKind kind) => new(second, kind, kind.ToString(), "ada", Noon);

    private static MetricWindow Second(int second) => new() { Sequence = second };

    private sealed class MeasuredRuns(params RunMeasurements[] runs) : IIngestionClient
    {
        public Task<RunMeasurements> MeasurementsAsync(Guid id, int stretch, CancellationToken cancellation) => Task.FromResult(runs.Single(r => r.ExecutionId == id));

        public Task<RunMeasurements> TotalAsync(Guid id, CancellationToken cancellation) => MeasurementsAsync(id, 1, cancellation);
    }
}
