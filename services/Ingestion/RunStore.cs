using System.Runtime.CompilerServices;
using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>A run whose lease this instance holds.</summary>
public sealed record LeasedRun(Guid ExecutionId, DateOnly Day, DateTimeOffset? StartAt, int LastClosed, bool IsSealed);

/// <summary>The accounts of runs as they are stored, and what is to be announced of them.</summary>
public sealed class RunStore(Database database)
{
    public static readonly JsonSerializerOptions Json = WireJson.ConfigureTransport(new JsonSerializerOptions());

    private static readonly Dictionary<string, Type> Types = new()
    {
        ["window_closed"] = typeof(WindowClosed),
        ["metrics_sealed"] = typeof(MetricsSealed),
    };

    /// <summary>From now on the run has no more to wait for than what is stored.</summary>
    public Task TakeNoMoreSamplesAsync(Guid execution, CancellationToken cancellation) => database.ExecuteAsync(
        "update ingestion.runs set takes_samples = false where execution_id = $1 and takes_samples", cancellation, execution);

    public async Task<IReadOnlyList<LeasedRun>> TakeLeasesAsync(Guid holder, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.Command(Database.Script("take_leases"), holder, now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var runs = new List<LeasedRun>();
        while (await reader.ReadAsync(cancellation))
            runs.Add(new LeasedRun(
                reader.GetGuid(0), reader.GetFieldValue<DateOnly>(1), Or<DateTimeOffset>(reader, 2), reader.GetInt32(3), !reader.IsDBNull(4)));
        return runs;
    }

    public async Task<RunAccounts> AccountsAsync(LeasedRun run, CancellationToken cancellation)
    {
        await using var command = database.Command(
            "select shard, state, last_sequence, sent, outcomes, ended_at, parent, first_second, planned_work from ingestion.shards where execution_id = $1 order by shard", run.ExecutionId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shards = new List<ShardAccount>();
        while (await reader.ReadAsync(cancellation))
            shards.Add(new ShardAccount(
                reader.GetInt32(0), Enum.Parse<ShardState>(reader.GetString(1), ignoreCase: true), Or<int>(reader, 2), Or<long>(reader, 3),
                Or<long>(reader, 4), Or<DateTimeOffset>(reader, 5), Or<int>(reader, 6), Or<int>(reader, 7),
                reader.IsDBNull(8) ? null : JsonSerializer.Deserialize<PlannedWork>(reader.GetString(8), Json)));
        return new RunAccounts(run.StartAt, shards);
    }

    public async Task<IReadOnlyList<StoredWindows>> StoredAsync(LeasedRun run, CancellationToken cancellation)
    {
        await using var command = database.Command(
            """
            select w.shard, count(*)::int, max(w.sequence), coalesce(max(e.sent), 0)::bigint, coalesce(max(e.outcomes), 0)::bigint,
              coalesce(max(w.sequence) filter (where w.load_seconds > 0), -1), sum(w.planned - w.dropped - w.cancelled - w.completed - w.cut_short)::bigint
            from ingestion.shard_windows w
            left join (
              select shard, sum(sent) as sent, sum(ok + failed + timed_out + aborted) as outcomes
              from ingestion.endpoint_windows where day = $1 and execution_id = $2 and kind = 'request' group by shard
            ) e on e.shard = w.shard
            where w.day = $1 and w.execution_id = $2 group by w.shard
            """, run.Day, run.ExecutionId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var stored = new List<StoredWindows>();
        while (await reader.ReadAsync(cancellation))
            stored.Add(new StoredWindows(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt32(5), reader.GetInt64(6)));
        return stored;
    }

    /// <summary>The closed seconds of a run from one on, in order: whole, or their requests as one.</summary>
    public async IAsyncEnumerable<(MetricWindow Window, DateTimeOffset ClosedAt)> ClosedAsync(
        Guid execution, int from = 0, int most = int.MaxValue, bool summary = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var command = database.Command(
            $"select {(summary ? "coalesce(summary, window_json)" : "window_json")}, closed_at from ingestion.closed_seconds where execution_id = $1 and second >= $2 order by second limit $3", execution, from, most);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return (JsonSerializer.Deserialize<MetricWindow>(reader.GetFieldValue<byte[]>(0), Json)!, reader.GetFieldValue<DateTimeOffset>(1));
    }

    /// <summary>The same by stretches (see <see cref="Stretch"/>), and by the second where there is none: at the end, and where a run was closed before there were any.</summary>
    public async IAsyncEnumerable<(MetricWindow Window, DateTimeOffset ClosedAt)> StretchesAsync(
        Guid execution, bool summary = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var last = -1;
        await using (var command = database.Command(
            $"select {(summary ? "summary" : "window_json")}, closed_at, first_second, last_second from ingestion.closed_stretches where execution_id = $1 order by first_second", execution))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                await foreach (var second in ClosedAsync(execution, last + 1, reader.GetInt32(2) - last - 1, summary, cancellation))
                    yield return second;
                last = reader.GetInt32(3);
                yield return (JsonSerializer.Deserialize<MetricWindow>(reader.GetFieldValue<byte[]>(0), Json)!, reader.GetFieldValue<DateTimeOffset>(1));
            }
        }

        await foreach (var second in ClosedAsync(execution, last + 1, summary: summary, cancellation: cancellation))
            yield return second;
    }

    /// <summary>What was closed from one second to another: stretches that lie between them whole, and the seconds around those. In no order.</summary>
    public async IAsyncEnumerable<(MetricWindow Window, int LastSecond)> BetweenAsync(
        Guid execution, int first, int last, bool summary, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = database.Command(
            $"""
            select {(summary ? "summary" : "window_json")}, last_second from ingestion.closed_stretches where execution_id = $1 and first_second >= $2 and last_second <= $3
            union all
            select {(summary ? "coalesce(s.summary, s.window_json)" : "s.window_json")}, s.second from ingestion.closed_seconds s
            where s.execution_id = $1 and s.second between $2 and $3 and not exists (
              select 1 from ingestion.closed_stretches t
              where t.execution_id = $1 and t.first_second >= $2 and t.last_second <= $3 and s.second between t.first_second and t.last_second)
            """, execution, first, last);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return (JsonSerializer.Deserialize<MetricWindow>(reader.GetFieldValue<byte[]>(0), Json)!, reader.GetInt32(1));
    }

    public async Task<IReadOnlyList<int>> LateSecondsAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command("select second from ingestion.late_seconds where execution_id = $1 order by second limit 100", execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var seconds = new List<int>();
        while (await reader.ReadAsync(cancellation))
            seconds.Add(reader.GetInt32(0));
        return seconds;
    }

    /// <summary>Adds something to be told, in the caller's transaction.</summary>
    public static async Task AnnounceAsync(NpgsqlConnection connection, Guid execution, object message, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("insert into ingestion.announcements (execution_id, type, body) values ($1, $2, $3)", connection);
        Database.AddValues(command.Parameters, execution, Types.First(t => t.Value == message.GetType()).Key, JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Json));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<IReadOnlyList<(long Id, object Message)>> AnnouncementsAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command("select id, type, body from ingestion.announcements where execution_id = $1 order by id limit 100", execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var messages = new List<(long, object)>();
        while (await reader.ReadAsync(cancellation))
            messages.Add((reader.GetInt64(0), JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), Types[reader.GetString(1)], Json)!));
        return messages;
    }

    public Task ToldAsync(long id, CancellationToken cancellation) =>
        database.ExecuteAsync("delete from ingestion.announcements where id = $1", cancellation, id);

    private static T? Or<T>(NpgsqlDataReader reader, int column)
        where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
