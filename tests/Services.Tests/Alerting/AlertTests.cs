using System.Text.Json.Nodes;
using Loadstone.Alerting;
using Loadstone.Alerting.Subscriptions;
using Loadstone.Plans.Tests;
using Loadstone.ServiceHost;

namespace Loadstone.Services.Tests.Alerting;

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
    public void What_fell_into_maintenance_is_told_when_it_outlasts_that_and_stays_quiet_where_a_person_wants_it_to()
    {
        var held = Alert.Create(Raised().Raised with { Maintenance = "moving" });
        var told = Then(held, a => Alert.OutlastMaintenance(a, Now));
        var quiet = Then(held, a => Alert.Suppress(a, "ada", "known", Now));

        Assert.Equal((AlertStatus.Suppressed, false), (held.Status, held.IsTold));
        Assert.Equal((AlertStatus.Active, null, true), (told.Status, told.Suppressed, told.IsTold));
        Assert.All([told, quiet, Raised(), Then(held, a => Alert.End(a, 9, Now))], a => Assert.Empty(Alert.OutlastMaintenance(a, Now)));
        Assert.Equal("ada", quiet.Suppressed!.By);
        Assert.Empty(Alert.End(quiet, 9, Now));
    }

    [Theory]
    [InlineData("""{ "channel": "webhook", "name": "s" }""", "url")]
    [InlineData("""{ "channel": "webhook", "name": "s", "url": "ftp://hooks.example", "secret": "short" }""", "url", "secret")]
    [InlineData("""{ "channel": "webhook", "name": "s", "url": "https://ada:pass@hooks.example/", "to": ["a@example.org"] }""", "url", "to")]
    [InlineData("""{ "channel": "email", "name": "s" }""", "to")]
    [InlineData("""{ "channel": "email", "name": "s", "to": ["nobody", "a@example.org\r\nBcc: b@example.org"] }""", "to[0]", "to[1]")]
    [InlineData("""{ "name": "s", "url": "https://hooks.example" }""", "url")]
    [InlineData("""{ "name": "s", "severities": ["dire"], "events": [] }""", "severities[0]", "severities", "events")]
    public void A_subscription_that_cannot_be_served_is_refused(string body, params string[] paths) => Assert.Equal(paths, Reading.PathsOf(body, SubscriptionTerms.Read));

    [Fact]
    public void What_subscribers_hear_is_what_the_schema_says_and_every_member_is_in_it()
    {
        var schema = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Loadstone.Local.StateFolder.FindClone(), "deploy", "alerts.schema.json")))!;
        var check = new JsonSchemaCheck(schema, describesAll: true);
        var raised = Raised().Raised;
        object[] events =
        [
            raised, raised with { Operation = "o", RuleId = Guid.NewGuid(), ConfigurationId = Guid.NewGuid(), Environment = "staging", Source = AlertSource.Rule },
            new AlertGrew(12, "12 more", 5, Now), new AlertAcknowledged("ada", "mine", Now), new AlertSuppressed("ada", null, Now), new AlertOutlastedMaintenance(Now), new AlertResolved(9, Now), new AlertResolved(9, Now, "ada"),
        ];

        foreach (var (kind, body) in events.Select(e => AlertPublisher.Meaning(e, e as AlertRaised ?? raised)))
            Assert.Empty(check.ErrorsOf(System.Text.Json.JsonSerializer.SerializeToNode(body, body.GetType(), AlertPublisher.Json), schema["$defs"]![kind]));
    }

    private static Alert Raised() => Alert.Create(new AlertRaised(
        Guid.NewGuid(), Guid.NewGuid(), "x", AlertType.ThresholdExceeded, Severity.Low, "p95_response_time", null, 100, 110, "slow", 5, Now));

    private static Alert Then(Alert alert, Func<Alert, IEnumerable<object>> decide) => decide(alert).Aggregate(alert, (a, e) => e switch
    {
        AlertAcknowledged x => Alert.Apply(x, a),
        AlertSuppressed x => Alert.Apply(x, a),
        AlertOutlastedMaintenance x => Alert.Apply(x, a),
        AlertResolved x => Alert.Apply(x, a),
        _ => throw new InvalidOperationException($"{e}"),
    });
}
