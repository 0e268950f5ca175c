using System.Diagnostics;
using Npgsql;

namespace Loadstone.EventStore;

internal class QuerySession(DocumentStore store) : IQuerySession
{
    private readonly EventQueries _events = new(store);

    public IDocumentStore DocumentStore => store;

    public IQueryEventStore Events => _events;

    public string? CausationId { get; set; } = Activity.Current?.ParentId;

    public string? CorrelationId { get; set; } = Activity.Current?.RootId;

    public Task<T?> LoadAsync<T>(Guid id, CancellationToken token = default)
        where T : notnull =>
        LoadOneAsync<T>(Parameter.Of([id]), token);

    public Task<T?> LoadAsync<T>(string id, CancellationToken token = default)
        where T : notnull =>
        LoadOneAsync<T>(Parameter.Of([id]), token);

    public Task<IReadOnlyList<T>> LoadManyAsync<T>(params Guid[] ids)
        where T : notnull =>
        LoadManyAsync<T>(CancellationToken.None, ids);

    public async Task<IReadOnlyList<T>> LoadManyAsync<T>(CancellationToken token, params Guid[] ids)
        where T : notnull =>
        await LoadAsync<T>(Parameter.Of(ids), token);

    public Task<IReadOnlyList<T>> LoadManyAsync<T>(params string[] ids)
        where T : notnull =>
        LoadManyAsync<T>(CancellationToken.None, ids);

    public async Task<IReadOnlyList<T>> LoadManyAsync<T>(CancellationToken token, params string[] ids)
        where T : notnull =>
        await LoadAsync<T>(Parameter.Of(ids), token);

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, params object[] parameters) =>
        QueryAsync<T>(sql, CancellationToken.None, parameters);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, CancellationToken token, params object[] parameters)
    {
        var query = new UserQuery<T>(sql, parameters, store.Options);
        await store.Storage.EnsureAsync(token);
        return await query.RunAsync(store.DataSource, token);
    }

    public void Dispose()
    {
        // Sessions hold nothing open; they are disposable because Marten's are.
        GC.SuppressFinalize(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<T?> LoadOneAsync<T>(NpgsqlParameter id, CancellationToken token)
        where T : notnull =>
        await LoadAsync<T>(id, token) is [var only] ? only : default;

    private async Task<List<T>> LoadAsync<T>(NpgsqlParameter ids, CancellationToken token)
        where T : notnull
    {
        var mapping = store.Options.Document(typeof(T));
        await store.Storage.EnsureAsync(token);
        await using var command = store.DataSource.CreateCommand(mapping.Sql.Load);
        command.Parameters.Add(ids);
        await using var reader = await command.ExecuteReaderAsync(token);
        var documents = new List<T>();
        while (await reader.ReadAsync(token))
            documents.Add((T)store.Options.Serializer.FromJson(reader.GetFieldValue<byte[]>(0), typeof(T)));
        return documents;
    }
}
