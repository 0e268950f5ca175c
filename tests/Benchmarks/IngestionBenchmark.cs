using System.Diagnostics;
using Loadstone.Contracts;
using Loadstone.Local;
using Loadstone.Measurement;
using Loadstone.Plans;
using MassTransit;
using Npgsql;

namespace Loadstone.Benchmarks;

/// <summary>
/// How many endpoint-windows a second one ingestion service stores and makes queryable, merged over their shards: first of a queue
/// that filled up while it was away, then of as many as come in a second, of which no backlog may grow. The service, PostgreSQL
/// and RabbitMQ share the machine with whoever sends.
/// </summary>
internal static class IngestionBenchmark
{
    private const int Runs = 10;
    private const int Shards = 20;
    private const int Endpoints = 100;
    private const int RequestsEach = 50;
    private const int Offered = 20_000;
    private const int WarmUpRounds = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench-ingestion");
        await using var servers = await LocalServers.StartAsync(folder, Console.Error.WriteLine, cancellation);
        await using var database = NpgsqlDataSource.Create(servers.PostgresConnectionString);
        // Runs that an earlier benchmark left open go on for ever, and would be closed second by second beside these.
        await using (var clean = database.CreateCommand("drop schema if exists ingestion cascade"))
            await clean.ExecuteNonQueryAsync(cancellation);
        await using var bus = await BusAsync(servers.RabbitMqUri, cancellation);
        await using var service = await StartAsync(folder, servers, cancellation);
        var queuedSeconds = Math.Max(5, seconds);
        for (var round = 0; round < WarmUpRounds; round++)
            await DrainAsync(database, bus, service, queuedSeconds, cancellation);
        var (drained, cpu) = await DrainAsync(database, bus, service, queuedSeconds, cancellation);
        var (backlogHalf, backlogEnd, late) = await OfferAsync(database, bus, 2 * queuedSeconds, cancellation);
        return await Figures.WriteAsync(json, "ingestion", new Dictionary<string, double>
        {
            [$"endpoint_windows_per_second_stored_and_queryable (limit {Offered})"] = drained,
            ["endpoint_windows_per_cpu_second_of_the_service"] = cpu,
            ["backlog_seconds_at_half_when_20000_come_a_second"] = backlogHalf,
            ["backlog_seconds_at_the_end_when_20000_come_a_second"] = backlogEnd,
            ["seconds_late_that_they_were_sent"] = late,
        }, cancellation);
    }

    // While the service stands still its queue fills; then counts the time until all of it is closed, and the CPU that the service itself took.
    private static async Task<(double PerSecond, double PerCpuSecond)> DrainAsync(
        NpgsqlDataSource database, Sender bus, ChildProcess service, int seconds, CancellationToken cancellation)
    {
        var runs = NewRuns();
        await bus.PublishAsync(runs.Select(run => Started(run)).Cast<object>(), cancellation);
        await UntilAsync(async () => await CountAsync(database, "select count(*) from ingestion.shards where execution_id = any($1)", runs) == Runs * Shards, cancellation);
        Signals.Send(service.Id, Signal.Stop);
        for (var second = 0; second < seconds; second++)
            await bus.PublishAsync(WindowsOf(runs, second), cancellation);
        Signals.Send(service.Id, Signal.Continue);
        var (watch, cpu) = (Stopwatch.StartNew(), ProcessCpu.SecondsOf(service.Id));
        await UntilAsync(async () => await ClosedAsync(database, runs) == Runs * seconds, cancellation);
        var done = (double)Runs * Shards * seconds * Endpoints;
        return (done / watch.Elapsed.TotalSeconds, done / (ProcessCpu.SecondsOf(service.Id) - cpu));
    }

    private static async Task<(double AtHalf, double AtEnd, double Late)> OfferAsync(NpgsqlDataSource database, Sender bus, int seconds, CancellationToken cancellation)
    {
        var runs = NewRuns();
        await bus.PublishAsync(runs.Select(run => Started(run)).Cast<object>(), cancellation);
        var (watch, half, late) = (Stopwatch.StartNew(), 0.0, 0.0);
        for (var second = 0; second < seconds; second++)
        {
            await bus.PublishAsync(WindowsOf(runs, second), cancellation);
            var due = TimeSpan.FromSeconds(second + 1) - watch.Elapsed;
            late = Math.Max(0, -due.TotalSeconds);
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero, cancellation);
            if (second == seconds / 2)
                half = await BacklogAsync(second);
        }

        return (half, await BacklogAsync(seconds - 1), late);

        async Task<double> BacklogAsync(int second) => second + 1 - (await ClosedAsync(database, runs) / (double)Runs);
    }

    private static Guid[] NewRuns() => [.. Enumerable.Range(0, Runs).Select(_ => Guid.CreateVersion7())];

    // It starts later than its windows come: so nothing is closed for want of patience, only when all shards have reported it.
    private static ExecutionStarted Started(Guid run) => new(
        run, DateOnly.FromDateTime(DateTime.UtcNow), DateTimeOffset.UtcNow.AddHours(1), [.. Enumerable.Range(0, Shards)], [.. Enumerable.Range(0, Shards).Select(n => $"worker-{n}")]);

    private static IEnumerable<object> WindowsOf(Guid[] runs, int second) => runs.SelectMany(run => Enumerable.Range(0, Shards)
        .Select(shard => (object)new MetricWindowRecorded(run, shard, DateOnly.FromDateTime(DateTime.UtcNow), Window(second, shard))));

    // What a shard sends is made once: a worker makes its windows on a machine of its own.
    private static readonly OperationWindow[][] Measured = [.. Enumerable.Range(0, Shards).Select(shard => MeasuredOperations.Of(new Random(shard), Endpoints, RequestsEach))];

    private static MetricWindow Window(int second, int shard)
    {
        var window = new MetricWindow { Sequence = second, VirtualUsers = 50, Iterations = new IterationCounts(50, 50, 0, 0, 50, 0) };
        foreach (var operation in Measured[shard])
            window.Append(operation);
        return window;
    }

    private static Task<long> ClosedAsync(NpgsqlDataSource database, Guid[] runs) =>
        CountAsync(database, "select coalesce(sum(last_closed + 1), 0)::bigint from ingestion.runs where execution_id = any($1)", runs);

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql, Guid[] runs)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = runs });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (watch.Elapsed > Patience)
                throw new LocalServerException("what was awaited did not come about");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    private static async Task<ChildProcess> StartAsync(StateFolder folder, LocalServers servers, CancellationToken cancellation)
    {
        var urls = new Dictionary<string, Uri> { ["ingestion"] = new($"http://127.0.0.1:{Ports.PickFree()}") };
        var settings = new PlatformSettings(folder, servers.PostgresConnectionString, servers.RabbitMqUri, urls).For("ingestion");
        var process = Platform.Start(folder, "ingestion", urls["ingestion"], settings);
        await Platform.UntilAnsweringAsync(process, new Uri(urls["ingestion"], "/health/ready"), cancellation);
        return process;
    }

    private static async Task<Sender> BusAsync(string broker, CancellationToken cancellation)
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.ConfigureJsonSerializerOptions(WireJson.ConfigureTransport);
        });
        await bus.StartAsync(cancellation);
        return new Sender(bus);
    }

    private sealed class Sender(IBusControl bus) : IAsyncDisposable
    {
        private const int AtOnce = 16;

        public Task PublishAsync(IEnumerable<object> messages, CancellationToken cancellation) => Parallel.ForEachAsync(
            messages, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (message, ct) => await bus.Publish(message, message.GetType(), ct));

        public async ValueTask DisposeAsync() => await bus.StopAsync();
    }
}
