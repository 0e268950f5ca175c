using Npgsql;

namespace Loadstone.EventStore;

/// <summary>How far one projection or subscription has come.</summary>
internal sealed class Progress(DocumentStore store, string name)
{
    public string Name => name;

    /// <summary>The stored position; the beginning of the feed if there is none yet.</summary>
    public async Task<FeedPosition> LoadAsync(CancellationToken token)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(token);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(store.Options.Scripts["start_progress"]) { Parameters = { Parameter.Of(name) } },
                new(store.Options.Scripts["load_progress"]) { Parameters = { Parameter.Of(name) } },
            },
        };
        return await ReadPositionAsync(batch, token);
    }

    /// <summary>The stored position, kept from moving until the connection's transaction ends.</summary>
    public async Task<FeedPosition> LockAsync(NpgsqlConnection connection, CancellationToken token)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new(store.Options.Scripts["lock_progress"]) { Parameters = { Parameter.Of(name) } } },
        };
        return await ReadPositionAsync(batch, token);
    }

    /// <summary>Moves from the floor to the ceiling of a page, in the connection's transaction.</summary>
    /// <exception cref="ProgressionProgressOutOfOrderException">It does not stand at the floor any more.</exception>
    public async Task MoveAsync(NpgsqlConnection connection, FeedPosition floor, FeedPosition ceiling, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(store.Options.Scripts["move_progress"], connection);
        command.Parameters.Add(Parameter.Of(name));
        command.Parameters.Add(Parameter.TransactionId(floor.TransactionId));
        command.Parameters.Add(Parameter.Of(floor.Sequence));
        command.Parameters.Add(Parameter.TransactionId(ceiling.TransactionId));
        command.Parameters.Add(Parameter.Of(ceiling.Sequence));
        if (await command.ExecuteScalarAsync(token) is null)
            throw new ProgressionProgressOutOfOrderException(name);
    }

    private static async Task<FeedPosition> ReadPositionAsync(NpgsqlBatch batch, CancellationToken token)
    {
        await using var reader = await batch.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token) ? new FeedPosition(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)) : default;
    }
}
