using System.Globalization;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.LoadEngine;
using Loadstone.Local;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Benchmarks;

/// <summary>
/// 200 clients on the lists of the API while the same machine runs a test: first each asks once a second, as pages do that are
/// open, then each as soon as it has its answer, which shows what the API bears.
/// </summary>
internal static class ApiBenchmark
{
    private const int Clients = 200;
    private const int Kept = 200;
    private const int WarmUpSeconds = 10;

    private static readonly string[] Lists =
        ["configurations", "scenarios", "environments", "benchmarks", "schedules", "plans", "executions", "alerts"];

    // One key does the work of all clients here.
    private static readonly Dictionary<string, string> Settings = new() { ["LOADSTONE_LIMIT_READS"] = "10000000", ["LOADSTONE_LIMIT_WRITES"] = "10000000" };

    public static async Task<int> RunAsync(int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench-api");
        await using var servers = await LocalServers.StartAsync(folder, Console.Error.WriteLine, cancellation);
        await using var platform = await Platform.StartAsync(folder, servers, Settings, cancellation);
        var api = LoadstoneClient.Connect(platform.Gateway, platform.Key);
        for (var i = 0; i < Kept; i++)
            await api.CreateConfigurationAsync(RunPlan($"kept {i} {Guid.NewGuid()}", seconds), cancellation);

        // Services that have just been started compile what they are first asked for.
        await AskAsync(platform, WarmUpSeconds, "0s", cancellation);
        var figures = new Dictionary<string, double>();
        await MeasureAsync(figures, "once_a_second", "1s", " (limit 200)");
        await MeasureAsync(figures, "back_to_back", "0s", "");
        return await Figures.WriteAsync(json, "API lists", figures, cancellation);

        async Task MeasureAsync(Dictionary<string, double> into, string name, string think, string limit)
        {
            var id = await BeginRunAsync(api, seconds + 10, cancellation);
            var end = await AskAsync(platform, seconds, think, cancellation);
            await api.StopAsync(id, cancellation);
            var slowest = end.Total.Operations.MaxBy(o => o.Response.PercentileMs(99))!;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: the slowest list is {slowest.Operation}"));
            into[$"{name}_p99_ms{limit}"] = end.Total.Total().Response.PercentileMs(99);
            into[$"{name}_slowest_list_p99_ms{limit}"] = slowest.Response.PercentileMs(99);
            into[$"{name}_requests_per_second"] = end.Total.Total().Sent / end.Total.Seconds;
            into[$"{name}_failed (limit 0)"] = end.Total.Total().FailedRequests;
        }
    }

    private static async Task<Guid> BeginRunAsync(ILoadstoneApi api, int seconds, CancellationToken cancellation)
    {
        var configuration = await api.CreateConfigurationAsync(RunPlan($"bench {Guid.NewGuid()}", seconds), cancellation);
        var request = new ExecuteRequest(configuration.Configuration["id"]!.GetValue<Guid>(), null);
        var id = (await api.ExecuteAsync(Guid.NewGuid().ToString(), request, cancellation)).Execution.Id;
        while ((await api.StatusAsync(id, cancellation)).Execution.TotalRequests == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        return id;
    }

    private static JsonObject RunPlan(string name, int seconds) => JsonNode.Parse($$"""
        {
          "name": "{{name}}", "duration": "{{seconds}}s", "max_virtual_users": 20, "load_pattern": { "type": "constant_arrival_rate", "rate": 50 },
          "scenario_config": { "think_time": 0, "scenarios": [ { "name": "s", "user_journey": [ { "action": "http", "path": "/fixed" } ] } ] }
        }
        """)!.AsObject();

    // By our own engine: what it says of latency is what this project says of latency.
    private static async Task<RunEnd> AskAsync(Platform platform, int seconds, string think, CancellationToken cancellation)
    {
        var steps = Lists.Select(list => $$"""- { action: http, name: {{list}}, path: /api/load-testing/{{list}}, headers: { Authorization: "Bearer {{"{{env.key}}"}}" }, checks: [ { status: 200 } ] }""");
        var plan = PlanFile.Parse($$"""
            name: lists
            duration: {{seconds}}s
            max_virtual_users: {{Clients}}
            load_pattern: { type: linear, ramp_up: 2s, ramp_down: 0s }
            scenario_config:
              think_time: {{think}}
              scenarios:
                - name: lists
                  user_journey:
                    {{string.Join("\n        ", steps)}}
            """);
        var order = new LoadOrder
        {
            Plan = plan.WithScenarios(_ => null, new DocumentErrors()),
            BaseUrls = [platform.Gateway],
            Variables = new Dictionary<string, string> { ["key"] = platform.Key },
            Seed = 1,
        };
        await using var run = await LoadRun.PrepareAsync(order, cancellation);
        return await run.RunAsync(TimeSpan.Zero, _ => { });
    }
}
