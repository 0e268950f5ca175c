using System.Text.RegularExpressions;

namespace Loadstone.Local;

/// <summary>PostgreSQL and RabbitMQ for one use of the platform: private ones, or those that the environment names.</summary>
public sealed partial class LocalServers : IAsyncDisposable
{
    public const string PostgresVariable = "LOADSTONE_POSTGRES";
    public const string RabbitMqVariable = "LOADSTONE_RABBITMQ";

    private const string Nowhere = "amqp://127.0.0.1:1/";

    private Postgres? _postgres;
    private RabbitMq? _rabbitMq;

    private LocalServers(string postgresConnectionString, string rabbitMqUri, Postgres? postgres, RabbitMq? rabbitMq)
    {
        (PostgresConnectionString, RabbitMqUri) = (postgresConnectionString, rabbitMqUri);
        (_postgres, _rabbitMq) = (postgres, rabbitMq);
        Lost = WatchAsync();
    }

    /// <summary>For Npgsql.</summary>
    public string PostgresConnectionString { get; }

    /// <summary>amqp://user:password@host:port</summary>
    public string RabbitMqUri { get; }

    /// <summary>Ends when a server of ours does, with a sentence that says which, and its last words. Never faults.</summary>
    public Task<string> Lost { get; }

    /// <summary>Whether both servers are named by the environment, so that <see cref="StartAsync(StateFolder, Action{string}, CancellationToken)"/> starts nothing.</summary>
    public static bool AreGiven => Given(PostgresVariable) is not null && Given(RabbitMqVariable) is not null;

    /// <summary>Uses the servers that the environment names and starts the others, which live until this is disposed.</summary>
    /// <exception cref="LocalServerException">A server could not be had; the message says why.</exception>
    public static Task<LocalServers> StartAsync(StateFolder folder, Action<string> report, CancellationToken cancellation) =>
        StartAsync(folder, report, Given(RabbitMqVariable), cancellation);

    /// <summary>The same for what needs the database alone; what would be the broker's address leads nowhere.</summary>
    /// <exception cref="LocalServerException">PostgreSQL could not be had; the message says why.</exception>
    public static Task<LocalServers> StartPostgresAsync(StateFolder folder, Action<string> report, CancellationToken cancellation) =>
        StartAsync(folder, report, Nowhere, cancellation);

    private static async Task<LocalServers> StartAsync(StateFolder folder, Action<string> report, string? rabbitMq, CancellationToken cancellation)
    {
        var postgres = Given(PostgresVariable);
        await Packages.EnsureAsync(postgres is null, rabbitMq is null, folder.LogFile("packages"), report, cancellation);

        using var oneFailed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var starts = (
            Postgres: UnlessGiven(postgres, () => Postgres.StartAsync(folder, report, oneFailed.Token), oneFailed),
            RabbitMq: UnlessGiven(rabbitMq, () => RabbitMq.StartAsync(folder, oneFailed.Token), oneFailed));
        try
        {
            await Task.WhenAll(starts.Postgres, starts.RabbitMq);
        }
        catch
        {
            await EndAsync(Started(starts.Postgres), Started(starts.RabbitMq));
            throw;
        }

        var (ownPostgres, ownRabbitMq) = (await starts.Postgres, await starts.RabbitMq);
        return new LocalServers(
            postgres ?? ownPostgres!.ConnectionString, rabbitMq ?? ownRabbitMq!.Uri, ownPostgres, ownRabbitMq);
    }

    /// <summary>Our own PostgreSQL, to be frozen or killed; null when the environment named one.</summary>
    internal ChildProcess? PostgresProcess => _postgres?.Process;

    /// <summary>Our own RabbitMQ, to be frozen or killed; null when the environment named one.</summary>
    internal ChildProcess? RabbitMqProcess => _rabbitMq?.Process;

    /// <summary>Starts our own PostgreSQL again, where it was, after it was killed.</summary>
    internal async Task StartPostgresAgainAsync(StateFolder folder, CancellationToken cancellation)
    {
        var port = new Npgsql.NpgsqlConnectionStringBuilder(PostgresConnectionString).Port;
        _postgres = await Postgres.StartAsync(folder, _ => { }, cancellation, () => port);
    }

    /// <summary>Starts our own RabbitMQ again, where it was, after it was killed.</summary>
    internal async Task StartRabbitMqAgainAsync(StateFolder folder, CancellationToken cancellation) =>
        _rabbitMq = await RabbitMq.StartAsync(folder, cancellation, () => new Uri(RabbitMqUri).Port);

    /// <summary>An address as it may be shown: without its password.</summary>
    public static string Mask(string address) => Secret().Replace(address, "***");

    public async ValueTask DisposeAsync() => await EndAsync(_postgres, _rabbitMq);

    private static string? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } address ? address : null;

    private static async Task<T?> UnlessGiven<T>(string? given, Func<Task<T>> start, CancellationTokenSource oneFailed)
        where T : class
    {
        if (given is not null)
            return null;
        try
        {
            return await start();
        }
        catch
        {
            await oneFailed.CancelAsync();
            throw;
        }
    }

    private static T? Started<T>(Task<T?> start)
        where T : class => start.IsCompletedSuccessfully ? start.Result : null;

    private static async Task EndAsync(params IAsyncDisposable?[] servers) =>
        await Task.WhenAll(servers.OfType<IAsyncDisposable>().Select(server => server.DisposeAsync().AsTask()));

    private async Task<string> WatchAsync()
    {
        (string Name, ChildProcess Process)[] own =
        [
            .. _postgres is null ? [] : new[] { ("PostgreSQL", _postgres.Process) },
            .. _rabbitMq is null ? [] : new[] { ("RabbitMQ", _rabbitMq.Process) },
        ];
        if (own.Length == 0)
            return await new TaskCompletionSource<string>().Task;
        var gone = await Task.WhenAny(own.Select(server => server.Process.Exited));
        var (name, process) = own.First(server => server.Process.Exited == gone);
        return $"{name} ended with code {await gone}:\n{process.LogTail}";
    }

    [GeneratedRegex(
        """(?<=://[^:/@]*:)[^@]*(?=@)|(?<=\bPassword=)[^;]*""", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();
}
