using Loadstone.Analysis;
using Loadstone.Analysis.Reports;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Services.Tests;

/// <summary>A report that leaves the platform says nothing of where and who (requirements R9.4).</summary>
public sealed class RedactionTests
{
    [Theory]
    [InlineData("the target https://shop.internal.example:8443/a?b=c cannot be reached", "the target [hidden] cannot be reached")]
    [InlineData("Connection refused (10.0.0.5:5432)", "Connection refused ([hidden])")]
    [InlineData("Connection refused ([::1]:5432), fe80::1", "Connection refused ([hidden]), [hidden]")]
    [InlineData("no answer from db-1.prod.example within 2 s", "no answer from [hidden] within 2 s")]
    [InlineData("at localhost:8080", "at [hidden]")]
    [InlineData("GET /api/users?token=abc", "GET /api/users?[hidden]")]
    [InlineData("p95_response_time ≤ 300 does not hold: 512.25, margin 0.95", "p95_response_time ≤ 300 does not hold: 512.25, margin 0.95")]
    [InlineData("From second 12 on the p95 of checkout is 4.5 ms", "From second 12 on the p95 of checkout is 4.5 ms")]
    [InlineData("p(99) of 'buy' < 800, 08:30:15", "p(99) of 'buy' < 800, 08:30:15")]
    public void Addresses_hosts_and_urls_go_and_figures_stay(string text, string expected) => Assert.Equal(expected, Redaction.Of(text));

    [Fact]
    public void Nothing_of_where_and_who_is_in_any_format_and_the_figures_are_the_same()
    {
        var requests = new OperationWindow { Scenario = "s", Operation = "GET http://shop.internal.example/a", Sent = 100, Ok = 100 };
        requests.Response.Record(5_000_000);
        var window = new MetricWindow { Operations = [requests] };
        var plan = new TestPlan { Name = "x", ScenarioConfig = new ScenarioConfig { Http = new HttpSettings { Proxy = "http://proxy.internal.example:3128" } } };
        var run = new RunToJudge(Guid.NewGuid(), Guid.NewGuid(), "x", plan, "shop-staging", "ada.lovelace", DateTimeOffset.UnixEpoch);
        var measured = new RunMeasurements(run.Id, window, [], [], [window], ["the probe db (postgres) failed 3 times: Connection refused (10.1.2.3:5432)"]);
        var intervention = new Intervention(0, InterventionKind.Changed, "10 users", "grace.hopper", DateTimeOffset.UnixEpoch);
        var report = RunReport.Of(run, measured, Judgement.Decide(run, measured, [intervention], DateTimeOffset.UnixEpoch));

        var redacted = Redaction.Of(report);

        Assert.Equal((report.Figures.TotalRequests, report.Figures.P95ResponseTime, report.Verdict), (redacted.Figures.TotalRequests, redacted.Figures.P95ResponseTime, redacted.Verdict));
        foreach (var text in new[] { ReportHtml.Of(redacted), ReportText.Markdown(redacted), ReportText.JUnit(redacted), ReportText.Csv(redacted), System.Text.Json.JsonSerializer.Serialize(redacted, WireJson.Options) })
            Assert.All(new[] { "internal", "10.1.2.3", "ada", "grace", "shop-staging" }, secret => Assert.DoesNotContain(secret, text));
        Assert.Contains("10.1.2.3", ReportHtml.Of(report));
    }
}
