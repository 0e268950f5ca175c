using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>What the typed client asks for, a gateway answers, and the client can read it.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ClientCallTests(RunningPlatform running)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Every_list_can_be_read()
    {
        var api = running.Api;

        Assert.NotEmpty((await api.ScenariosAsync(null, null, "true", null, 3, null, None)).Scenarios);
        Assert.NotEmpty((await api.PlansAsync(null, null, "true", null, 3, null, None)).Plans);
        Assert.NotNull((await api.SchedulesAsync(null, null, 3, null, None)).Schedules);
        Assert.NotNull((await api.BenchmarksAsync(null, null, null, null, null, 3, null, None)).Benchmarks);
        Assert.NotNull((await api.AlertsAsync(null, null, null, 3, null, None)).Alerts);
        Assert.NotNull((await api.AlertRulesAsync(null, null, null, null, 3, null, None)).Rules);
        Assert.NotNull((await api.AlertSubscriptionsAsync(null, 3, null, None)).Subscriptions);
        Assert.NotNull((await api.ErrorsAsync(null, null, 3, null, None)).Errors);
        Assert.NotNull((await api.PerformanceTestsAsync(null, null, null, 3, null, None)).Tests);
        Assert.NotEmpty((await api.WorkersAsync(None)).Workers);
        Assert.NotNull((await api.ConfigurationsAsync(new Dictionary<string, string> { ["testType"] = "smoke" }, None)).Configurations);
        Assert.NotNull((await api.ExecutionsAsync(new Dictionary<string, string> { ["status"] = "completed" }, None)).Executions);
        Assert.NotNull((await api.AuditAsync(new Dictionary<string, string> { ["limit"] = "1" }, None)).Entries);
    }

    [Fact]
    public async Task A_resource_is_made_read_changed_and_taken_out_of_use()
    {
        var scenario = JsonNode.Parse($$"""{ "name": "by client {{Guid.NewGuid()}}", "user_journey": [ { "action": "http", "path": "/fixed" } ] }""")!.AsObject();
        var made = (await running.Api.CreateScenarioAsync(scenario, None)).Scenario;
        var id = made["id"]!.GetValue<Guid>();
        scenario["description"] = "changed";
        var changed = (await running.Api.UpdateScenarioAsync(id, $"\"{made["version"]}\"", scenario, None)).Scenario;
        var deleted = (await running.Api.DeleteScenarioAsync(id, $"\"{changed["version"]}\"", None)).Scenario;

        Assert.Equal("changed", (await running.Api.ScenarioAsync(id, None)).Scenario["description"]!.ToString());
        Assert.False(deleted["is_active"]!.GetValue<bool>());
        Assert.Equal(3, (await running.Api.ScenarioHistoryAsync(id, None)).Events.Count);
    }

    [Fact]
    public async Task The_platform_says_how_it_is_and_what_it_can_be_asked()
    {
        Assert.NotNull((await running.Api.LivenessAsync(None)).Dependencies);
        Assert.True((await running.Api.ReadinessAsync(None)).Dependencies["scheduler"]!.GetValue<bool>());
        Assert.Equal("Loadstone", (await running.Api.OpenApiAsync(None))["info"]!["title"]!.ToString());
        Assert.Equal("/schemas/plan.json", (await running.Api.PlanSchemaAsync(None))["$id"]!.ToString());
        Assert.Equal("/schemas/journey.json", (await running.Api.JourneySchemaAsync(None))["$id"]!.ToString());
    }

    [Fact]
    public async Task A_run_is_watched_and_read_in_detail()
    {
        var run = await running.RunAsync(RunningPlatform.Plan());
        using var live = await running.Api.WatchExecutionAsync(run.Id, null, None);

        Assert.Equal("text/event-stream", live.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty((await running.Api.MetricsAsync(run.Id, null, None)).Metrics);
        Assert.NotNull((await running.Api.ResourcesAsync(run.Id, null, None)).Samples);
        await AssertPercentilesAsync(run);
        var report = Assert.Single((await running.Api.ExecutionReportsAsync(run.Id, None)).Reports, r => r["report_type"]!.ToString() == "summary");
        Assert.NotNull((await running.Api.ReportAsync(report["id"]!.GetValue<Guid>(), None)).Report);
    }

    private async Task AssertPercentilesAsync(ExecutionView run)
    {
        var whole = (await running.Api.PercentilesAsync(run.Id, new Dictionary<string, string> { ["ranks"] = "99,95", ["operation"] = "fixed" }, None)).Percentiles;
        var second = (await running.Api.PercentilesAsync(run.Id, new Dictionary<string, string> { ["from"] = "1", ["to"] = "1", ["ranks"] = "100" }, None)).Percentiles;

        Assert.Equal(run.TotalRequests, whole["requests"]!.GetValue<long>());
        Assert.Equal([(99.0, run.P99ResponseTime), (95.0, run.P95ResponseTime)], whole["response_times"]!.AsArray().Select(t => (t!["rank"]!.GetValue<double>(), Math.Round(t["response_time"]!.GetValue<double>(), 4))));
        Assert.Equal((1, 1), (second["first_second"]!.GetValue<int>(), second["last_second"]!.GetValue<int>()));
        Assert.InRange(second["requests"]!.GetValue<long>(), 1, run.TotalRequests - 1);
        Assert.Equal(["from", "operation", "ranks", "ranks", "ranks", "to"], await Task.WhenAll(
            Refused("from=-1"), Refused("operation=nothing"), Refused("ranks=0"), Refused("ranks=1,,2"), Refused($"ranks={string.Join(',', Enumerable.Repeat(1, 21))}"), Refused("from=2&to=1")));

        async Task<string> Refused(string query) =>
            Assert.Single((await running.Gateway.CallAsync(HttpMethod.Get, $"/api/load-testing/executions/{run.Id}/percentiles?{query}")).Body["errors"]!.AsObject()).Key;
    }
}
