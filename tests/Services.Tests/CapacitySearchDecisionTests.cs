using Loadstone.Analysis;
using Loadstone.Analysis.Reports;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.Scheduler;
using Loadstone.Services.Tests.Judging;
using ExecutionRequested = Loadstone.Scheduler.ExecutionRequested;
using ExecutionStarted = Loadstone.Scheduler.ExecutionStarted;

namespace Loadstone.Services.Tests;

/// <summary>A capacity search as the scheduler decides it, second by second, against a system whose capacity is known (requirements R17.8).</summary>
public sealed class CapacitySearchDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CapacitySearch Search = new(10, 1000, TimeSpan.FromSeconds(10), 10);

    [Fact]
    public void The_search_ends_the_run_as_planned_with_the_capacity_between_its_rates()
    {
        var (x, _) = Run(capacity: 300, maxSeconds: 600);

        var (held, broken) = CapacitySearch.Bracket(x.SearchSteps);
        Assert.True(held <= 300 && broken > 300 && broken - held <= 0.1 * broken, $"{held} to {broken}");
        Assert.Equal((true, false), (x.Stop!.AsPlanned, x.Stop.AsFailure));
        Assert.Contains("p95_response_time", x.SearchSteps.First(s => !s.Held).Why);
        Assert.Empty(Interventions.Of(x.Changes.Select(c => new LoadChanged(ExecutionDecisions.CapacitySearcher, c.At.TotalSeconds, null, c.Target, null, false, Noon))));
    }

    [Fact]
    public void A_step_that_breaks_is_cut_short_after_three_bad_seconds()
    {
        var (x, _) = Run(capacity: 300, maxSeconds: 600);

        Assert.All(x.SearchSteps.Where(s => s is { Held: false, Move: not SearchMove.Hold }), s => Assert.Equal(2, s.LastSecond - s.FirstSecond));
        Assert.All(x.SearchSteps.Where(s => s is { Held: true, Move: SearchMove.Climb or SearchMove.Bisect }), s => Assert.Equal(7, s.LastSecond - s.FirstSecond));
    }

    [Fact]
    public void An_instance_that_heard_only_the_end_of_a_step_lets_it_last_longer_and_one_that_decides_twice_changes_nothing()
    {
        var x = Start();
        var seconds = Enumerable.Range(0, 12).Select(s => Second(s, 10, slow: false)).ToList();

        Assert.Empty(ExecutionDecisions.Search(x, seconds[5..11], Noon.AddSeconds(12)));
        var events = ExecutionDecisions.Search(x, seconds, Noon.AddSeconds(13)).ToList();
        Assert.Equal([typeof(CapacityStepJudged), typeof(LoadChanged)], events.Select(e => e.GetType()));
        Assert.Equal((14, 20), (((LoadChanged)events[1]).FromSeconds, ((LoadChanged)events[1]).Rate));
        Assert.Empty(ExecutionDecisions.Search(x.Then(events), seconds, Noon.AddSeconds(13)));
    }

    [Fact]
    public void Nobody_steers_a_search()
    {
        var refusal = Assert.Throws<ServiceHost.RefusalException>(() => new LoadWish(null, 50, false).Decide(Start(), new ServiceHost.Caller("gateway", "ada", ["admin"]), Noon.AddSeconds(3)).ToList());
        Assert.Contains("searches the capacity by itself", refusal.Message);
    }

    [Fact]
    public void The_verdict_is_about_the_last_hold_and_the_report_names_what_was_used_up_first()
    {
        var (x, seconds) = Run(capacity: 300, maxSeconds: 600);
        var (run, measured) = (RunOf(Search), new RunMeasurements(x.Id, SyntheticRun.Total(seconds), [], [], seconds));
        var judged = Judgement.Decide(run, measured, [], Noon, x.SearchSteps);

        Assert.Equal(VerdictOutcome.Passed, judged.Verdict.Outcome);
        Assert.Equal((true, CapacitySearch.Bracket(x.SearchSteps).Held), (judged.Capacity!.IsConfirmed, judged.Capacity.SafeRate));
        Assert.StartsWith("the processor of the target (cpu_usage), 9", judged.Capacity.FirstSaturated);
        Assert.InRange(judged.Verdict.Criteria.Single(c => c.Title.Contains("p95")).Value!.Value, 1, 60);
        var report = RunReport.Of(run, measured, judged);
        Assert.Contains("the largest safe rate is", report.Findings.Insights[0]);
        Assert.DoesNotContain(report.Findings.Insights, i => i.StartsWith("It broke at", StringComparison.Ordinal) || i.StartsWith("After the spike", StringComparison.Ordinal));
        Assert.Contains("<h2>Capacity search</h2>", ReportHtml.Of(report));
        Assert.Contains("the largest safe rate is", ReportText.Markdown(report));
    }

    [Fact]
    public void Too_little_is_a_failure_too_short_is_inconclusive_and_nothing_at_all_says_why()
    {
        Assert.Equal(VerdictOutcome.Failed, Judge(Search with { Least = 500 }, capacity: 300, maxSeconds: 600, "below the least of 500/s"));
        Assert.Equal(VerdictOutcome.Inconclusive, Judge(Search, capacity: 300, maxSeconds: 60, "not confirmed"));
        Assert.Equal(VerdictOutcome.Failed, Judge(Search, capacity: 5, maxSeconds: 600, "already the lowest rate of 10/s is too much"));
        Assert.Equal(VerdictOutcome.Inconclusive, Judge(Search, capacity: 300, maxSeconds: 4, "no step of the capacity search was over"));
    }

    private static VerdictOutcome Judge(CapacitySearch search, double capacity, int maxSeconds, string reason)
    {
        var (x, seconds) = Run(capacity, maxSeconds);
        var verdict = Judgement.Decide(RunOf(search), new RunMeasurements(x.Id, SyntheticRun.Total(seconds), [], [], seconds), [], Noon, x.SearchSteps).Verdict;
        Assert.Contains(reason, string.Join("; ", verdict.Reasons));
        return verdict.Outcome;
    }

    // Each second is closed half a second after its end, and heard at once.
    private static (Execution X, List<MetricWindow> Seconds) Run(double capacity, int maxSeconds)
    {
        var (x, seconds) = (Start(), new List<MetricWindow>());
        for (var second = 0; second < maxSeconds && x.Stop is null; second++)
        {
            var rate = x.Load.Shape.At(TimeSpan.FromSeconds(second));
            seconds.Add(Second(second, rate, slow: rate > capacity, cpu: Math.Min(99, 90 * rate / capacity)));
            x = x.Then(ExecutionDecisions.Search(x, [.. seconds.Where(s => s.Sequence >= x.SearchesFromSecond)], Noon.AddSeconds(second + 1.5)));
        }

        return (x, seconds);
    }

    private static MetricWindow Second(int second, double rate, bool slow, double cpu = 10)
    {
        var operation = new OperationWindow { Scenario = "s", Operation = "get", Sent = (long)rate, Ok = (long)rate };
        for (var i = 0; i < rate; i++)
            operation.Response.Record((slow ? 900 : 50) * 1_000_000L);
        var window = new MetricWindow { Sequence = second, VirtualUsers = 10, Iterations = new IterationCounts { Planned = (long)rate, Started = (long)rate, Completed = (long)rate } };
        window.Append(operation);
        window.Count("cpu_usage", CustomMetric.Of(cpu));
        return window;
    }

    private static TestPlan PlanOf(CapacitySearch search) => new()
    {
        Name = "x",
        TestType = TestType.Capacity,
        LoadPattern = search,
        Duration = TimeSpan.FromMinutes(10),
        SuccessCriteria = new SuccessCriteria { MaxP95ResponseTime = 300 },
    };

    private static RunToJudge RunOf(CapacitySearch search) => new(Guid.NewGuid(), Guid.NewGuid(), "x", PlanOf(search), "sample", "me", Noon);

    private static Execution Start()
    {
        var configuration = new RunnableConfiguration(Guid.NewGuid(), 1, PlanOf(Search), "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>());
        return Execution.Create(new ExecutionRequested(Guid.NewGuid(), "x", configuration, 1, "me", null, Noon)).Then([new ExecutionStarted(Noon, Noon)]);
    }
}
