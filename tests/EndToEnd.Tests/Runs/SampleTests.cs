using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>What other tools measured, in the figures of a run that is going on.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class SampleTests(RunningPlatform running)
{
    private const string Api = "/api/load-testing";

    [Fact]
    public async Task Samples_of_another_tool_are_in_every_figure_once_and_what_the_engine_sent_stays_what_the_target_counted()
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "6s" """))).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 0);

        var batch = new JsonObject
        {
            ["executionId"] = id,
            ["batchId"] = "build 17",
            ["samples"] = new JsonArray([.. Enumerable.Range(0, 100).Select(i => JsonNode.Parse($$"""
                { "timestamp_offset": {{i % 2}}.5, "operation": "from k6", "method": "GET", "path": "/k6", "response_time": {{i + 1}}, "status_code": {{(i < 10 ? 503 : 200)}} }
                """)), JsonNode.Parse("""{ "timestamp_offset": 1, "metric": "queue_length", "value": 17 }""")]),
        };
        foreach (var said in new[] { "101 samples are counted.", "101 samples are counted since an earlier post." })
        {
            var (status, answer) = await running.Gateway.CallAsync(HttpMethod.Post, $"{Api}/metrics", batch);
            Assert.Equal((HttpStatusCode.OK, said), (status, answer["message"]?.ToString()));
        }

        await running.UntilAsync(id, s => s.Execution.Status == "running" && s.Execution.FailedRequests >= 10);
        var end = await running.EndOfAsync(id);

        var execution = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/status"))!["execution"]!;
        Assert.Equal("completed", end.Status);
        Assert.Equal((100, 10), (execution["external_requests"]!.GetValue<long>(), execution["failed_requests"]!.GetValue<long>()));
        Assert.Equal(await running.TargetRequestsAsync(), execution["total_requests"]!.GetValue<long>() - 100);
        Assert.Equal((1, 17), (execution["custom_metrics"]!["queue_length"]!["count"]!.GetValue<long>(), execution["custom_metrics"]!["queue_length"]!["avg"]!.GetValue<double>()));
        var endpoints = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/endpoints"))!["endpoints"]!.AsArray();
        var mine = Assert.Single(endpoints, e => e!["operation"]!.ToString() == "from k6")!;
        Assert.Equal(("external", 100, 50), (mine["scenario"]!.ToString(), mine["total_requests"]!.GetValue<long>(), Math.Round(mine["p50_response_time"]!.GetValue<double>())));
        var summary = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/metrics?granularity=second"))!["summary"]!;
        Assert.Equal(execution["total_requests"]!.GetValue<long>(), summary["total_requests"]!.GetValue<long>());
        Assert.Single((await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/resources"))!["summary"]!.AsArray());

        batch["batchId"] = "build 18";
        var (refused, why) = await running.Gateway.CallAsync(HttpMethod.Post, $"{Api}/metrics", batch);
        Assert.Equal((HttpStatusCode.Conflict, "executionId is over: its figures do not change any more."), (refused, why["error"]!.ToString()));
    }
}
