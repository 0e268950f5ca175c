using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>A rule that is relative to a baseline is held against what that run measured, and in maintenance nobody is told.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class AlertBaselineTests(RunningPlatform running)
{
    private const string Api = "/api/load-testing";
    private const int Attempts = 5;

    [Fact]
    public async Task A_run_that_is_slower_than_its_baseline_raises_the_rules_alert_and_in_maintenance_it_is_kept_suppressed()
    {
        var configuration = (await running.Api.CreateConfigurationAsync(
            RunningPlatform.Plan(""" "duration": "4s", "alert_thresholds": [ { "expression": "virtual_users < 5", "severity": "low" } ] """), CancellationToken.None)).Configuration["id"]!.ToString();
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var first = await BaselineAsync(configuration);
        await PostAsync("alert-rules", new { name = $"slower {configuration}", metric_name = "p95_response_time", relative_to_baseline = true, threshold_value = 100, configuration_id = configuration });
        await PostAsync("maintenance-windows", new { name = $"moving {configuration}", starts_at = DateTimeOffset.UtcNow.AddMinutes(-1), ends_at = DateTimeOffset.UtcNow.AddMinutes(5), configuration_id = configuration });
        (await running.Target.PutAsJsonAsync("/knobs", new { delay = new { type = "fixed", mean_ms = 400 } })).EnsureSuccessStatusCode();

        var slow = await RunAsync(configuration);
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();

        var own = Assert.Single(await AlertsAsync(first));
        Assert.Equal(("virtual_users", "low", "criterion"), (own["metric_name"]!.ToString(), own["severity"]!.ToString(), own["source"]!.ToString()));
        var alert = (await AlertsAsync(slow)).Single(a => a["source"]!.ToString() == "rule");
        Assert.Equal(("performance_degradation", "p95_response_time"), (alert["alert_type"]!.ToString(), alert["metric_name"]!.ToString()));
        Assert.Contains("by the baseline's", alert["message"]!.ToString());
        Assert.Equal($"maintenance window moving {configuration}", alert["suppressed"]!["by"]!.ToString());
        Assert.Equal("resolved", alert["status"]!.ToString());
    }

    // A machine that is busy with other things makes runs that are no baseline.
    private async Task<Guid> BaselineAsync(string configuration)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = await RunAsync(configuration);
            using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/baselines", new { executionId = run });
            if (answer.IsSuccessStatusCode || attempt == Attempts)
                return answer.IsSuccessStatusCode ? run : throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }

    private async Task<Guid> RunAsync(string configuration)
    {
        var id = (await running.Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(Guid.Parse(configuration), null), CancellationToken.None)).Execution.Id;
        await running.EndOfAsync(id);
        // Alerts of its seconds end with it, by the bus.
        await RunningPlatform.UntilAsync(async () => (await AlertsAsync(id)).Where(a => a["source"]!.ToString() is "criterion" or "rule").All(a => a["status"]!.ToString() == "resolved"));
        return id;
    }

    private async Task<IReadOnlyList<JsonNode>> AlertsAsync(Guid execution) =>
        [.. (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/alerts?executionId={execution}"))!["alerts"]!.AsArray().Select(a => a!)];

    private async Task PostAsync(string path, object body)
    {
        using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/{path}", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
