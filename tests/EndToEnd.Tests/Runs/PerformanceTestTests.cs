using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>A CI job says all it has to say in one body, and asks one address until it has an answer.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class PerformanceTestTests(RunningPlatform running)
{
    private const string Path = "/api/performance/tests";

    [Fact]
    public async Task One_body_runs_a_test_whose_results_can_be_read_until_it_is_deleted()
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var name = $"ci {Guid.NewGuid()}";
        var body = Body(name, "5s", """ "thresholds": { "http_req_duration": ["p(95)<10000", "avg<10000"], "http_reqs": ["rate>1"] } """);
        var (status, accepted) = await PostAsync(body, key: name);
        var again = (await PostAsync(body, key: name)).Answer;

        Assert.Equal((HttpStatusCode.Accepted, "queued"), (status, accepted["status"]!.ToString()));
        Assert.NotNull(accepted["estimatedCompletion"]);
        Assert.Equal(accepted["testId"]!.ToString(), again["testId"]!.ToString());
        var test = await EndOfAsync(accepted["testId"]!.ToString());
        Assert.Equal("completed", test["status"]!.ToString());
        var results = test["results"]!;
        Assert.Equal(("load", "sample", 4), (results["testType"]!.ToString(), results["environment"]!.ToString(), results["concurrentUsers"]!.GetValue<int>()));
        Assert.InRange(results["durationSeconds"]!.GetValue<double>(), 4.9, 5.1);
        Assert.Equal(0, results["metrics"]!["errorRate"]!.GetValue<double>());
        Assert.True(results["metrics"]!["throughput"]!.GetValue<double>() > 1 && results["metrics"]!["p95ResponseTime"]!.GetValue<double>() > 0);

        var line = (await ListAsync()).Single(t => t!["id"]!.ToString() == test["testId"]!.ToString())!;
        Assert.Equal(
            (results["passed"]!.ToString(), results["metrics"]!["throughput"]!.ToString()), (line["passed"]!.ToString(), line["throughput_rps"]!.ToString()));

        using var deleted = await running.Gateway.DeleteAsync($"{Path}/{test["testId"]}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await running.Gateway.GetAsync($"{Path}/{test["testId"]}")).StatusCode);
        Assert.DoesNotContain(await ListAsync(), t => t!["id"]!.ToString() == test["testId"]!.ToString());
    }

    [Fact]
    public async Task A_test_that_is_deleted_while_it_runs_is_stopped_and_its_configuration_can_be_changed_for_later_runs()
    {
        var name = $"ci {Guid.NewGuid()}";
        var id = (await PostAsync(Body(name, "60s"))).Answer["testId"]!.ToString();
        await running.UntilAsync(Guid.Parse(id), s => s.Execution.Status == "running");

        using var changed = await running.Gateway.PutAsync($"{Path}/{id}/config", Json("""{ "users": 3, "duration": "2s", "load_pattern": { "type": "constant" } }"""));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var configuration = (await running.Api.ConfigurationsAsync(name, 10, CancellationToken.None)).Configurations.Single();
        Assert.Equal((3, 2), (configuration["max_virtual_users"]!.GetValue<int>(), configuration["version"]!.GetValue<int>()));

        using var deleted = await running.Gateway.DeleteAsync($"{Path}/{id}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal("cancelled", (await running.EndOfAsync(Guid.Parse(id))).Status);
    }

    [Theory]
    [InlineData("""{ "configuration": { "baseUrl": "https://elsewhere.example", "users": 0, "duration": "x" } }""", "configuration.users", "configuration.duration")]
    [InlineData("""{ "configuration": { "baseUrl": "https://elsewhere.example", "users": 1 } }""", "configuration.baseUrl")]
    [InlineData("""{ "configuration": { "users": 99999 } }""", "configuration.users")]
    [InlineData("""{ "configuration": { }, "environment": "nowhere" }""", "environment")]
    public async Task What_is_wrong_is_refused_by_its_path_and_nothing_is_kept(string body, params string[] paths)
    {
        var before = (await ListAsync()).Count;

        var (status, answer) = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(paths.Order(), answer["errors"]!.AsObject().Select(e => e.Key).Order());
        Assert.Equal(before, (await ListAsync()).Count);
    }

    private string Body(string name, string duration, string more = "\"confirm\": false") => $$"""
        { "testType": "load", "environment": "sample", "configuration": {
            "name": "{{name}}", "baseUrl": "{{running.Platform.Target}}", "users": 4, "duration": "{{duration}}", "load_pattern": { "type": "constant" },
            "target_endpoints": ["/fixed"], "scenario_config": { "think_time": 0.05 }, {{more}} } }
        """;

    private async Task<JsonNode> EndOfAsync(string id)
    {
        using var patience = new CancellationTokenSource(RunningPlatform.Longest);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            var test = await running.Gateway.GetFromJsonAsync<JsonNode>($"{Path}/{id}", patience.Token);
            if (test!["status"]!.ToString() is "completed" or "failed")
                return test;
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private async Task<JsonArray> ListAsync() => (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Path}?limit=200"))!["tests"]!.AsArray();

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Path}/execute") { Content = Json(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var answer = await running.Gateway.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
