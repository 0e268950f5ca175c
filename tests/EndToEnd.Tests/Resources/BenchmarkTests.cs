using System.Net;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>Benchmarks: kept by name and environment, listed by what is asked for, held against a run.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class BenchmarkTests(RunningPlatform running)
{
    private const string Path = "/api/load-testing/benchmarks";

    [Fact]
    public async Task A_benchmark_takes_its_defaults_and_its_name_is_unique_in_its_environment()
    {
        var name = $"b {Guid.NewGuid()}";
        var created = await CreateAsync($$"""{ "benchmark_name": "{{name}}", "target_response_time": 250 }""");
        var same = await running.Gateway.CallAsync(HttpMethod.Post, Path, new JsonObject { ["benchmark_name"] = name, ["target_response_time"] = 1 });
        var elsewhere = await CreateAsync($$"""{ "benchmark_name": "{{name}}", "target_response_time": 250, "environment": "staging" }""");

        Assert.Equal(("production", "response_time", 1.0, "pending", true, 1), (
            created["environment"]!.ToString(), created["benchmark_type"]!.ToString(), created["max_error_rate"]!.GetValue<double>(),
            created["validation_status"]!.ToString(), created["is_active"]!.GetValue<bool>(), created["version"]!.GetValue<int>()));
        Assert.Null(created["last_validated_at"]);
        Assert.Equal(HttpStatusCode.Conflict, same.Status);
        Assert.Equal("staging", elsewhere["environment"]!.ToString());
    }

    [Fact]
    public async Task Every_bad_member_is_named_and_nothing_is_kept()
    {
        var (status, problem) = await running.Gateway.CallAsync(HttpMethod.Post, Path, JsonNode.Parse("""
            { "benchmark_name": " ", "target_response_time": 0, "http_method": "get", "max_error_rate": 101, "benchmark_type": "throughput", "colour": 1 }
            """));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(
            ["benchmark_name", "colour", "http_method", "max_error_rate", "target_response_time", "target_throughput"],
            problem["errors"]!.AsObject().Select(e => e.Key).Order());
    }

    [Fact]
    public async Task The_list_is_of_production_and_by_name_and_goes_on_where_a_page_ended()
    {
        var environment = $"e{Guid.NewGuid():N}";
        foreach (var (name, type) in new[] { ("c", "response_time"), ("a", "concurrent_users"), ("b|x", "response_time") })
            await CreateAsync($$"""{ "benchmark_name": "{{name}}", "target_response_time": 250, "environment": "{{environment}}", "benchmark_type": "{{type}}", "endpoint_path": "/{{name}}" }""");

        var first = await ListAsync($"environment={environment}&limit=2");
        var second = await ListAsync($"environment={environment}&limit=2&cursor={Uri.EscapeDataString(first["nextCursor"]!.ToString())}");

        Assert.Equal(["a", "b|x"], NamesOf(first));
        Assert.Equal(["c"], NamesOf(second));
        Assert.Equal((3, 2), (first["summary"]!["total"]!.GetValue<int>(), first["summary"]!["byType"]!["response_time"]!.GetValue<int>()));
        Assert.Equal(["c"], NamesOf(await ListAsync($"environment={environment}&benchmarkType=response_time&endpoint=/c&validationStatus=pending")));
        Assert.Empty(NamesOf(await ListAsync($"environment={environment}&active=false")));
        Assert.DoesNotContain(environment, (await ListAsync("")).ToJsonString());
    }

    [Fact]
    public async Task A_run_validates_benchmarks_and_each_keeps_what_was_found()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan());
        var met = await CreateAsync(Benchmark("""  "endpoint_path": "/fixed", "http_method": "GET", "target_response_time": 30000 """));
        var missed = await CreateAsync(Benchmark(""" "target_response_time": 30000, "benchmark_type": "throughput", "target_throughput": 1000000 """));
        var elsewhere = await CreateAsync(Benchmark(""" "endpoint_path": "/nowhere", "target_response_time": 1 """));

        var (status, answer) = await ValidateAsync(execution.Id, met, missed, elsewhere);

        Assert.Equal(HttpStatusCode.OK, status);
        var items = answer["validation"]!.AsArray();
        string[] expected = execution.Verdict == VerdictOutcome.Invalid ? ["warning", "warning", "pending"] : ["passed", "failed", "pending"];
        Assert.Equal(expected, items.Select(i => i!["status"]!.ToString()));
        Assert.Equal(("p95_response_time", 30000), (items[0]!["metric"]!.ToString(), items[0]!["target"]!.GetValue<int>()));
        Assert.Equal(execution.P95ResponseTime, items[0]!["actual"]!.GetValue<double>());
        Assert.Equal(execution.ThroughputRps, items[1]!["actual"]!.GetValue<double>());
        Assert.False(answer["passed"]!.GetValue<bool>());
        Assert.Equal((3, 1), (answer["summary"]!["total"]!.GetValue<int>(), answer["summary"]!["pending"]!.GetValue<int>()));
        await AssertKeptAsync(missed, expected[1]);
    }

    [Fact]
    public async Task Nothing_is_validated_against_a_run_that_is_not_there_or_by_a_benchmark_that_is_not()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan(""" "duration": "1s" """));

        Assert.Equal(HttpStatusCode.NotFound, (await ValidateAsync(Guid.NewGuid())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ValidateAsync(execution.Id, new JsonObject { ["id"] = Guid.NewGuid().ToString() })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ValidateAsync(execution.Id, new JsonObject { ["id"] = "x" })).Status);
    }

    private async Task AssertKeptAsync(JsonObject before, string status)
    {
        var (_, answer) = await running.Gateway.CallAsync(HttpMethod.Get, $"{Path}/{before["id"]}");
        var after = answer["benchmark"]!.AsObject();
        Assert.Equal(status, after["validation_status"]!.ToString());
        Assert.NotNull(after["last_validated_at"]);
        after["target_throughput"] = 5;

        var (written, changed) = await running.Gateway.CallAsync(HttpMethod.Put, $"{Path}/{before["id"]}", after, $"\"{before["version"]}\"");
        Assert.True(written == HttpStatusCode.OK, changed.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, "pending"), (written, changed["benchmark"]!["validation_status"]!.ToString()));
        var (_, history) = await running.Gateway.CallAsync(HttpMethod.Get, $"{Path}/{before["id"]}/history");
        Assert.Equal(["benchmark_created", "benchmark_validated", "benchmark_changed"], history["events"]!.AsArray().Select(e => e!["type"]!.ToString()));
    }

    private Task<(HttpStatusCode Status, JsonObject Body)> ValidateAsync(Guid execution, params JsonObject[] benchmarks) =>
        running.Gateway.CallAsync(HttpMethod.Post, $"{Path}/validate", new JsonObject
        {
            ["executionId"] = execution.ToString(),
            ["benchmarkIds"] = benchmarks.Length == 0 ? null : new JsonArray([.. benchmarks.Select(b => (JsonNode)b["id"]!.ToString())]),
        });

    private Task<JsonObject> CreateAsync(string body) => running.Gateway.CreateAsync(Path, "benchmark", body);

    private static string Benchmark(string members) => $$"""{ "benchmark_name": "b {{Guid.NewGuid()}}", {{members}} }""";

    private async Task<JsonObject> ListAsync(string query) => (await running.Gateway.CallAsync(HttpMethod.Get, $"{Path}?{query}")).Body;

    private static IEnumerable<string> NamesOf(JsonObject list) => list["benchmarks"]!.AsArray().Select(b => b!["benchmark_name"]!.ToString());
}
