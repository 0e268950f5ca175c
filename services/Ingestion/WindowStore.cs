using System.Collections.Concurrent;
using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>Windows as they come from workers: stored once each, read back by the second.</summary>
public sealed class WindowStore(Database database, RunLedger ledger)
{
    private readonly ConcurrentDictionary<DateOnly, Task> _days = new();

    /// <summary>Stores a window. One that is there already changes nothing.</summary>
    /// <returns>True when it was new.</returns>
    public async Task<bool> StoreAsync(MetricWindowRecorded recorded, CancellationToken cancellation)
    {
        await MakeDayAsync(recorded.Day, cancellation);
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        if (await TryStoreAsync(connection, recorded, cancellation) is { } isNew)
            return isNew;
        await ledger.KnowRunAsync(recorded.ExecutionId, recorded.Day, cancellation);
        return await TryStoreAsync(connection, recorded, cancellation) is true;
    }

    /// <summary>The same in the caller's transaction, on a day that was made before. Null when the run is not known yet.</summary>
    public static async Task<bool?> TryStoreAsync(NpgsqlConnection connection, MetricWindowRecorded recorded, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(RunLock.Shared), new(Database.Script("store_window")) } };
        Database.AddValues(batch.BatchCommands[0].Parameters, recorded.ExecutionId);
        Database.AddValues(batch.BatchCommands[1].Parameters, Values(recorded));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return await reader.IsDBNullAsync(0, cancellation) ? null : reader.GetInt64(0) > 0;
    }

    /// <summary>Who has reported a second of a run.</summary>
    public async Task<SecondReports> ReportsOfAsync(DateOnly day, Guid execution, int second, CancellationToken cancellation)
    {
        await using var command = database.Command(
            """
            select array(select shard from ingestion.shard_windows where day = $1 and execution_id = $2 and sequence = $3),
              exists (select from ingestion.shard_windows where day = $1 and execution_id = $2 and sequence > $3 and shard >= 0)
            """, day, execution, second);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new SecondReports(reader.GetFieldValue<int[]>(0), reader.GetBoolean(1));
    }

    /// <summary>One second of a run, merged over the shards that reported it, and which these are.</summary>
    public async Task<(MetricWindow Window, IReadOnlyList<int> Shards)> ReadSecondAsync(
        NpgsqlConnection connection, DateOnly day, Guid execution, int second, CancellationToken cancellation)
    {
        var byShard = await ReadShardsAsync(connection, day, execution, second, cancellation);
        await using var command = new NpgsqlCommand(Database.Script("read_endpoints"), connection);
        Database.AddValues(command.Parameters, day, execution, second);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            byShard[reader.GetInt32(0)].Append(ReadOperation(reader));
        var merged = new MetricWindow { Sequence = second, Seconds = 0 };
        foreach (var window in byShard.Values)
            merged.AddShard(window);
        return (merged, [.. byShard.Keys]);
    }

    private static async Task<SortedDictionary<int, MetricWindow>> ReadShardsAsync(
        NpgsqlConnection connection, DateOnly day, Guid execution, int second, CancellationToken cancellation)
    {
        var byShard = new SortedDictionary<int, MetricWindow>();
        await using var command = new NpgsqlCommand(Database.Script("read_windows"), connection);
        Database.AddValues(command.Parameters, day, execution, second);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            byShard.Add(reader.GetInt32(0), new MetricWindow
            {
                Sequence = second,
                VirtualUsers = reader.GetInt32(1),
                Seconds = reader.GetDouble(2),
                Iterations = new IterationCounts(
                    reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8)),
                Health = new GeneratorHealth(reader.GetDouble(9), reader.GetInt64(10), reader.GetDouble(11), reader.GetDouble(12), reader.GetDouble(13)),
                Lag = Histogram.Decode(reader.GetFieldValue<byte[]>(14)),
                Phase = reader.IsDBNull(15) ? null : reader.GetString(15),
                CustomMetrics = reader.IsDBNull(16) ? [] : JsonSerializer.Deserialize<Dictionary<string, CustomMetric>>(reader.GetString(16))!,
                Probes = reader.IsDBNull(17) ? [] : JsonSerializer.Deserialize<Dictionary<string, ProbeReading>>(reader.GetString(17))!,
            });
        }

        return byShard;
    }

    private static OperationWindow ReadOperation(NpgsqlDataReader reader)
    {
        var details = JsonSerializer.Deserialize<Details>(reader.GetString(15))!;
        return new OperationWindow
        {
            Scenario = reader.GetString(1),
            Operation = reader.GetString(2),
            Method = reader.IsDBNull(3) ? null : reader.GetString(3),
            Path = reader.IsDBNull(4) ? null : reader.GetString(4),
            InFlightBefore = reader.GetInt64(5),
            Sent = reader.GetInt64(6),
            Ok = reader.GetInt64(7),
            Failed = reader.GetInt64(8),
            TimedOut = reader.GetInt64(9),
            Aborted = reader.GetInt64(10),
            Refused = details.Refused,
            Held = details.Held,
            External = details.External,
            ChecksPassed = reader.GetInt64(11),
            ChecksFailed = reader.GetInt64(12),
            BytesSent = reader.GetInt64(13),
            BytesReceived = reader.GetInt64(14),
            StatusCodes = details.Statuses,
            ErrorTypes = details.Errors,
            Phases = details.Phases,
            MessagesReceived = details.MessagesReceived,
            Response = Histogram.Decode(reader.GetFieldValue<byte[]>(16)),
            Service = Histogram.Decode(reader.GetFieldValue<byte[]>(17)),
            Kind = Enum.Parse<OperationKind>(reader.GetString(18), ignoreCase: true),
        };
    }

    private static object?[] Values(MetricWindowRecorded recorded)
    {
        var (window, operations) = (recorded.Window, recorded.Window.Operations);
        var (iterations, health) = (window.Iterations, window.Health);
        return
        [
            recorded.Day, recorded.ExecutionId, recorded.Shard, window.Sequence, window.VirtualUsers, window.Seconds,
            iterations.Planned, iterations.Started, iterations.Dropped, iterations.Cancelled, iterations.Completed, iterations.CutShort,
            health.CpuPercent, health.MemoryBytes, health.GcPauseMs, health.LoopDelayMs, health.PoolDelayMs, window.Lag.Encode(),
            Of(o => o.Scenario), Of(o => o.Operation), Of(o => o.Method), Of(o => o.Path), Of(o => o.InFlightBefore), Of(o => o.Sent),
            Of(o => o.Ok), Of(o => o.Failed), Of(o => o.TimedOut), Of(o => o.Aborted), Of(o => o.ChecksPassed), Of(o => o.ChecksFailed),
            Of(o => o.BytesSent), Of(o => o.BytesReceived), Of(o => JsonSerializer.Serialize(new Details(o.StatusCodes, o.ErrorTypes, o.Phases, o.MessagesReceived, o.Refused, o.Held, o.External))),
            Of(o => o.Response.Encode()), Of(o => o.Service.Encode()), Of(o => o.Kind.ToString().ToLowerInvariant()), window.Phase,
            window.CustomMetrics.Count == 0 ? null : JsonSerializer.Serialize(window.CustomMetrics),
            window.Host is null ? null : JsonSerializer.Serialize(window.Host),
            window.Probes.Count == 0 ? null : JsonSerializer.Serialize(window.Probes),
        ];

        T[] Of<T>(Func<OperationWindow, T> member) => [.. operations.Select(member)];
    }

    /// <summary>Makes the place where a day's windows are stored. A failed attempt is forgotten, so that the next window tries again.</summary>
    public async Task MakeDayAsync(DateOnly day, CancellationToken cancellation)
    {
        var made = _days.GetOrAdd(day, d => database.CreateDayAsync(d, CancellationToken.None));
        try
        {
            await made.WaitAsync(cancellation);
        }
        catch when (made.IsFaulted)
        {
            _days.TryRemove(KeyValuePair.Create(day, made));
            throw;
        }
    }

    private sealed record Details(
        Dictionary<int, long> Statuses, Dictionary<string, long> Errors, RequestPhases Phases, long MessagesReceived, long Refused = 0, long Held = 0, long External = 0);
}
