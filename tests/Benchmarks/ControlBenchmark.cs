using Loadstone.Local;
using Loadstone.Services.Tests;
using Npgsql;

namespace Loadstone.Benchmarks;

/// <summary>
/// Whether the scheduler's work for a run stays the same when many go on at once: a thousand workers' announcements and 10 or 100
/// runs of ten workers each, from the request to the end, in accelerated time over a real PostgreSQL. What the fleet alone costs is
/// taken off.
/// </summary>
internal static class ControlBenchmark
{
    private const int Workers = 1000;
    private const int Shards = 10;

    public static async Task<int> RunAsync(int rounds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var servers = await LocalServers.StartPostgresAsync(folder, Console.Error.WriteLine, cancellation);
        var name = $"bench_control_{Guid.NewGuid():N}";
        await using var maintenance = NpgsqlDataSource.Create(servers.PostgresConnectionString);
        await ExecuteAsync(maintenance, $"create database {name}", cancellation);
        var (few, many) = (new List<double>(), new List<double>());
        await using (var plane = await ControlPlane.StartAsync(new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString) { Database = name }.ConnectionString, Workers))
        {
            await plane.RunAsync(10, Shards);
            for (var round = 0; round < rounds; round++)
            {
                var alone = (await plane.RunAsync(0, Shards)).Cpu;
                few.Add((await MsOfAsync(plane, 10, alone)) / 10);
                many.Add((await MsOfAsync(plane, 100, alone)) / 100);
            }
        }

        await ExecuteAsync(maintenance, $"drop database {name} with (force)", cancellation);
        return await Figures.WriteAsync(json, "control plane", new Dictionary<string, double>
        {
            ["cpu_ms_per_run_of_10"] = Figures.Median(few),
            ["cpu_ms_per_run_of_100"] = Figures.Median(many),
            ["of_100_to_of_10 (limit 1.5)"] = Figures.MedianRatio(many, few, ms => ms),
        }, cancellation);
    }

    private static async Task<double> MsOfAsync(ControlPlane plane, int executions, TimeSpan alone)
    {
        var (cpu, ends) = await plane.RunAsync(executions, Shards);
        return ends.All(end => end == Scheduler.ExecutionStatus.Completed) ? (cpu - alone).TotalMilliseconds : throw new LocalServerException("a run did not complete");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
