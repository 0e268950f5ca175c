using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>A search for what the target bears, through the whole platform (requirements R17.8).</summary>
[Collection(nameof(RunningPlatform))]
public sealed class CapacityTests(RunningPlatform running)
{
    // Five users who wait 40 ms for each answer make 125 iterations a second, and no more. So 160 break the criterion for certain, and 80
    // leave room for a busy machine that stands still for half a second.
    [Fact]
    public async Task A_search_finds_what_five_users_can_do_ends_by_itself_and_loses_no_request()
    {
        var execution = await running.RunAsync(
            RunningPlatform.Plan("""
                "test_type": "capacity", "duration": "3m", "max_virtual_users": 5, "max_start_delay": "5s",
                "load_pattern": { "type": "capacity_search", "from": 40, "to": 400, "step": "5s", "precision": 50 }, "success_criteria": { "max_p95_response_time": 600 }
                """),
            new { delay = new { type = "fixed", mean_ms = 40 } });

        Assert.Equal("completed", execution.Status);
        RunningPlatform.AssertPassed(execution.Verdict);
        Assert.Equal(await running.TargetRequestsAsync(), execution.TotalRequests);
        var report = JsonNode.Parse(await running.Api.ReportAsync(execution.Id, "json", CancellationToken.None))!["report"]!["report_data"]!["capacity"]!;
        Assert.Equal((true, 80, 160), (report["is_confirmed"]!.GetValue<bool>(), report["safe_rate"]!.GetValue<double>(), report["broken_rate"]!.GetValue<double>()));
        Assert.Equal(["climb", "climb", "climb", "rest", "hold"], report["steps"]!.AsArray().Select(s => s!["move"]!.ToString()));
    }
}
