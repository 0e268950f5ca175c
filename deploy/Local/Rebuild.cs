using System.Text.Json;
using Loadstone.ServiceHost;
using Npgsql;

namespace Loadstone.Local;

/// <summary>
/// Makes every read model of a platform anew, while the platform is down: the services run in rebuild mode, without the bus, and
/// are asked one after the other, in the order in which they build on each other.
/// </summary>
public sealed class Rebuild : IAsyncDisposable
{
    /// <summary>What is kept in no other form, and so is left alone.</summary>
    public static readonly IReadOnlyList<string> NotDerived =
    [
        "event streams and stored windows, of which all else is made", "users, sign-ins and keys", "the audit log", "the contents of files", "secrets",
        "samples of other tools", "messages that are still to be sent", "reports that people asked for",
    ];

    private static readonly string[] Services = ["configuration", "scheduler", "ingestion", "alerting", "analysis"];

    private readonly Dictionary<string, Uri> _urls = Services.ToDictionary(name => name, _ => new Uri($"http://127.0.0.1:{Ports.PickFree()}"));
    private readonly InternalIdentity _identity;
    private readonly Dictionary<string, ChildProcess> _processes;

    private Rebuild(StateFolder folder, LocalServers servers)
    {
        _identity = new InternalIdentity(System.Text.Encoding.UTF8.GetBytes(PlatformSettings.InternalKeyOf(folder)), TimeProvider.System);
        var settings = new PlatformSettings(folder, servers.PostgresConnectionString, servers.RabbitMqUri, _urls)
            .With(new Dictionary<string, string> { [RebuildMode.Setting] = "true" });
        _processes = Services.ToDictionary(name => name, name => Platform.Start(folder, name, _urls[name], settings.For(name)));
    }

    /// <summary>Starts the services in rebuild mode.</summary>
    /// <exception cref="LocalServerException">Services are at work on the database, or one could not be started.</exception>
    public static async Task<Rebuild> StartAsync(StateFolder folder, LocalServers servers, CancellationToken cancellation)
    {
        await MustBeAloneAsync(servers.PostgresConnectionString, cancellation);
        var rebuild = new Rebuild(folder, servers);
        try
        {
            await Task.WhenAll(Services.Select(name => Platform.UntilAnsweringAsync(rebuild._processes[name], new Uri(rebuild._urls[name], "/health/live"), cancellation)));
            return rebuild;
        }
        catch
        {
            await rebuild.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes everything anew and tells of each table when it is done.</summary>
    /// <exception cref="LocalServerException">A service could not; what is done so far is right, and a rebuild may be begun again.</exception>
    public async IAsyncEnumerable<RebuildLine> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var service in Services)
        {
            await foreach (var line in AskAsync(service, cancellation))
            {
                if (line.Fault is { } fault)
                    throw new LocalServerException($"{service} could not rebuild its tables: {fault}\nBegin again when that is mended; its log ends:\n{_processes[service].LogTail}");
                yield return line;
            }
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Values.Select(p => p.DisposeAsync().AsTask()));

    private async IAsyncEnumerable<RebuildLine> AskAsync(string service, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_urls[service], "/internal/rebuild"));
        request.Headers.Add(InternalIdentity.Header, _identity.Sign(new Caller("rebuild", "rebuild", [])));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new LocalServerException($"{service} refuses to rebuild its tables: {await answer.Content.ReadAsStringAsync(cancellation)}");
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await lines.ReadLineAsync(cancellation) is { } line)
            yield return JsonSerializer.Deserialize<RebuildLine>(line, Envelope.Options)!;
    }

    // Whoever writes while tables are made anew may write what he read before.
    private static async Task MustBeAloneAsync(string postgres, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select string_agg(distinct application_name, ', ') from pg_stat_activity where datname = current_database() and starts_with(application_name, $1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = PlatformDefaults.ConnectionsOf });
        if (await command.ExecuteScalarAsync(cancellation) is string others)
            throw new LocalServerException($"Services are at work on this database ({others.Replace(PlatformDefaults.ConnectionsOf, "", StringComparison.Ordinal)}): end the platform first, and rebuild then.");
    }
}
