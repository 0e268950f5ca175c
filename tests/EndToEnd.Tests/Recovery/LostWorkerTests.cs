using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>A worker is killed in mid-run, and what becomes of its share.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class LostWorkerTests(RunningPlatform running)
{
    private const string Executions = "/api/load-testing/executions";
    private const int Rate = 40;

    [Fact]
    public async Task The_share_of_a_killed_worker_is_carried_on_by_another_and_the_gap_is_named()
    {
        await using var worker = SpareWorker.Start(running, "killed", new Uri(running.Servers.RabbitMqUri));
        await SpareWorker.UntilThereAreAsync(running, 2);
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var plan = RunningPlatform.Plan($$""" "duration": "20s", "max_virtual_users": 50, "lost_worker_policy": "move", "load_pattern": { "type": "constant_arrival_rate", "rate": {{Rate}} } """);
        plan["scenario_config"]!["think_time"] = 0;
        var id = (await running.ExecuteAsync(plan)).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 3 * Rate);
        var before = (await running.UntilAsync(id, _ => true)).TotalRequests;
        await worker.KillAsync();
        // Its figures go on while the run does, and not only at its end.
        await running.UntilAsync(id, s => s.CurrentMetrics is { RequestsPerSecond: > Rate / 2 } && s.Execution.TotalRequests > before + (3 * Rate));
        var execution = await running.EndOfAsync(id);

        Assert.Equal("completed", execution.Status);
        RunningPlatform.AssertPassed(execution.Verdict);
        var events = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Executions}/{id}/events"))!["events"]!.AsArray();
        Assert.Equal(["shard_lost", "shard_moved", "shard_joined"], events.Select(e => e!["type"]!.ToString()).Where(t => t is "shard_lost" or "shard_moved" or "shard_joined"));
        var first = events.Single(e => e!["type"]!.ToString() == "shard_joined")!["data"]!["first_second"]!.GetValue<int>();
        var gaps = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Executions}/{id}/report"))!["report"]!["report_data"]!["gaps"]!.AsArray();
        Assert.EndsWith($"; shard 1 carried its share on from second {first}", Assert.Single(gaps)!.ToString());

        // From there on as planned, and never more than planned; what the killed worker sent and could not tell is the difference.
        var series = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Executions}/{id}/metrics?granularity=second"))!["metrics"]!.AsArray()
            .ToDictionary(m => m!["timestamp_offset"]!.GetValue<int>(), m => m!["requests_per_second"]!.GetValue<double>());
        Assert.InRange(series[first + 2], Rate - 2, Rate + 2);
        Assert.InRange(await running.TargetRequestsAsync() - execution.TotalRequests, 0, 2 * Rate);
        Assert.True(await running.TargetRequestsAsync() <= 20 * Rate);
        await SpareWorker.UntilThereAreAsync(running, 1);
    }
}
