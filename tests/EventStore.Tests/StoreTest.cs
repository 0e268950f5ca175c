using Npgsql;

namespace Loadstone.EventStore.Tests;

/// <summary>A test with an empty schema of its class's own, and the stores it builds on it.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    private readonly List<DocumentStore> _stores = [];
    private readonly List<IProjectionDaemon> _daemons = [];

    /// <summary>How long anything in this suite may take before it counts as never.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    protected string Schema => $"test_{GetType().Name.ToLowerInvariant()}";

    public Task InitializeAsync() => TestDatabase.ExecuteAsync($"drop schema if exists {Schema} cascade");

    public async Task DisposeAsync()
    {
        foreach (var daemon in _daemons)
            await daemon.StopAllAsync().WaitAsync(Patience);
        foreach (var store in _stores)
            await store.DisposeAsync();
        await TestDatabase.ExecuteAsync($"drop schema if exists {Schema} cascade");
    }

    protected DocumentStore Open(Action<StoreOptions>? configure = null)
    {
        var store = DocumentStore.For(options => Configure(options, configure));
        _stores.Add(store);
        return store;
    }

    protected void Configure(StoreOptions options, Action<StoreOptions>? configure)
    {
        options.Connection(TestDatabase.ConnectionString());
        options.DatabaseSchemaName = Schema;
        options.Events.MetadataConfig.EnableAll();
        configure?.Invoke(options);
    }

    protected async Task<IProjectionDaemon> RunDaemonAsync(DocumentStore store)
    {
        var daemon = await store.BuildProjectionDaemonAsync();
        _daemons.Add(daemon);
        await daemon.StartAllAsync();
        return daemon;
    }

    protected static async Task<Guid> StartAsync(IDocumentStore store, params object[] events)
    {
        await using var session = store.LightweightSession();
        var id = Guid.NewGuid();
        session.Events.StartStream<Run>(id, events);
        await session.SaveChangesAsync();
        return id;
    }

    protected static async Task AppendAsync(IDocumentStore store, Guid id, params object[] events)
    {
        await using var session = store.LightweightSession();
        session.Events.Append(id, events);
        await session.SaveChangesAsync();
    }

    /// <summary>Appends one event as another program would, in whatever transaction the connection is in.</summary>
    protected Task InsertRawAsync(NpgsqlConnection connection, Guid stream, long version, long? sequence = null) =>
        connection.ExecuteAsync($$"""
            insert into {{Schema}}.mt_streams (id, version) values ('{{stream}}', {{version}})
            on conflict (id) do update set version = excluded.version;
            insert into {{Schema}}.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            values ({{sequence?.ToString() ?? $"nextval('{Schema}.mt_events_sequence')"}}, gen_random_uuid(), '{{stream}}', {{version}},
              '{"Shard": 1}', 'shard_started', now(), null)
            """);

    /// <summary>Waits until a connection of the server waits for another's lock.</summary>
    protected static async Task SomebodyWaitsForALockAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        await using var connection = await TestDatabase.OpenAsync();
        while (!await connection.ScalarAsync<bool>("select exists (select from pg_locks where not granted)"))
            deadline.Token.ThrowIfCancellationRequested();
    }
}
