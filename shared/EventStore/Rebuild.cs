using Npgsql;

namespace Loadstone.EventStore;

/// <summary>Makes the documents of a projection anew, each in a short transaction that keeps the daemon away from it.</summary>
internal sealed class Rebuild(DocumentStore store, Projection projection)
{
    private readonly Progress _progress = new(store, projection.ProgressName);

    public async Task RunAsync(CancellationToken token)
    {
        await store.Storage.EnsureAsync(token);
        if (!projection.IsInline)
            await _progress.LoadAsync(token);
        var last = Guid.Empty;
        while (await StreamsAfterAsync(last, token) is { Count: > 0 } streams)
        {
            foreach (var stream in streams)
                await RebuildAsync(stream, token);
            last = streams[^1];
        }

        await DeleteOrphansAsync(token);
        if (projection.IsInline)
            return;
        using var consumer = new ProjectionConsumer(store, projection);
        await consumer.CatchUpAsync(await new Feed(store).EndAsync(token), token);
    }

    private async Task RebuildAsync(Guid streamId, CancellationToken token)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var events = projection.IsInline
            ? await EventsAsync(connection, streamId, token)
            : await DeliveredEventsAsync(connection, streamId, token);
        var folded = projection.Aggregator.Fold(aggregate: null, events);
        StorageOperation operation = folded is null
            ? new DeleteDocument(projection.Document, streamId)
            : new StoreSnapshot(projection.Document, folded, streamId, events[^1].Version, store.Options);
        await new PreparedWork([operation]).WriteAsync(connection, token);
        await transaction.CommitAsync(token);
    }

    /// <summary>All events of the stream, which nobody can append to until the transaction ends.</summary>
    private async Task<List<IEvent>> EventsAsync(NpgsqlConnection connection, Guid streamId, CancellationToken token)
    {
        await using var lockStream = new NpgsqlCommand(store.Options.Scripts["lock_stream"], connection);
        lockStream.Parameters.Add(Parameter.Of(streamId));
        await lockStream.ExecuteNonQueryAsync(token);
        await using var command = new NpgsqlCommand(store.Options.Scripts["stream_events"], connection);
        command.Parameters.Add(Parameter.Of(streamId));
        command.Parameters.Add(Parameter.Of(0L));
        command.Parameters.Add(Parameter.Of(long.MaxValue));
        command.Parameters.Add(Parameter.Of(DateTimeOffset.MaxValue));
        return await store.EventReader.ReadAllAsync(command, wants: null, token);
    }

    /// <summary>The events that the daemon has handled, no further than it has come; it cannot go on until the transaction ends.</summary>
    private async Task<List<IEvent>> DeliveredEventsAsync(NpgsqlConnection connection, Guid streamId, CancellationToken token)
    {
        var position = await _progress.LockAsync(connection, token);
        await using var command = new NpgsqlCommand(store.Options.Scripts["delivered_stream_events"], connection);
        command.Parameters.Add(Parameter.Of(streamId));
        command.Parameters.Add(Parameter.TransactionId(position.TransactionId));
        command.Parameters.Add(Parameter.Of(position.Sequence));
        return await store.EventReader.ReadAllAsync(command, projection.Aggregator.Handles, token);
    }

    private async Task<List<Guid>> StreamsAfterAsync(Guid last, CancellationToken token)
    {
        await using var command = store.DataSource.CreateCommand(store.Options.Scripts["stream_ids"]);
        command.Parameters.Add(Parameter.Of(last));
        await using var reader = await command.ExecuteReaderAsync(token);
        var streams = new List<Guid>();
        while (await reader.ReadAsync(token))
            streams.Add(reader.GetGuid(0));
        return streams;
    }

    private async Task DeleteOrphansAsync(CancellationToken token)
    {
        await using var command = store.DataSource.CreateCommand(projection.Document.Sql.DeleteOrphans);
        await command.ExecuteNonQueryAsync(token);
    }
}
