using Npgsql;

namespace Loadstone.EventStore;

internal class EventQueries(DocumentStore store) : IQueryEventStore
{
    protected DocumentStore Store => store;

    public async Task<IReadOnlyList<IEvent>> FetchStreamAsync(
        Guid streamId, long version = 0, DateTimeOffset? timestamp = null, long fromVersion = 0, CancellationToken token = default)
    {
        await store.Storage.EnsureAsync(token);
        await using var command = store.DataSource.CreateCommand(store.Options.Scripts["stream_events"]);
        command.Parameters.Add(Parameter.Of(streamId));
        command.Parameters.Add(Parameter.Of(fromVersion));
        command.Parameters.Add(Parameter.Of(version == 0 ? long.MaxValue : version));
        command.Parameters.Add(Parameter.Of(timestamp ?? DateTimeOffset.MaxValue));
        return await store.EventReader.ReadAllAsync(command, wants: null, token);
    }

    public async Task<StreamState?> FetchStreamStateAsync(Guid streamId, CancellationToken token = default)
    {
        await store.Storage.EnsureAsync(token);
        await using var command = store.DataSource.CreateCommand(store.Options.Scripts["stream_state"]);
        command.Parameters.Add(Parameter.Of(streamId));
        await using var reader = await command.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token) ? StateIn(reader) : null;
    }

    public async Task<T?> AggregateStreamAsync<T>(
        Guid streamId, long version = 0, DateTimeOffset? timestamp = null, T? state = null, long fromVersion = 0,
        CancellationToken token = default)
        where T : class
    {
        var events = await FetchStreamAsync(streamId, version, timestamp, fromVersion, token);
        return (T?)store.Options.Projections.AggregatorOf(typeof(T)).Fold(state, events);
    }

    private StreamState StateIn(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        AggregateType = reader.IsDBNull(1) ? null : store.Options.AggregateTypeOf(reader.GetString(1)),
        Version = reader.GetInt64(2),
        LastTimestamp = reader.GetFieldValue<DateTimeOffset>(3),
        Created = reader.GetFieldValue<DateTimeOffset>(4),
        IsArchived = reader.GetBoolean(5),
    };
}
