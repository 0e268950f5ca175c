using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>
/// Closes the seconds of one run in order, corrects those that got a late window, and seals the run. Held by the instance that
/// has the run's lease; what it keeps in memory it can make again from the closed seconds.
/// </summary>
public sealed class Closing(LeasedRun run, Database database, WindowStore windows, RunStore runs, TimeProvider time)
{
    private MetricWindow _total = new() { Seconds = 0 };
    private GeneratorWatch _generator = new();
    private Stretch _stretch = new();
    private int _lastClosed = run.LastClosed;
    private bool _isTotalOld;

    /// <summary>Takes over where another instance, or an earlier life of this one, left off.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        _isTotalOld = false;
        (_total, _generator, _stretch) = (new MetricWindow { Seconds = 0 }, new GeneratorWatch(), new Stretch());
        await foreach (var (window, _) in runs.ClosedAsync(run.ExecutionId, cancellation: cancellation))
        {
            Count(window);
            _stretch.Add(window);
        }
    }

    /// <summary>Does whatever can be done now.</summary>
    public async Task AdvanceAsync(LeasedRun now, CancellationToken cancellation)
    {
        if (now.StartAt is null || now.IsSealed)
            return;
        var accounts = await runs.AccountsAsync(now, cancellation);
        await CorrectAsync(accounts, cancellation);
        while (await CanCloseAsync(accounts, _lastClosed + 1, cancellation))
        {
            await CloseAsync(accounts, _lastClosed + 1, cancellation);
            _lastClosed++;
        }

        if (accounts.IsLoadOver)
            await SealIfDueAsync(accounts, now, cancellation);
    }

    private async Task CorrectAsync(RunAccounts accounts, CancellationToken cancellation)
    {
        foreach (var second in await runs.LateSecondsAsync(run.ExecutionId, cancellation))
        {
            await CloseAsync(accounts, second, cancellation);
            _isTotalOld = true;
        }
    }

    // Adding up a long run takes its time, so corrections wait for one another until the total is told.
    private async Task RenewTotalAsync(CancellationToken cancellation)
    {
        if (_isTotalOld)
            await RestoreAsync(cancellation);
    }

    // Asked many times for each second that is closed, so it reads no more than it must. What comes between this and the closing is in it.
    private async Task<bool> CanCloseAsync(RunAccounts accounts, int second, CancellationToken cancellation) =>
        accounts.CanClose(second, await windows.ReportsOfAsync(run.Day, run.ExecutionId, second, cancellation), time.GetUtcNow());

    private async Task CloseAsync(RunAccounts accounts, int second, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunLock.TakeAsync(connection, run.ExecutionId, cancellation);
        var (window, reported) = await windows.ReadSecondAsync(connection, run.Day, run.ExecutionId, second, cancellation);
        await WriteAsync(connection, window, [.. accounts.ExpectedAt(second).Except(reported)], cancellation);
        await transaction.CommitAsync(cancellation);
        if (second > _lastClosed && accounts.StartAt is { } start)
            Instruments.CloseDelay.Record((time.GetUtcNow() - start.AddSeconds(second + 1)).TotalSeconds);
    }

    private async Task WriteAsync(NpgsqlConnection connection, MetricWindow window, List<int> missing, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var isLate = window.Sequence <= _lastClosed;
        if (!isLate)
            await RenewTotalAsync(cancellation);
        await using var command = new NpgsqlCommand(Database.Script("close_second"), connection);
        Database.AddValues(command.Parameters, run.ExecutionId, window.Sequence, now, BytesOf(window), BytesOf(window.Summary()));
        var revision = (int)(await command.ExecuteScalarAsync(cancellation))!;
        if (isLate)
            await Stretch.CorrectAsync(connection, run.ExecutionId, window.Sequence, cancellation);
        else
            await CountAsync(connection, window, cancellation);
        await using var mark = new NpgsqlCommand(isLate
            ? "delete from ingestion.late_seconds where execution_id = $1 and second = $2"
            : "update ingestion.runs set last_closed = $2 where execution_id = $1", connection);
        Database.AddValues(mark.Parameters, run.ExecutionId, window.Sequence);
        await mark.ExecuteNonQueryAsync(cancellation);
        var toDate = RunFigures.Of(_total);
        await RunStore.AnnounceAsync(connection, run.ExecutionId, new WindowClosed(run.ExecutionId, window.Sequence, revision, window, toDate, missing, now), cancellation);
    }

    private async Task SealIfDueAsync(RunAccounts accounts, LeasedRun now, CancellationToken cancellation)
    {
        var stored = await runs.StoredAsync(now, cancellation);
        var at = time.GetUtcNow();
        if (!accounts.CanSeal(stored, at))
            return;
        await runs.TakeNoMoreSamplesAsync(run.ExecutionId, cancellation);
        // What is still open, because patience ends or because only other tools have anything to say of it, is closed with what there is.
        for (; _lastClosed < accounts.LastSecond(stored); _lastClosed++)
            await CloseAsync(accounts, _lastClosed + 1, cancellation);
        await SealAsync(accounts, stored, at, cancellation);
    }

    private async Task SealAsync(RunAccounts accounts, IReadOnlyList<StoredWindows> stored, DateTimeOffset at, CancellationToken cancellation)
    {
        var gaps = accounts.Gaps(stored);
        await RenewTotalAsync(cancellation);
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunLock.TakeAsync(connection, run.ExecutionId, cancellation);
        if (await HasOthersAsync(connection, cancellation))
            return;
        await using var command = new NpgsqlCommand(
            "update ingestion.runs set sealed_at = $2, seconds = $3, gaps = $4, faults = $5, total = $6, notes = $7, unknown_max = $8 where execution_id = $1 and sealed_at is null", connection);
        Database.AddValues(command.Parameters, run.ExecutionId, at, _lastClosed + 1, gaps.ToArray(), _generator.Faults(_total).ToArray(),
            BytesOf(_total), accounts.Notes(stored).Concat(ProbeNotes.Of(_total)).ToArray(), accounts.UnknownMax(stored));
        if (await command.ExecuteNonQueryAsync(cancellation) == 1)
            await RunStore.AnnounceAsync(connection, run.ExecutionId, new MetricsSealed(run.ExecutionId, run.Day, _lastClosed + 1, gaps, at), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    // What was stored since it was last looked at comes first: a batch of samples that was taken must be in the seal.
    private async Task<bool> HasOthersAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Database.Script("has_open_windows"), connection);
        Database.AddValues(command.Parameters, run.Day, run.ExecutionId, _lastClosed);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task CountAsync(NpgsqlConnection connection, MetricWindow window, CancellationToken cancellation)
    {
        Count(window);
        if (_stretch.Add(window) is var (full, last))
            await Stretch.StoreAsync(connection, run.ExecutionId, full, last, cancellation);
    }

    private static byte[] BytesOf(MetricWindow window) => JsonSerializer.SerializeToUtf8Bytes(window, RunStore.Json);

    private void Count(MetricWindow window)
    {
        _total.AddSeconds(window);
        _generator.Add(window);
    }
}
