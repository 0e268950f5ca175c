using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Loadstone.EventStore.Tests;

/// <summary>The store as a service registers it.</summary>
public sealed class HostTests : StoreTest
{
    [Fact]
    public async Task A_host_makes_the_tables_and_runs_what_is_asynchronous()
    {
        using var host = Build(services => services
            .AddMarten(options => Configure(options, o => o.Projections.Snapshot<Run>(SnapshotLifecycle.Async)))
            .UseLightweightSessions().ApplyAllDatabaseChangesOnStartup().AddAsyncDaemon(DaemonMode.HotCold));
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IDocumentStore>();
        var id = await StartAsync(store, new RunRequested("a"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.NotNull(await store.QuerySession().LoadAsync<Run>(id));
        await host.StopAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Sessions_come_from_the_scope()
    {
        using var host = Build(services => services.AddMarten(_ =>
        {
            var options = new StoreOptions();
            Configure(options, configure: null);
            return options;
        }));
        await using var scope = host.Services.CreateAsyncScope();
        var session = scope.ServiceProvider.GetRequiredService<IDocumentSession>();
        session.Store(new Note { Id = "a" });
        await session.SaveChangesAsync();

        Assert.Same(session, scope.ServiceProvider.GetRequiredService<IDocumentSession>());
        Assert.NotNull(await scope.ServiceProvider.GetRequiredService<IQuerySession>().LoadAsync<Note>("a"));
        Assert.Same(host.Services.GetRequiredService<IDocumentStore>(), session.DocumentStore);
    }

    [Fact]
    public async Task A_service_comes_up_before_its_database_and_works_once_that_is_there()
    {
        using var relay = new Relay(new NpgsqlConnectionStringBuilder(TestDatabase.ConnectionString()));
        var recorder = new Recorder();
        using var host = Build(services => services
            .AddMarten(options => Configure(options, o =>
            {
                o.Connection(relay.ConnectionString);
                o.Projections.Subscribe(recorder);
            }))
            .ApplyAllDatabaseChangesOnStartup().AddAsyncDaemon(DaemonMode.HotCold));
        await host.StartAsync().WaitAsync(Patience);
        var store = host.Services.GetRequiredService<IDocumentStore>();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => StartAsync(store, new RunRequested("too early")));

        relay.Open();
        await StartAsync(store, new RunRequested("a"));

        Assert.Single(await recorder.UntilAsync(1));
        await host.StopAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_host_stops_although_its_database_never_came()
    {
        using var relay = new Relay(new NpgsqlConnectionStringBuilder(TestDatabase.ConnectionString()));
        using var host = Build(services => services
            .AddMarten(options => Configure(options, o =>
            {
                o.Connection(relay.ConnectionString);
                o.Projections.Subscribe(new Recorder());
            }))
            .ApplyAllDatabaseChangesOnStartup().AddAsyncDaemon(DaemonMode.Solo));
        await host.StartAsync();

        await host.StopAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_store_works_on_the_callers_data_source_and_leaves_it_open()
    {
        await using var dataSource = NpgsqlDataSource.Create(TestDatabase.ConnectionString());
        var recorder = new Recorder();
        var store = Open(options =>
        {
            options.Connection(dataSource);
            options.Projections.AsyncMode = DaemonMode.HotCold;
            options.Projections.Subscribe(recorder);
        });
        var daemon = await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"));
        await recorder.UntilAsync(1);

        await using var session = store.LightweightSession();
        session.Store(new Note { Id = "with it" });
        session.Events.StartStream<Run>(id, new RunRequested("again"));
        await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => session.SaveChangesAsync());
        await daemon.StopAllAsync();
        await store.DisposeAsync();

        await using var command = dataSource.CreateCommand("select count(*) from pg_locks where locktype = 'advisory'");
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    private static IHost Build(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        register(builder.Services);
        return builder.Build();
    }

    /// <summary>A port that refuses connections until it is opened, and then leads to the database.</summary>
    private sealed class Relay : IDisposable
    {
        private readonly NpgsqlConnectionStringBuilder _target;
        private readonly CancellationTokenSource _closed = new();
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int _port;

        public Relay(NpgsqlConnectionStringBuilder target)
        {
            _target = target;
            _listener.Start();
            _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _listener.Stop();
        }

        public string ConnectionString =>
            new NpgsqlConnectionStringBuilder(_target.ConnectionString) { Host = "127.0.0.1", Port = _port }.ConnectionString;

        public void Open()
        {
            _listener.Server.Close();
            var listener = new TcpListener(IPAddress.Loopback, _port);
            listener.Start();
            _closed.Token.Register(listener.Stop);
            _ = AcceptAsync(listener);
        }

        public void Dispose()
        {
            _closed.Cancel();
            _listener.Dispose();
            _closed.Dispose();
        }

        private async Task AcceptAsync(TcpListener listener)
        {
            while (!_closed.IsCancellationRequested)
                _ = ForwardAsync(await listener.AcceptTcpClientAsync(_closed.Token));
        }

        private async Task ForwardAsync(TcpClient client)
        {
            using var inner = client;
            using var server = new TcpClient(_target.Host!, _target.Port);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream(), _closed.Token),
                server.GetStream().CopyToAsync(client.GetStream(), _closed.Token));
        }
    }
}
