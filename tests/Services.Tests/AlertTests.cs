using System.Text.Json.Nodes;
using Loadstone.Alerting;
using Loadstone.Alerting.Rules;
using Loadstone.Alerting.Subscriptions;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Services.Tests;

public sealed class AlertTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void An_alert_is_acknowledged_and_ends_by_itself()
    {
        var acknowledged = Then(Raised(), a => Alert.Acknowledge(a, "ada", "mine", Now));

        Assert.Equal((AlertStatus.Acknowledged, new Treatment("ada", "mine", Now)), (acknowledged.Status, acknowledged.Acknowledged));
        Assert.Empty(Alert.Acknowledge(acknowledged, "eve", null, Now));
        var over = Then(acknowledged, a => Alert.End(a, 9, Now));
        Assert.Equal((AlertStatus.Resolved, null, Now), (over.Status, over.ResolvedBy, over.ResolvedAt));
        Assert.Empty(Alert.Resolve(over, "ada", null, Now));
    }

    [Fact]
    public void A_suppressed_alert_is_quiet_until_a_person_calls_it_over()
    {
        var suppressed = Then(Raised(), a => Alert.Suppress(a, "ada", null, Now));

        Assert.Empty(Alert.End(suppressed, 9, Now));
        Assert.Equal("ada", Then(suppressed, a => Alert.Resolve(a, "ada", "done", Now)).ResolvedBy);
    }

    [Fact]
    public void What_is_over_can_neither_be_acknowledged_nor_suppressed()
    {
        var over = Then(Raised(), a => Alert.End(a, 9, Now));
        var suppressed = Then(Raised(), a => Alert.Suppress(a, "ada", null, Now));

        Assert.Equal("The alert is resolved, so it cannot be acknowledged.", Assert.Throws<RefusalException>(() => Alert.Acknowledge(over, "ada", null, Now).ToList()).Message);
        Assert.Equal(409, Assert.Throws<RefusalException>(() => Alert.Suppress(over, "ada", null, Now).ToList()).Status);
        Assert.Equal("The alert is suppressed, so it cannot be acknowledged.", Assert.Throws<RefusalException>(() => Alert.Acknowledge(suppressed, "ada", null, Now).ToList()).Message);
    }

    [Fact]
    public void A_rule_is_broken_only_when_it_was_bad_for_as_long_as_it_says()
    {
        var rule = Rule("""{ "name": "r", "metric_name": "p95_response_time", "threshold_value": 100, "for_duration": "3s" }""");
        var watch = new Watch([], [rule]);

        // One slow second is in five looks together; a pause in between begins the count anew.
        var changes = Enumerable.Range(0, 20).SelectMany(second => watch.Look(Second(second, second is 4 ? 500 : 50)).Select(c => (second, c.IsOver, c.Rule)));

        Assert.Equal([(6, false, rule), (11, true, rule)], changes);
    }

    [Fact]
    public void A_rule_may_ask_for_a_floor()
    {
        var watch = new Watch([], [Rule("""{ "name": "r", "metric_name": "throughput_rps", "comparison": "below", "threshold_value": 20 }""")]);

        var change = Assert.Single(watch.Look(Second(0, 50)));
        Assert.Equal("r: throughput_rps ≥ 20 does not hold over the last 5 seconds: 10", Watch.MessageOf(change));
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
    [InlineData("""{ }""", "name", "metric_name", "threshold_value")]
    [InlineData("""{ "name": "r", "metric_name": "beauty", "threshold_value": 1 }""", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "p101_response_time", "threshold_value": 1 }""", "metric_name")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate", "threshold_value": "1", "for_duration": "long", "severity": "dire", "configuration_id": "x" }""", "threshold_value", "for_duration", "severity", "configuration_id")]
    [InlineData("""{ "name": "r", "metric_name": "error_rate", "threshold_value": 1, "relative_to_baseline": true }""", "relative_to_baseline")]
    public void A_rule_that_cannot_be_watched_is_refused(string body, params string[] paths) => Assert.Equal(paths, PathsOf(body, RuleTerms.Read));

    [Theory]
    [InlineData("""{ "channel": "webhook", "name": "s", "url": "https://hooks.example" }""", "channel")]
    [InlineData("""{ "name": "s", "url": "https://hooks.example" }""", "url")]
    [InlineData("""{ "name": "s", "severities": ["dire"], "events": [] }""", "severities[0]", "severities", "events")]
    public void A_subscription_that_cannot_be_served_is_refused(string body, params string[] paths) => Assert.Equal(paths, PathsOf(body, SubscriptionTerms.Read));

    private static IEnumerable<string> PathsOf<T>(string body, Func<DocumentNode, T> read)
    {
        var errors = new DocumentErrors();
        var node = new DocumentNode(JsonNode.Parse(body), "", errors);
        read(node);
        node.RefuseUnknown();
        return errors.All.Select(e => e.Path).Distinct();
    }

    private static AlertRule Rule(string body) =>
        new() { Id = Guid.NewGuid(), Terms = RuleTerms.Read(new DocumentNode(JsonNode.Parse(body), "", new DocumentErrors())) };

    private static Alert Raised() => Alert.Create(new AlertRaised(
        Guid.NewGuid(), Guid.NewGuid(), "x", AlertType.ThresholdExceeded, Severity.Low, "p95_response_time", null, 100, 110, "slow", 5, Now));

    private static Alert Then(Alert alert, Func<Alert, IEnumerable<object>> decide) => decide(alert).Aggregate(alert, (a, e) => e switch
    {
        AlertAcknowledged x => Alert.Apply(x, a),
        AlertSuppressed x => Alert.Apply(x, a),
        AlertResolved x => Alert.Apply(x, a),
        _ => throw new InvalidOperationException($"{e}"),
    });

    private static MetricWindow Second(int second, double responseMs)
    {
        var requests = new OperationWindow { Scenario = "s", Operation = "o", Sent = 10, Ok = 10 };
        for (var i = 0; i < 10; i++)
            requests.Response.Record((long)(responseMs * 1_000_000));
        return new MetricWindow { Sequence = second, Operations = [requests] };
    }
}
