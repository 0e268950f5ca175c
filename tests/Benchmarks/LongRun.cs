using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Measurement;
using Npgsql;

namespace Loadstone.Benchmarks;

/// <summary>
/// A run of hours and a hundred operations, told within a minute by a worker that makes no load, and then stored, closed, judged and reported on
/// by the platform as any other.
/// </summary>
internal sealed class LongRun : IAsyncDisposable
{
    private const int Endpoints = 100;
    private const int RequestsEach = 20;
    private const int Kinds = 50;

    private readonly SyntheticWorker _worker;

    private LongRun(SyntheticWorker worker, Guid id) => (_worker, Id) = (worker, id);

    public Guid Id { get; }

    /// <summary>Returns when all but the verdict is there.</summary>
    /// <param name="platform">Where the run is.</param>
    /// <param name="minutes">How long it is said to have been.</param>
    /// <param name="whileItGoesOn">What is done when all its seconds are closed and it is not over.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LongRun> TellAsync(BenchPlatform platform, int minutes, Func<Guid, Task> whileItGoesOn, CancellationToken cancellation)
    {
        var seconds = minutes * 60;
        var measured = Enumerable.Range(0, Kinds).Select(kind => MeasuredOperations.Of(new Random(kind), Endpoints, RequestsEach)).ToArray();
        var worker = await SyntheticWorker.StartAsync(platform.Servers.RabbitMqUri, seconds, second => Window(second, measured[second % Kinds]), BeforeEndAsync, cancellation);
        var environment = await platform.RegisterAsync(new Uri("http://127.0.0.1:1"), cancellation);
        var run = new LongRun(worker, await platform.ExecuteAsync(await KeepAsync(platform.Api, environment, minutes, cancellation), cancellation));
        var told = await worker.Told.WaitAsync(cancellation);
        Console.Error.WriteLine($"{seconds * Endpoints} endpoint-windows were sent, stored and closed in {told.TotalSeconds:0.0} s; waiting for the verdict …");
        return run;

        async Task BeforeEndAsync(Guid id)
        {
            await UntilClosedAsync(platform, id, seconds - 1, cancellation);
            await whileItGoesOn(id);
        }
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

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
