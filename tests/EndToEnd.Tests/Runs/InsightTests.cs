using System.Net;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>What is found out about a run, from the seconds it really had.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class InsightTests(RunningPlatform running)
{
    [Fact]
    public async Task An_operation_that_fails_is_named_with_its_rule_and_seconds_wherever_results_are_read()
    {
        var plan = RunningPlatform.Plan(step: """{ "action": "http", "name": "fine", "path": "/fixed" }, { "action": "http", "name": "gone", "path": "/nowhere" }""");

        var run = await running.RunAsync(plan);
        var insights = await running.Api.InsightsAsync(run.Id, CancellationToken.None);
        var report = JsonNode.Parse(await running.Api.ReportAsync(run.Id, "json", CancellationToken.None))!["report"]!;

        var finding = Assert.Single(insights.Bottlenecks, b => b.Type == "error_rate");
        Assert.Equal(("gone", "critical", "operation_error_rate_above_5", "error_rate of 'gone'"), (finding.Component, finding.Severity, finding.Rule, finding.Series));
        Assert.InRange(finding.LastSecond, finding.FirstSecond + 1, 4);
        Assert.Contains(insights.Recommendations, r => r["priority"]!.ToString() == "high");
        Assert.NotEmpty(insights.NextSteps);
        Assert.Contains("gone", report["bottlenecks_identified"]![0]!["details"]!.ToString());
        Assert.Equal(insights.PerformanceGrade, report["performance_grade"]?.ToString());
        Assert.Contains("operation_error_rate_above_5", await running.Api.ReportAsync(run.Id, "html", CancellationToken.None));
        Assert.Contains("error rate", await running.Api.ReportAsync(run.Id, "markdown", CancellationToken.None));
    }

    [Fact]
    public async Task Every_type_of_report_is_made_and_kept_and_listed()
    {
        var plan = RunningPlatform.Plan(""" "duration": "2s" """);
        var first = await running.RunAsync(plan);
        var second = await running.Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(first.ConfigurationId, null), CancellationToken.None);
        var id = (await running.EndOfAsync(second.Execution.Id)).Id;

        var headings = new Dictionary<string, string> { ["summary"] = "Criteria", ["detailed"] = "Response time of fixed", ["trend_analysis"] = "Trend over 2 runs", ["comparison"] = "Compared with" };
        // Nothing is compared with a run that cannot be trusted, and a busy machine makes such runs.
        foreach (var (type, heading) in headings.Where(h => first.Verdict == VerdictOutcome.Passed || h.Key != "comparison"))
        {
            Assert.Contains(heading, await running.Api.ReportAsync(id, "html", type, null, CancellationToken.None));
            Assert.Equal(type, JsonNode.Parse(await running.Api.ReportAsync(id, "json", type, null, CancellationToken.None))!["report"]!["report_type"]!.ToString());
            Assert.Contains(type, (await running.Api.ExecutionReportsAsync(id, CancellationToken.None)).Reports.Select(r => r["report_type"]!.ToString()));
        }

        var (alone, _) = await running.Gateway.CallAsync(HttpMethod.Get, $"/api/load-testing/executions/{first.Id}/report?type=comparison");
        Assert.Equal(HttpStatusCode.Conflict, alone);
    }

    [Fact]
    public async Task A_run_that_nobody_knows_has_no_insights()
    {
        var (unknown, _) = await running.Gateway.CallAsync(HttpMethod.Get, $"/api/load-testing/executions/{Guid.NewGuid()}/insights");

        Assert.Equal(HttpStatusCode.NotFound, unknown);
    }
}
