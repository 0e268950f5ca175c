using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Npgsql;

namespace Loadstone.Ingestion.Samples;

/// <summary>
/// Stores what other tools measured among the windows of a run. A batch is a shard of its own, with a number below 0: the
/// accounts of the engine's shards stay exact, nobody waits for it, and what is in a window is never changed. All of a batch is
/// stored or nothing, and under the same key once.
/// </summary>
public sealed class SampleStore(Database database, WindowStore windows, Arrivals arrivals, TimeProvider time)
{
    /// <param name="batch">The samples.</param>
    /// <param name="key">What a retry has in common with the first post; null when each post is one of its own.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>True when the same batch was stored before.</returns>
    /// <exception cref="RefusalException">There is no such run, it is not going on, samples lie outside of its time, or the key is another batch's.</exception>
    public async Task<bool> StoreAsync(SampleBatch batch, string? key, CancellationToken cancellation)
    {
        await windows.MakeDayAsync(await DayOfAsync(batch.ExecutionId, cancellation), cancellation);
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var run = await LockAsync(connection, batch.ExecutionId, cancellation);
        if (key is not null && await FindAsync(connection, batch.ExecutionId, key, cancellation) is { } hash)
        {
            return hash == batch.ContentHash ? true
                : throw new RefusalException(StatusCodes.Status422UnprocessableEntity, "The key of the batch was used before with other samples.");
        }

        await AddAsync(connection, batch, key, run, cancellation);
        await transaction.CommitAsync(cancellation);
        arrivals.Signal();
        return false;
    }

    private async Task AddAsync(NpgsqlConnection connection, SampleBatch batch, string? key, Standing run, CancellationToken cancellation)
    {
        var (now, errors) = (time.GetUtcNow(), new DocumentErrors());
        var seconds = batch.Windows(StartOf(run, now), now, errors);
        RefusalException.ThrowIfAny(errors);
        var shard = await NumberAsync(connection, batch, key ?? $"none {Guid.NewGuid()}", now, cancellation);
        foreach (var window in seconds)
            await WindowStore.TryStoreAsync(connection, new MetricWindowRecorded(batch.ExecutionId, shard, run.Day, window), cancellation);
    }

    // A run is open from its start until it is about to be sealed; its row is locked, so it is not sealed before these samples are in.
    private static DateTimeOffset StartOf(Standing run, DateTimeOffset now)
    {
        if (run.IsOver)
            throw Refusal(StatusCodes.Status409Conflict, "is over: its figures do not change any more");
        return run.StartAt is { } start && start <= now ? start : throw Refusal(StatusCodes.Status409Conflict, "has not started yet");
    }

    private async Task<DateOnly> DayOfAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command("select day from ingestion.runs where execution_id = $1", execution);
        return await command.ExecuteScalarAsync(cancellation) is DateOnly day ? day
            : throw Refusal(StatusCodes.Status404NotFound, "names no execution");
    }

    private static async Task<Standing> LockAsync(NpgsqlConnection connection, Guid execution, CancellationToken cancellation)
    {
        await RunLock.TakeAsync(connection, execution, cancellation);
        await using var command = new NpgsqlCommand(
            "select day, start_at, ended or sealed_at is not null or not takes_samples from ingestion.runs where execution_id = $1", connection);
        Database.AddValues(command.Parameters, execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new Standing(reader.GetFieldValue<DateOnly>(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2));
    }

    private static async Task<string?> FindAsync(NpgsqlConnection connection, Guid execution, string key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select content_hash from ingestion.sample_batches where execution_id = $1 and key = $2", connection);
        Database.AddValues(command.Parameters, execution, key);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<int> NumberAsync(NpgsqlConnection connection, SampleBatch batch, string key, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into ingestion.sample_batches (execution_id, shard, key, content_hash, samples, stored_at)
            select $1, coalesce(min(shard), 0) - 1, $2, $3, $4, $5 from ingestion.sample_batches where execution_id = $1
            returning shard
            """, connection);
        Database.AddValues(command.Parameters, batch.ExecutionId, key, batch.ContentHash, batch.Samples.Count, now);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static RefusalException Refusal(int status, string message) =>
        new(status, $"executionId {message}.", new Dictionary<string, string[]> { ["executionId"] = [message] });

    private sealed record Standing(DateOnly Day, DateTimeOffset? StartAt, bool IsOver);
}
