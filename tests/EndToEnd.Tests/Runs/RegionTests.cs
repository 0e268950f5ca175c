using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Workers in two regions, and a plan that says how its load is spread over them (requirements R5.4).</summary>
[Collection(nameof(RunningPlatform))]
public sealed class RegionTests(RunningPlatform running)
{
    [Fact]
    public async Task A_plans_users_are_made_where_it_says_to_the_user()
    {
        await using var worker = SpareWorker.Start(running, "far-away", new Uri(running.Servers.RabbitMqUri), new() { ["LOADSTONE_WORKER_REGION"] = "far" });
        await SpareWorker.UntilThereAreAsync(running, 2);

        var execution = await running.RunAsync(RunningPlatform.Plan(""" "regions": { "local": 75, "far": 25 }, "max_virtual_users": 8 """));

        Assert.Equal(("completed", await running.TargetRequestsAsync()), (execution.Status, execution.TotalRequests));
        var events = (await running.Gateway.GetFromJsonAsync<JsonNode>($"/api/load-testing/executions/{execution.Id}/events"))!["events"]!.AsArray();
        var shards = events.Single(e => e!["type"]!.ToString() == "shards_assigned")!["data"]!["shards"]!.AsArray();
        Assert.Equal([("far", "far", 2), ("local", "local", 6)], shards.Select(s => (s!["region"]!.ToString(), s["facts"]!["region"]!.ToString(), s["users"]!.GetValue<int>())));
        await worker.StopAsync();
        await SpareWorker.UntilThereAreAsync(running, 1);
    }
}
