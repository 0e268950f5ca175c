using Npgsql;

namespace Loadstone.Local;

/// <summary>A private PostgreSQL: our child, on 127.0.0.1 only, with a password of its own.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private const string Database = "loadstone";
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    private Postgres(ChildProcess process, string connectionString) => (Process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    internal ChildProcess Process { get; }

    internal static async Task<Postgres> StartAsync(
        StateFolder folder, Action<string> report, CancellationToken cancellation, Func<int>? pickPort = null)
    {
        var cluster = await PostgresCluster.PrepareAsync(folder, report, cancellation);
        var logFile = folder.LogFile("postgres");
        return await Ports.StartOnFreePortAsync(port => StartAsync(cluster, port, logFile, cancellation), pickPort, cancellation);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<Postgres> StartAsync(
        PostgresCluster cluster, int port, string logFile, CancellationToken cancellation)
    {
        var process = ChildProcess.Start(Command(cluster, port) with { LogFile = logFile });
        try
        {
            var address = Address(cluster, port);
            await process.UntilReadyAsync<NpgsqlException>(
                token => CreateDatabaseAsync(address, token), ReadyTimeout, cancellation);
            return new Postgres(process, address.ConnectionString);
        }
        catch (Exception failure)
        {
            await process.KillAsync();
            if (failure is LocalServerException && MayPass(process.LogTail))
                throw new TryAgainException(failure.Message);
            throw;
        }
    }

    private static bool MayPass(string lastWords) =>
        lastWords.Contains("Address already in use", StringComparison.Ordinal)
        || lastWords.Contains("pre-existing shared memory block", StringComparison.Ordinal);

    private static ChildCommand Command(PostgresCluster cluster, int port)
    {
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            $"port={port}",
            "unix_socket_directories=",
            "max_connections=300",
            "shared_buffers=256MB",
            "max_wal_size=2GB",
            // A backend must notice that its client was killed, or a query could go on after a crash of everything else.
            "client_connection_check_interval=1s",
            "log_checkpoints=off",
        ];

        // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to go.
        var options = settings.SelectMany(setting => (string[])["-c", setting]);
        return cluster.Command("postgres", ["-D", cluster.Data, .. options]) with
        {
            StopSignal = Signal.Interrupt,
            StopTimeout = TimeSpan.FromSeconds(20),
        };
    }

    private static NpgsqlConnectionStringBuilder Address(PostgresCluster cluster, int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresCluster.Superuser,
        Password = File.ReadAllText(cluster.PasswordFile).Trim(),
        Database = Database,
    };

    // Ready means: it answers, and there is a database to work in.
    private static async Task CreateDatabaseAsync(NpgsqlConnectionStringBuilder address, CancellationToken cancellation)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(address.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var find = new NpgsqlCommand($"select 1 from pg_database where datname = '{Database}'", connection);
        if (await find.ExecuteScalarAsync(cancellation) is not null)
            return;
        await using var create = new NpgsqlCommand($"create database {Database}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }
}
