using Loadstone.Analysis;
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
        var steered = run with { Interventions = [new Intervention(20.4, InterventionKind.Changed, "400 arrivals per second from 20.4 s on", "ada", Noon)] };

        Assert.Equal(VerdictOutcome.Failed, Judgement.Decide(run, measured, Noon).Verdict.Outcome);
        var judged = Judgement.Decide(steered, measured, Noon);
        Assert.Equal(VerdictOutcome.Passed, judged.Verdict.Outcome);
        Assert.Equal(measured.Total.Total().Sent, judged.Figures.TotalRequests);

        var report = RunReport.Of(steered, measured, judged);
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
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", Noon) { Interventions = [At(48.5, InterventionKind.Changed), At(117, InterventionKind.Changed)] };

        var judged = JudgedWindow.Of(run, new RunMeasurements(run.Id, SyntheticRun.Total(windows), [], [], windows));

        Assert.Equal([0, 10, 20, 30, 60, 70, 80, 90, 100], judged.Seconds.Select(s => s.Sequence));
    }

    [Fact]
    public void A_run_with_no_second_that_counts_is_inconclusive()
    {
        MetricWindow[] seconds = [.. new SyntheticRun(1) { Seconds = 3 }.Measure()];
        var measured = new RunMeasurements(Guid.NewGuid(), SyntheticRun.Total(seconds), [], [], seconds);
        var run = new RunToJudge(measured.ExecutionId, Guid.NewGuid(), "x", new TestPlan { Name = "x" }, "sample", "me", Noon) { Interventions = [At(0, InterventionKind.Changed)] };

        Assert.Equal(VerdictOutcome.Inconclusive, Judgement.Decide(run, measured, Noon).Verdict.Outcome);
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

    private static Intervention At(double second, InterventionKind kind) => new(second, kind, kind.ToString(), "ada", Noon);

    private static MetricWindow Second(int second) => new() { Sequence = second };
}
