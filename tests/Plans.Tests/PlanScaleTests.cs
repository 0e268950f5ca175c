using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

/// <summary>Plans made smaller and larger.</summary>
public sealed class PlanScaleTests
{
    [Fact]
    public void Users_times_and_throughputs_follow_and_think_times_stay()
    {
        var plan = Scaled(0.1, 0.5, """
            "duration": "10m", "max_virtual_users": 500, "load_pattern": { "type": "linear", "ramp_up": "2m", "ramp_down": "1m" }, "worker_count": 60,
            "success_criteria": { "min_throughput": 20, "max_error_rate": 1, "operations": { "a": { "min_throughput": 5 } },
              "expressions": [ "p(95) < 500", "http_reqs: rate > 50", "http_reqs: count > 1000", "throughput_rps >= 7.5", "cpu_usage < 80 while requests_per_second > 1000" ] },
            "stop_conditions": { "max_duration": "8m", "for": "5s" }
            """);

        Assert.Equal((50, 50, Minutes(5), Minutes(1), Minutes(0.5)), (plan.MaxVirtualUsers, plan.WorkerCount, plan.Duration, plan.RampUp, plan.RampDown));
        Assert.Equal((2.0, 0.5), (plan.SuccessCriteria.MinThroughput!.PerSecond, plan.SuccessCriteria.Operations!["a"].MinThroughput!.PerSecond));
        Assert.Equal(["p(95) < 500", "http_reqs: rate > 5", "http_reqs: count > 50", "throughput_rps >= 0.75", "cpu_usage < 80 while requests_per_second > 100"], plan.SuccessCriteria.Expressions);
        Assert.Equal((Minutes(4), TimeSpan.FromSeconds(5)), (plan.StopConditions!.MaxDuration!.Value, plan.StopConditions.For));
        Assert.Equal(TimeSpan.FromSeconds(1), plan.ScenarioConfig.ThinkTime.Mean);
    }

    [Fact]
    public void Stages_keep_their_shape_and_the_peak_stays_within_the_users()
    {
        var plan = Scaled(0.333, 0.1, """
            "load_pattern": { "type": "stages", "stages": [ { "duration": "2m", "target": 20 }, { "duration": "5m", "target": 20 }, { "duration": "3m", "target": 100 }, { "duration": "1s", "target": 0 } ] }
            """);

        Assert.Equal(33, plan.MaxVirtualUsers);
        Assert.Equal([7, 7, 33, 0], plan.Shape.Stages.Select(s => s.Target));
        Assert.Equal(TimeSpan.FromMilliseconds(60_100), plan.Duration);
    }

    [Fact]
    public void Rates_follow_and_never_become_nothing()
    {
        Assert.Equal(20, Assert.IsType<ConstantArrivalRate>(Scaled(0.1, 1, """ "load_pattern": { "type": "constant_arrival_rate", "rate": 200 } """).LoadPattern).Rate);
        Assert.Equal(0.001, Assert.IsType<ConstantArrivalRate>(Scaled(0.0001, 1, """ "load_pattern": { "type": "constant_arrival_rate", "rate": 1 } """).LoadPattern).Rate);
        Assert.Equal(25, Assert.IsType<SharedIterations>(Scaled(0.5, 0.5, """ "load_pattern": { "type": "shared_iterations", "iterations": 100 } """).LoadPattern).Iterations);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(3.3)]
    public void Exact_users_still_add_up(double scale)
    {
        var plan = Scaled(scale, 1, """
            "max_virtual_users": 10, "load_pattern": { "type": "constant" }, "scenario_config": { "users": { "a": 7, "b": 3 }, "scenarios": [
              { "name": "a", "user_journey": [ { "action": "wait", "duration": "1s" } ] }, { "name": "b", "user_journey": [ { "action": "wait", "duration": "1s" } ] } ] }
            """);

        Assert.Equal(plan.MaxVirtualUsers, plan.ScenarioConfig.Users!.Values.Sum());
    }

    [Fact]
    public void A_run_never_gets_shorter_than_a_second_nor_smaller_than_one_user()
    {
        foreach (var load in new[] { """ "type": "linear" """, """ "type": "spike" """, """ "type": "step" """, """ "type": "stages", "preset": "spike", "peak": 10 """, """ "type": "ramping_arrival_rate", "stages": [ { "duration": "10s", "target": 5 } ] """ })
        {
            var plan = Scaled(0.0001, 0.0001, $$""" "load_pattern": { {{load}} } """);
            Assert.Equal(TimeSpan.FromSeconds(1), plan.Shape.Duration);
            Assert.Equal((1, plan.Duration), (plan.MaxVirtualUsers, plan.Shape.Duration));
        }
    }

    [Fact]
    public void What_would_become_too_large_is_refused()
    {
        foreach (var scale in new[] { new PlanScale(1000.5, 0), new PlanScale(1000, 20) })
        {
            var errors = new DocumentErrors();
            scale.Apply(Read(""" "max_virtual_users": 200 """), errors);
            Assert.Equal(["scale", "timeScale"], errors.All.Select(e => e.Path));
        }
    }

    // A scaled plan is a plan: it reads back without an error.
    private static TestPlan Scaled(double users, double time, string members)
    {
        var errors = new DocumentErrors();
        var plan = new PlanScale(users, time).Apply(Read(members), errors);
        var again = TestPlan.Read(plan.ToJson(), errors);
        Assert.Empty(errors.All);
        Assert.True(JsonNode.DeepEquals(again.ToJson(), plan.ToJson()));
        return plan;
    }

    private static TestPlan Read(string members)
    {
        var errors = new DocumentErrors();
        var plan = TestPlan.Read(JsonNode.Parse($$"""{ {{string.Join(",", new[] { """ "name": "p" """, members }.Where(m => m.Trim().Length > 0))}} }"""), errors);
        Assert.Empty(errors.All);
        return plan;
    }

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);
}
