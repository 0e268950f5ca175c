using System.Diagnostics;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Measurement;
using Npgsql;

namespace Loadstone.Benchmarks;

/// <summary>
/// How long people wait for what is known of a long run: two hours of a hundred operations, told by a worker that makes no load, and then
/// stored, closed, judged and reported on by the platform as any other.
/// </summary>
internal static class ReportBenchmark
{
    private const int Endpoints = 100;
    private const int RequestsEach = 20;
    private const int Kinds = 50;
    private const int Asked = 20;
    private static readonly string[] Granularities = ["minute", "5m"];

    public static async Task<int> RunAsync(int minutes, string? json, CancellationToken cancellation)
    {
        var measured = Enumerable.Range(0, Kinds).Select(kind => MeasuredOperations.Of(new Random(kind), Endpoints, RequestsEach)).ToArray();
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        await using var worker = await SyntheticWorker.StartAsync(platform.Servers.RabbitMqUri, minutes * 60, second => Window(second, measured[second % Kinds]), run => UntilClosedAsync(platform, run, (minutes * 60) - 1, cancellation), cancellation);
        var environment = await platform.RegisterAsync(new Uri("http://127.0.0.1:1"), cancellation);
        var run = await platform.ExecuteAsync(await KeepAsync(platform.Api, environment, minutes, cancellation), cancellation);
        var told = await worker.Told.WaitAsync(cancellation);
        Console.Error.WriteLine($"{minutes * 60 * Endpoints} endpoint-windows were sent, stored and closed in {told.TotalSeconds:0.0} s; waiting for the verdict …");
        var watch = Stopwatch.StartNew();
        var end = await platform.EndOfAsync(run, cancellation);
        var figures = new Dictionary<string, double> { ["verdict_seconds_after_the_last_second_was_closed"] = watch.Elapsed.TotalSeconds, ["requests"] = end.TotalRequests };
        foreach (var format in new[] { "json", "html" })
            figures[$"detailed_report_{format}_first_ms (limit 3000)"] = await FirstAsync(() => platform.Api.ReportAsync(run, format, "detailed", null, cancellation));
        using var http = Http(platform);
        foreach (var granularity in Granularities)
        {
            var times = await TimesAsync(() => http.GetStringAsync(new Uri($"api/load-testing/executions/{run}/metrics?granularity={granularity}", UriKind.Relative), cancellation));
            figures[$"metrics_by_{granularity}_first_ms"] = times[0];
            figures[$"metrics_by_{granularity}_p50_ms (limit 300)"] = Figures.Median(times);
            figures[$"metrics_by_{granularity}_longest_ms"] = times.Skip(1).Max();
        }

        figures["metrics_by_second_ms"] = Figures.Median(await TimesAsync(() => http.GetStringAsync(new Uri($"api/load-testing/executions/{run}/metrics?granularity=second", UriKind.Relative), cancellation), 3));
        figures["endpoints_p50_ms"] = Figures.Median(await TimesAsync(() => platform.Api.EndpointsAsync(run, cancellation)));
        return await Figures.WriteAsync(json, "report", figures, cancellation);
    }

    private static async Task UntilClosedAsync(BenchPlatform platform, Guid run, int last, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(platform.Postgres);
        await using var command = database.CreateCommand(
            "select exists (select from ingestion.runs where execution_id = $1 and last_closed >= $2) and not exists (select from ingestion.announcements where execution_id = $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = run });
        command.Parameters.Add(new NpgsqlParameter { Value = last });
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (!(bool)(await command.ExecuteScalarAsync(cancellation))!)
            await timer.WaitForNextTickAsync(cancellation);
    }

    private static HttpClient Http(BenchPlatform platform)
    {
        var http = new HttpClient { BaseAddress = platform.Platform.Gateway, Timeout = TimeSpan.FromMinutes(1) };
        http.DefaultRequestHeaders.Add("X-API-Key", platform.Platform.Key);
        return http;
    }

    private static async Task<double> FirstAsync(Func<Task> ask) => (await TimesAsync(ask, 1))[0];

    private static async Task<List<double>> TimesAsync(Func<Task> ask, int times = Asked)
    {
        var taken = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            await ask();
            taken.Add(watch.Elapsed.TotalMilliseconds);
        }

        return taken;
    }

    private static async Task<Guid> KeepAsync(ILoadstoneApi api, string environment, int minutes, CancellationToken cancellation)
    {
        var steps = string.Join(',', Enumerable.Range(0, Endpoints).Select(i => $$"""{ "action": "http", "name": "endpoint {{i}}", "path": "/api/{{i}}" }"""));
        var plan = JsonNode.Parse($$"""
            {
              "name": "bench {{Guid.NewGuid()}}", "environment": "{{environment}}", "duration": "{{minutes}}m", "max_virtual_users": 50, "load_pattern": { "type": "constant" },
              "worker_count": 1, "regions": { "{{SyntheticWorker.Region}}": 100 },
              "scenario_config": { "scenarios": [ { "name": "s", "user_journey": [ {{steps}} ] } ] }
            }
            """)!.AsObject();
        return (await api.CreateConfigurationAsync(plan, cancellation)).Configuration["id"]!.GetValue<Guid>();
    }

    private static MetricWindow Window(int second, OperationWindow[] operations)
    {
        var window = new MetricWindow { Sequence = second, VirtualUsers = 50, Iterations = new IterationCounts(RequestsEach, RequestsEach, 0, 0, RequestsEach, 0), Health = new GeneratorHealth(20, 100_000_000, 0) };
        window.Lag.Record(10_000);
        foreach (var operation in operations)
            window.Append(operation);
        return window;
    }
}
