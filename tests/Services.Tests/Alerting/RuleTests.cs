using System.Text.Json.Nodes;
using Loadstone.Alerting;
using Loadstone.Alerting.Rules;
using Loadstone.Alerting.Watching;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What rules say, and how their breaches begin and end.</summary>
public sealed class RuleTests
{
    [Fact]
    public void A_rule_is_broken_only_when_it_was_bad_for_as_long_as_it_says()
    {
        var rule = Rule("""{ "name": "r", "metric_name": "p95_response_time", "threshold_value": 100, "for_duration": "3s" }""");
        var watch = new Watch([], [rule]);

        // One slow second is in five looks together; a pause in between begins the count anew.
        var changes = Enumerable.Range(0, 20).SelectMany(second => watch.Look(RunSeconds.Of(second, second is 4 ? 500 : 50)).Select(c => (second, c.IsOver, c.Breach.RuleId)));

        Assert.Equal([(6, false, rule.Id), (11, true, (Guid?)rule.Id)], changes);
    }

    [Fact]
    public void A_rule_may_ask_for_a_floor()
    {
        var watch = new Watch([], [Rule("""{ "name": "r", "metric_name": "throughput_rps", "comparison": "below", "threshold_value": 20 }""")]);

        var change = Assert.Single(watch.Look(RunSeconds.Of(0, 50)));
        Assert.Equal("r: throughput_rps ≥ 20 does not hold over the last 5 seconds: 10", change.Breach.Message);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData(""" "environment": "staging", """, "", true)]
    [InlineData(""" "environment": "production", """, "", false)]
    [InlineData("", """ "configuration_id": "00000000-0000-0000-0000-000000000001", """, true)]
    [InlineData("", """ "configuration_id": "00000000-0000-0000-0000-000000000002", """, false)]
    public void A_rule_is_for_the_runs_it_names(string environment, string configuration, bool expected)
    {
        var run = new WatchedRun(Guid.NewGuid(), "x", SuccessCriteria.Default, new Guid("00000000-0000-0000-0000-000000000001"), "staging");

        Assert.Equal(expected, Rule($$"""{ {{environment}} {{configuration}} "name": "r", "metric_name": "error_rate", "threshold_value": 1 }""").Terms.IsFor(run));
    }

    [Theory]
    [InlineData("""{ }""", "name", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate" }""", "threshold_value")]
    [InlineData("""{ "name": "r", "metric_name": "beauty", "threshold_value": 1 }""", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "p101_response_time", "threshold_value": 1 }""", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate", "threshold_value": "1", "for_duration": "long", "severity": "dire", "configuration_id": "x" }""", "threshold_value", "for_duration", "severity", "configuration_id")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate < 1 while p95_response_time", "threshold_value": 1 }""", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "recovery_time", "threshold_value": 1 }""", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate", "threshold_value": 1, "detects": "p99_step" }""", "metric_name")]
    [InlineData("""{ "name": "r", "expression": "cpu_usage is high" }""", "expression")]
    [InlineData("""{ "name": "r", "expression": "recovery_time < 5" }""", "expression")]
    [InlineData("""{ "name": "r", "expression": "cpu_usage < 80", "threshold_value": 1, "relative_to_baseline": true, "operation": "o" }""", "operation", "threshold_value", "relative_to_baseline")]
    [InlineData("""{ "name": "r", "detects": "beauty" }""", "detects")]
    [InlineData("""{ "name": "r", "detects": "p99_step", "hysteresis_percent": 5 }""", "hysteresis_percent")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate", "threshold_value": 1, "hysteresis_percent": 95, "resolve_after": "0s" }""", "resolve_after", "hysteresis_percent")]
    public void A_rule_that_cannot_be_watched_is_refused(string body, params string[] paths) => Assert.Equal(paths, Reading.PathsOf(body, RuleTerms.Read));

    [Fact]
    public void A_breach_is_over_only_when_the_value_is_well_below_its_threshold_for_long_enough()
    {
        var rule = Rule("""{ "name": "r", "metric_name": "p95_response_time", "threshold_value": 100, "hysteresis_percent": 20, "resolve_after": "4s" }""");
        var watch = new Watch([], [rule]);
        // 90 ms hold, and are not 20 % below; from second 20 on 70 ms are.
        var changes = Enumerable.Range(0, 40).SelectMany(second => watch.Look(RunSeconds.Of(second, second < 5 ? 200 : second < 20 ? 90 : 70)).Select(c => (second, c.IsOver)));

        // The look at second 24 is the first that sees only those; 27 is the fourth.
        Assert.Equal([(0, false), (27, true)], changes);
    }

    [Fact]
    public void A_rule_speaks_of_the_target_the_generator_and_their_combinations_in_the_grammar_of_criteria()
    {
        AlertRule[] rules =
        [
            Rule("""{ "name": "cpu", "expression": "cpu_usage < 80 while requests_per_second > 15" }"""),
            Rule("""{ "name": "connections", "metric_name": "max database_connections", "threshold_value": 90 }"""),
            Rule("""{ "name": "generator", "metric_name": "generator_cpu_usage", "threshold_value": 85 }"""),
            Rule("""{ "name": "queue", "metric_name": "metric 'jobs waiting'", "threshold_value": 5 }"""),
        ];
        var watch = new Watch([], rules);

        var idle = watch.Look(Watched(0, requests: 10));
        var busy = watch.Look(Watched(1, requests: 20));

        Assert.Equal(["max database_connections", "generator_cpu_usage", "jobs waiting"], idle.Select(c => c.Breach.MetricName));
        Assert.Equal([AlertType.ResourceExhaustion, AlertType.ResourceExhaustion, AlertType.ThresholdExceeded], idle.Select(c => c.Breach.AlertType));
        var cpu = Assert.Single(busy);
        Assert.Equal(("cpu_usage", AlertType.ResourceExhaustion, 80, 95), (cpu.Breach.MetricName, cpu.Breach.AlertType, cpu.Breach.Threshold, cpu.Breach.Value));
        Assert.Equal("cpu: cpu_usage < 80 while requests_per_second > 15 does not hold over the last 5 seconds: 95", cpu.Breach.Message);
    }

    [Fact]
    public void A_rule_for_a_phase_is_quiet_outside_of_it()
    {
        var watch = new Watch([], [Rule("""{ "name": "r", "expression": "p(95) in 'peak' < 100" }""")]);
        var changes = Enumerable.Range(0, 30).SelectMany(second =>
            watch.Look(RunSeconds.Of(second, 500, phase: second is >= 10 and < 15 ? "peak" : "calm")).Select(c => (second, c.IsOver)));

        Assert.Equal([(10, false), (21, true)], changes);
    }

    [Theory]
    [InlineData("p95_response_time", "above", 20, 60.0, 50)]
    [InlineData("error_rate", "above", 2, 2.0, 0)]
    [InlineData("throughput_rps", "below", 30, 7.0, 10)]
    public void A_rule_relative_to_the_baseline_takes_its_limit_from_what_that_run_measured(string metric, string side, double percent, double limit, double atBaseline)
    {
        var rule = Rule($$"""{ "name": "r", "metric_name": "{{metric}}", "comparison": "{{side}}", "threshold_value": {{percent}}, "relative_to_baseline": true }""");
        var watch = new Watch([], [rule]);
        Assert.True(watch.WantsBaseline);
        Assert.Empty(watch.Look(Bad(0)));

        watch.Compare(RunSeconds.Of(0, 50));

        Assert.False(watch.WantsBaseline);
        var breach = Assert.Single(watch.Look(Bad(1))).Breach;
        Assert.Equal((AlertType.PerformanceDegradation, limit), (breach.AlertType, Math.Round(breach.Threshold, 1)));
        Assert.Contains($"by the baseline's {atBaseline}", breach.Message);
    }

    [Fact]
    public void A_rule_whose_metric_the_baseline_does_not_have_stays_quiet()
    {
        var watch = new Watch([], [Rule("""{ "name": "r", "metric_name": "cpu_usage", "threshold_value": 20, "relative_to_baseline": true }""")]);
        watch.Compare(RunSeconds.Of(0, 50));

        Assert.Empty(watch.Look(Watched(0, requests: 10)));
    }

    [Fact]
    public void A_plans_own_thresholds_raise_alerts_beside_its_criteria()
    {
        var plan = TestPlan.Read(JsonNode.Parse("""{ "name": "x", "alert_thresholds": [ { "expression": "p(95) < 100", "for": "2s", "severity": "low" }, { "expression": "cpu_usage < 80" } ] }"""), new DocumentErrors());
        var watch = Watch.Of(new WatchedRun(Guid.NewGuid(), "x", plan.SuccessCriteria, Thresholds: plan.AlertThresholds), []);

        var changes = Enumerable.Range(0, 3).SelectMany(second => watch.Look(RunSeconds.Of(second, 500)).Select(c => (second, c.Breach.Severity, c.Breach.Source, c.Breach.Message))).ToList();

        Assert.Equal([(1, Severity.Low, AlertSource.Criterion, "p(95) < 100 does not hold over the last 5 seconds: 500")], changes);
    }

    [Fact]
    public void In_a_run_that_asks_two_systems_in_turns_no_change_is_looked_for()
    {
        var plan = new TestPlan { Name = "x", LoadPattern = new ConstantLoad() };

        Assert.DoesNotContain("p99_step", KeysOf(plan with { AbTest = new AbTest("http://other", TimeSpan.FromSeconds(5)) }));
        Assert.Contains("p99_step", KeysOf(plan));
    }

    [Fact]
    public void A_capacity_search_breaks_its_criteria_by_design_and_only_what_a_person_asked_for_is_watched_in_it()
    {
        var search = new TestPlan
        {
            Name = "x",
            LoadPattern = new CapacitySearch(10, 500, TimeSpan.FromSeconds(10), 10),
            AlertThresholds = [new AlertThreshold("cpu_usage < 80", TimeSpan.FromSeconds(10), null)],
        };

        Assert.True(Requested(search).IsOpen);
        var (threshold, rule) = (Threshold.Of(search.AlertThresholds[0]).Key, Rule("""{ "name": "r", "metric_name": "p99_response_time", "threshold_value": 1 }"""));
        Assert.Equal([threshold, rule.Id.ToString(), Crowd.Key], KeysOf(search, rule));
    }

    [Fact]
    public void A_rule_that_is_shown_can_be_sent_back()
    {
        var shown = (JsonObject)JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Rule("""{ "name": "r", "expression": "cpu_usage < 80" }""").Terms, WireJson.Options))!;

        Assert.Empty(Reading.PathsOf(shown.ToJsonString(), RuleTerms.Read));
    }

    // Few slow answers, half of them wrong.
    private static MetricWindow Bad(int second) => RunSeconds.Of(second, [80, 80], failed: 1);

    private static MetricWindow Watched(int second, int requests)
    {
        var window = RunSeconds.Of(second, Enumerable.Repeat(50.0, requests));
        window.Count("cpu_usage", CustomMetric.Of(95));
        window.Count("database_connections", CustomMetric.Of(99));
        window.Count("jobs waiting", CustomMetric.Of(7));
        window.Health = new GeneratorHealth(CpuPercent: 88, 0, 0);
        return window;
    }

    private static IEnumerable<string> KeysOf(TestPlan plan, params AlertRule[] rules) => Watch.Of(Requested(plan), rules).Keys;

    private static WatchedRun Requested(TestPlan plan) =>
        WatchedRun.Of(new ExecutionRequested(Guid.NewGuid(), Guid.NewGuid(), plan.Name, plan, "staging", new DateOnly(2026, 11, 21), "ada", DateTimeOffset.UnixEpoch));

    private static AlertRule Rule(string body) => Reading.Rule(body);
}
