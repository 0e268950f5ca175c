using System.Globalization;
using System.Text.Json;
using Loadstone.Measurement;
using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>
/// Makes the accounts, the closed seconds and the sums of all runs anew, of what was told and of the stored windows, while nobody
/// closes seconds. How far a run was closed, corrected and sealed stays, and when that was: others were told of it.
/// </summary>
public sealed class RunsRebuild(Database database, WindowStore windows, RunStore runs)
{
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellation)
    {
        await database.CreateTablesAsync(cancellation);
        var (untold, unkept, late) = (0, 0, 0);
        foreach (var execution in await ExecutionsAsync(cancellation))
        {
            if (!await ReplayAsync(execution, cancellation))
                untold++;
            if (await FindAsync(execution, cancellation) is not { } run)
                continue;
            if (!await HasWindowsAsync(run, cancellation))
                unkept++;
            else if (!await TryCloseAsync(run, cancellation))
                late++;
        }

        await DeleteStrangersAsync(cancellation);
        return [.. Left(untold, "from before what was told of runs was kept: their accounts stay"), .. Left(unkept, "whose windows are not kept any more: their seconds stay"),
            .. Left(late, "of which more was heard after they were sealed: they stay sealed as they were")];
    }

    private static string[] Left(int count, string why) => count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"ingestion: {count} run(s) {why}")];

    private async Task<IReadOnlyList<Guid>> ExecutionsAsync(CancellationToken cancellation)
    {
        await using var command = database.Command("select execution_id from ingestion.runs union select execution_id from ingestion.told order by 1");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var executions = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
            executions.Add(reader.GetGuid(0));
        return executions;
    }

    private async Task<bool> ReplayAsync(Guid execution, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, "delete from ingestion.shards where execution_id = $1", cancellation, execution);
        await ExecuteAsync(connection, "update ingestion.runs set start_at = null, ended = false where execution_id = $1", cancellation, execution);
        // Nothing was told: what was deleted comes back with the transaction.
        if (!await RunLedger.ReplayAsync(connection, execution, cancellation))
            return false;
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private async Task<LeasedRun?> FindAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command("select day, start_at, last_closed, sealed_at is not null from ingestion.runs where execution_id = $1", execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new LeasedRun(execution, reader.GetFieldValue<DateOnly>(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.GetBoolean(3))
            : null;
    }

    // A run without a single second needs none; else windows go by the day.
    private async Task<bool> HasWindowsAsync(LeasedRun run, CancellationToken cancellation)
    {
        await using var command = database.Command("select to_regclass($1) is not null", $"ingestion.shard_windows_{run.Day:yyyyMMdd}");
        return run.LastClosed < 0 || (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<bool> WasToldMoreAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command("select exists (select from ingestion.told where execution_id = $1 and after_seal)", execution);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // False for a sealed run of which there is more than the seal knew of.
    private async Task<bool> TryCloseAsync(LeasedRun run, CancellationToken cancellation)
    {
        var stored = await runs.StoredAsync(run, cancellation);
        var accounts = await runs.AccountsAsync(run, cancellation);
        var last = run.IsSealed ? accounts.LastSecond(stored) : run.LastClosed;
        var late = (await runs.LateSecondsAsync(run.ExecutionId, cancellation)).ToHashSet();
        if (run.IsSealed && (late.Count > 0 || last > run.LastClosed || await WasToldMoreAsync(run.ExecutionId, cancellation)))
            return false;
        var (total, generator, stretch) = (new MetricWindow { Seconds = 0 }, new GeneratorWatch(), new Stretch());
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, "delete from ingestion.closed_seconds where execution_id = $1 and second > $2", cancellation, run.ExecutionId, last);
        await ExecuteAsync(connection, "delete from ingestion.closed_stretches where execution_id = $1", cancellation, run.ExecutionId);
        for (var second = 0; second <= last; second++)
        {
            // What is late is still to be corrected, and told, by the service.
            if (late.Contains(second))
                continue;
            var (window, _) = await windows.ReadSecondAsync(connection, run.Day, run.ExecutionId, second, cancellation);
            await WriteAsync(connection, run, window, cancellation);
            total.AddSeconds(window);
            generator.Add(window);
            if (stretch.Add(window) is var (full, lastOfIt))
                await Stretch.StoreAsync(connection, run.ExecutionId, full, lastOfIt, cancellation);
        }

        if (run.IsSealed)
            await SealAsync(connection, run, accounts, stored, total, generator, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static Task WriteAsync(NpgsqlConnection connection, LeasedRun run, MetricWindow window, CancellationToken cancellation) => ExecuteAsync(
        connection,
        """
        insert into ingestion.closed_seconds (execution_id, second, revision, closed_at, window_json, summary) values ($1, $2, 0, $3, $4, $5)
        on conflict (execution_id, second) do update set window_json = excluded.window_json, summary = excluded.summary
        """, cancellation, run.ExecutionId, window.Sequence, run.StartAt?.AddSeconds(window.Sequence + 1) ?? DateTimeOffset.UnixEpoch,
        JsonSerializer.SerializeToUtf8Bytes(window, RunStore.Json), JsonSerializer.SerializeToUtf8Bytes(window.Summary(), RunStore.Json));

    private static Task SealAsync(
        NpgsqlConnection connection, LeasedRun run, RunAccounts accounts, IReadOnlyList<StoredWindows> stored, MetricWindow total, GeneratorWatch generator,
        CancellationToken cancellation) => ExecuteAsync(
        connection, "update ingestion.runs set last_closed = $2 - 1, seconds = $2, gaps = $3, faults = $4, total = $5, notes = $6, unknown_max = $7 where execution_id = $1", cancellation,
        run.ExecutionId, accounts.LastSecond(stored) + 1, accounts.Gaps(stored).ToArray(), generator.Faults(total).ToArray(),
        JsonSerializer.SerializeToUtf8Bytes(total, RunStore.Json), accounts.Notes(stored).Concat(ProbeNotes.Of(total)).ToArray(), accounts.UnknownMax(stored));

    private async Task DeleteStrangersAsync(CancellationToken cancellation)
    {
        foreach (var table in new[] { "shards", "closed_seconds", "closed_stretches" })
            await database.ExecuteAsync($"delete from ingestion.{table} t where not exists (select from ingestion.runs r where r.execution_id = t.execution_id)", cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        Database.AddValues(command.Parameters, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
