using Loadstone.Analysis;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Judging;

public sealed class CriterionValueTests
{
    [Theory]
    [InlineData("cpu_usage < 80 while requests_per_second > 100", 90.0)] // from second 60 on
    [InlineData("cpu_usage < 80", 70.0)]
    [InlineData("max cpu_usage < 80", 90.0)]
    [InlineData("cpu_usage < 80 while requests_per_second > 1000", null)]
    [InlineData("memory_usage < 80", null)]
    [InlineData("recovery_time < 30", null)]
    public void A_criterion_takes_the_seconds_that_its_condition_names(string expression, double? expected) =>
        Assert.Equal(expected, ValueOf(expression, new SyntheticRun(1) { Rate = s => s < 60 ? 20 : 60 }, s => s < 60 ? 50 : 90));

    [Fact]
    public void A_criterion_on_a_phase_takes_its_seconds_and_no_other()
    {
        var run = new SyntheticRun(2) { Phase = s => s < 60 ? "calm" : "storm", Slowness = (s, _) => s < 60 ? 1 : 3 };

        Assert.InRange(ValueOf("p(50) of 'list' in 'calm' < 1", run)!.Value, 18, 22);
        Assert.InRange(ValueOf("p(50) of 'list' in 'storm' < 1", run)!.Value, 54, 66);
        Assert.Null(ValueOf("p(50) in 'lull' < 1", run));
    }

    [Fact]
    public void The_time_to_recover_is_a_criterion_like_any_other()
    {
        var run = new SyntheticRun(5) { Users = s => s is >= 40 and < 60 ? 100 : 20, Wander = 0.01, Slowness = (s, _) => s is >= 40 and < 70 ? 3 : 1 };

        Assert.Equal(10, ValueOf("recovery_time < 30", run));
    }

    [Fact]
    public void A_criterion_of_which_no_second_counts_does_not_hold_and_says_so()
    {
        var plan = new TestPlan { Name = "x", SuccessCriteria = new SuccessCriteria { Expressions = ["p(95) in 'lull' < 800"] } };
        var seconds = new SyntheticRun(1) { Seconds = 5 }.Measure();
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", plan, "sample", "me", DateTimeOffset.UnixEpoch);

        var judged = Judgement.Decide(run, new RunMeasurements(run.Id, SyntheticRun.Total(seconds), [], [], seconds), [], DateTimeOffset.UnixEpoch);

        Assert.Equal(VerdictOutcome.Failed, judged.Verdict.Outcome);
        Assert.Equal("p(95) in 'lull' < 800 cannot be judged: nothing was measured in the seconds that count", Assert.Single(judged.Verdict.Reasons));
    }

    private static double? ValueOf(string expression, SyntheticRun run, Func<int, double>? cpu = null)
    {
        Assert.True(CriterionExpression.TryParse(expression, out var criterion, out var error), error);
        var seconds = run.Measure();
        foreach (var second in cpu is null ? [] : seconds)
            second.Count("cpu_usage", CustomMetric.Of(cpu!(second.Sequence)));
        return CriterionValue.Of(criterion, new TestPlan { Name = "x" }, new RunMeasurements(Guid.Empty, SyntheticRun.Total(seconds), [], [], seconds));
    }
}
