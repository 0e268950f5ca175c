using Npgsql;

namespace Loadstone.EventStore;

/// <summary>Keeps the documents of an asynchronous projection.</summary>
internal sealed class ProjectionConsumer(DocumentStore store, Projection projection)
    : FeedConsumer(store, ShardName.Compose(projection.Name, projection.Version), projection.Options)
{
    protected override Predicate<Type>? Wants => projection.Aggregator.Handles;

    protected override async Task HandleAsync(FeedPage page, CancellationToken token)
    {
        await using var connection = await Store.DataSource.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        // First of all: it also locks out a rebuild and any other daemon until the commit.
        await Progress.MoveAsync(connection, page.Floor, page.Ceiling, token);
        if (page.Events.Count > 0)
            await new PreparedWork(await ProjectAsync(connection, page.Events, token)).WriteAsync(connection, token);
        await transaction.CommitAsync(token);
    }

    private async Task<List<StorageOperation>> ProjectAsync(
        NpgsqlConnection connection, List<IEvent> events, CancellationToken token)
    {
        var streams = events.GroupBy(e => e.StreamId).ToList();
        var stored = await LoadAsync(connection, [.. streams.Select(stream => stream.Key)], token);
        var operations = new List<StorageOperation>();
        foreach (var stream in streams)
        {
            var (document, version) = stored.GetValueOrDefault(stream.Key);
            // After a restore events may come again: what the document has seen it does not see twice.
            var fresh = stream.Where(e => e.Version > version).ToList();
            var folded = projection.Aggregator.Fold(document, fresh);
            if (folded is not null && fresh.Count > 0)
                operations.Add(new StoreSnapshot(projection.Document, folded, stream.Key, fresh[^1].Version, Store.Options));
            else if (folded is null && document is not null)
                operations.Add(new DeleteDocument(projection.Document, stream.Key));
        }

        return operations;
    }

    private async Task<Dictionary<Guid, (object? Document, long Version)>> LoadAsync(
        NpgsqlConnection connection, Guid[] ids, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(projection.Document.Sql.LoadSnapshots, connection);
        command.Parameters.Add(Parameter.Of(ids));
        await using var reader = await command.ExecuteReaderAsync(token);
        var stored = new Dictionary<Guid, (object?, long)>();
        while (await reader.ReadAsync(token))
        {
            var document = Store.Options.Serializer.FromJson(reader.GetFieldValue<byte[]>(1), projection.Document.DocumentType);
            stored.Add(reader.GetGuid(0), (document, reader.GetInt64(2)));
        }

        return stored;
    }
}
