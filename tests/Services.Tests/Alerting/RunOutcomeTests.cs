using Loadstone.Alerting;
using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Watching;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using AlertRaised = Loadstone.Alerting.AlertRaised;

namespace Loadstone.Services.Tests.Alerting;

/// <summary>What is told of runs as a whole, and when that is over.</summary>
public sealed class RunOutcomeTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly Guid Configuration = Guid.NewGuid();

    [Fact]
    public void A_failed_verdict_raises_an_alert_with_its_worst_criterion()
    {
        var outcome = RunOutcome.Decide(Run("nightly"), Analyzed(VerdictOutcome.Failed, p95: 900), [], Now);

        var alert = Assert.Single(outcome.Raised);
        Assert.Equal(
            (AlertSource.Verdict, AlertType.ThresholdExceeded, Severity.Critical, "p95_response_time", 300.0, 900.0),
            (alert.Source, alert.AlertType, alert.Severity, alert.MetricName, alert.ThresholdValue, alert.ActualValue));
        Assert.Equal("The run nightly failed: p95_response_time ≤ 300 does not hold: 900", alert.Message);
    }

    [Fact]
    public void A_regression_and_a_change_in_the_history_raise_an_alert_each_though_the_run_passed()
    {
        var analyzed = Analyzed(VerdictOutcome.Passed) with
        {
            Regressions = [new Regression("avg_response_time", 55, 70, "avg_response_time is 70 where the baseline has 50")],
            Changes = [new HistoryChange("p95_response_time", Guid.NewGuid(), 100, 250, IsRegression: true, "From Monday on p95 was 250"), new HistoryChange("throughput_rps", Guid.NewGuid(), 10, 20, IsRegression: false, "")],
        };

        var raised = RunOutcome.Decide(Run("x"), analyzed, [], Now).Raised;

        Assert.Equal([(AlertSource.Regression, 55.0, 70.0), (AlertSource.History, 100.0, 250.0)], raised.Select(a => (a.Source, a.ThresholdValue, a.ActualValue)));
        Assert.All(raised, a => Assert.Equal(AlertType.PerformanceDegradation, a.AlertType));
    }

    [Fact]
    public void The_same_change_shown_by_the_next_run_is_no_second_alert_and_ends_when_a_run_shows_it_no_more()
    {
        var change = new HistoryChange("p95_response_time", Guid.NewGuid(), 100, 250, IsRegression: true, "From Monday on p95 was 250");
        var first = Alert.Create(RunOutcome.Decide(Run("a"), Analyzed(VerdictOutcome.Passed) with { Changes = [change] }, [], Now).Raised.Single());

        var next = RunOutcome.Decide(Run("b"), Analyzed(VerdictOutcome.Passed) with { Changes = [change with { SinceExecutionId = Guid.NewGuid() }] }, [first], Now);
        var healed = RunOutcome.Decide(Run("c"), Analyzed(VerdictOutcome.Passed), [first], Now);

        Assert.Equal((0, 0, first.Id), (next.Raised.Count, next.Over.Count, Assert.Single(next.GoesOn)));
        Assert.Equal([(first.Id, "the run c came after it")], healed.Over);
        Assert.Empty(healed.GoesOn);
    }

    [Fact]
    public void A_later_run_ends_the_alert_of_a_failed_one_unless_it_cannot_be_trusted()
    {
        var failed = Alert.Create(RunOutcome.Decide(Run("a"), Analyzed(VerdictOutcome.Failed, p95: 310), [], Now).Raised.Single());

        Assert.Empty(RunOutcome.Decide(Run("b"), Analyzed(VerdictOutcome.Invalid), [failed], Now).Over);
        Assert.Equal([failed.Id], RunOutcome.Decide(Run("b"), Analyzed(VerdictOutcome.Passed), [failed], Now).Over.Select(o => o.Alert));
        Assert.Equal([failed.Id], RunOutcome.Decide(Run("b"), Analyzed(VerdictOutcome.Failed, p95: 400), [failed], Now).Over.Select(o => o.Alert));
    }

    [Theory]
    [InlineData("2026-11-21T12:00:00Z", "staging", true)]
    [InlineData("2026-11-21T11:59:59Z", "staging", false)]
    [InlineData("2026-11-21T13:00:00Z", "staging", false)]
    [InlineData("2026-11-21T12:30:00Z", "production", false)]
    public void A_maintenance_window_holds_the_runs_it_names_from_its_start_to_before_its_end(string at, string environment, bool expected)
    {
        var terms = Reading.Of("""{ "name": "w", "starts_at": "2026-11-21T12:00:00Z", "ends_at": "2026-11-21T14:00:00+01:00", "environment": "staging" }""", MaintenanceTerms.Read);

        Assert.Equal(expected, terms.Covers(Configuration, environment, DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("""{ }""", "name", "starts_at", "ends_at")]
    [InlineData("""{ "name": "w", "starts_at": "tomorrow", "ends_at": 5, "configuration_id": "x" }""", "starts_at", "ends_at", "configuration_id")]
    [InlineData("""{ "name": "w", "starts_at": "2026-11-21T12:00:00Z", "ends_at": "2026-11-21T12:00:00Z" }""", "ends_at")]
    [InlineData("""{ "name": "w", "starts_at": "2026-11-21T12:00:00Z", "ends_at": "2027-11-21T12:00:00Z" }""", "ends_at")]
    public void A_maintenance_window_that_makes_no_sense_is_refused(string body, params string[] paths) => Assert.Equal(paths, Reading.PathsOf(body, MaintenanceTerms.Read));

    [Fact]
    public void An_alert_that_falls_into_maintenance_is_suppressed_from_the_first_and_ends_by_itself()
    {
        var raised = new AlertRaised(Guid.NewGuid(), Guid.NewGuid(), "x", AlertType.ErrorSpike, Severity.Low, "error_rate", null, 1, 2, "m", 5, Now, Maintenance: "moving");
        var alert = Alert.Create(raised);

        Assert.Equal((AlertStatus.Suppressed, "maintenance window moving"), (alert.Status, alert.Suppressed!.By));
        Assert.IsType<Loadstone.Alerting.AlertResolved>(Assert.Single(Alert.End(alert, 9, Now)));
    }

    private static WatchedRun Run(string name) => new(Guid.NewGuid(), name, SuccessCriteria.Default, Configuration, "staging");

    private static ExecutionAnalyzed Analyzed(VerdictOutcome outcome, double p95 = 100)
    {
        var result = new Criterion("p95_response_time", null, Comparison.AtMost, 300).Judge(p95);
        var verdict = new Verdict(outcome, [result], result.Passed ? [] : [result.WhyNot()], Verdict.CurrentRuleVersion);
        return new ExecutionAnalyzed(Guid.NewGuid(), verdict, new RunFigures(), new RunPeaks(5, 0, 0, 20, new Dictionary<string, long>()), Now);
    }
}
