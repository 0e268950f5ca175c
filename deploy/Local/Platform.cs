using System.Collections.Concurrent;
using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>
/// The whole platform on this machine: every service a process of its own, on free ports of 127.0.0.1, and the sample target.
/// The order is that of the flow; all start together, and the gateway is ready when every other one is.
/// </summary>
public sealed class Platform : IAsyncDisposable
{
    private const string KeyFile = "key";
    private const string GatewayFile = "gateway.url";

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly StateFolder _folder;
    private readonly PlatformSettings _settings;
    private readonly Dictionary<string, Uri> _urls;
    private readonly ConcurrentDictionary<string, ChildProcess> _processes = [];
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _told = [];

    private Platform(StateFolder folder, PlatformSettings settings, Dictionary<string, Uri> urls) =>
        (_folder, _settings, _urls) = (folder, settings, urls);

    /// <summary>Where the API is.</summary>
    public Uri Gateway => _urls["gateway"];

    /// <summary>An admin's key to the API, good on this machine and until this platform ends.</summary>
    public string Key => _settings.Key;

    /// <summary>The system under test that comes with Loadstone.</summary>
    public Uri Target => _urls["target"];

    /// <summary>Starts everything and returns when the gateways say that all is ready.</summary>
    /// <param name="folder">Where everything is kept.</param>
    /// <param name="servers">PostgreSQL and RabbitMQ.</param>
    /// <param name="settings">Settings of the services in place of the usual.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="instances">How many processes of each service.</param>
    /// <exception cref="LocalServerException">A service ended, or was not ready in time; with its last lines.</exception>
    public static async Task<Platform> StartAsync(
        StateFolder folder, LocalServers servers, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation, int instances = 1)
    {
        var names = PlatformSettings.Services.SelectMany(s => PlatformSettings.NamesOf(s.Name, instances)).ToList();
        var urls = names.Append("target").ToDictionary(name => name, _ => new Uri($"http://127.0.0.1:{Ports.PickFree()}"));
        var platform = new Platform(folder, new PlatformSettings(folder, servers.PostgresConnectionString, servers.RabbitMqUri, urls).With(settings), urls);
        try
        {
            platform.Start("target");
            names.ForEach(platform.Start);
            await Task.WhenAll(platform._processes.Keys.Select(name => platform.UntilReadyAsync(name, cancellation)));
            await platform.AnnounceAsync(cancellation);
            await SampleEnvironment.RegisterAsync(platform.Gateway, platform.Key, platform.Target, cancellation);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>The names of all instances of services.</summary>
    public IEnumerable<string> Instances => _processes.Keys.Where(name => name != "target");

    /// <summary>A service's process, to be watched, frozen or killed.</summary>
    public ChildProcess Process(string service) => _processes[service];

    /// <summary>A service's own address, past the gateway.</summary>
    public Uri UrlOf(string service) => _urls[service];

    /// <summary>Ends a service at once, as a crash would.</summary>
    public Task KillAsync(string service) => _processes[service].KillAsync();

    /// <summary>Starts a service again, at the same address, after it was killed.</summary>
    public async Task RestartAsync(string service, CancellationToken cancellation)
    {
        Start(service);
        await UntilReadyAsync(service, cancellation);
    }

    /// <summary>Starts one more instance of a service, with settings of its own, and returns its address. It ends with the platform.</summary>
    public async Task<Uri> StartAnotherAsync(string service, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var name = $"{service}-{Guid.NewGuid():N}";
        _urls[name] = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
        _told[name] = _settings.For(service).Concat(settings).GroupBy(s => s.Key).ToDictionary(s => s.Key, s => s.Last().Value);
        Start(name);
        await UntilReadyAsync(name, cancellation);
        return _urls[name];
    }

    /// <summary>
    /// Starts again whatever dies; what was stopped in good order stays down. Ends only when something does not come back, and says why;
    /// from then on nothing is started again.
    /// </summary>
    public async Task<string> KeepUpAsync(Action<string> say, CancellationToken ending)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        try
        {
            await await Task.WhenAny(_processes.Keys.Select(name => KeepUpAsync(name, say, over.Token)));
            return "everything was stopped";
        }
        catch (LocalServerException e)
        {
            return e.Message;
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Values.Select(p => p.DisposeAsync().AsTask()));

    /// <summary>The built program of a project.</summary>
    public static string ProgramOf(string clone, string project) =>
        Path.Combine(clone, "artifacts", "bin", project, BuiltAs(), $"Loadstone.{project}.dll");

    // Everything is taken from the build this program is part of.
    private static string BuiltAs() => new DirectoryInfo(AppContext.BaseDirectory).Name;

    // The command line looks there for the gateways of this clone, and for the keys that open them.
    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        PrivateFile.Write(Path.Combine(_folder.Path, KeyFile), Key);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, GatewayFile), Gateway.ToString(), cancellation);
    }

    private void Start(string name) =>
        _processes[name] = Start(_folder, name, _urls[name], _told.GetOrAdd(name, _settings.For));

    /// <summary>Starts one process of a platform.</summary>
    internal static ChildProcess Start(StateFolder folder, string name, Uri url, Dictionary<string, string> settings) =>
        ChildProcess.Start(new ChildCommand("dotnet", ProgramOf(folder.Clone, PlatformSettings.ProjectOf(name)), "--urls", url.ToString().TrimEnd('/'))
        {
            Environment = settings,
            WorkingDirectory = folder.Path,
            LogFile = folder.LogFile(name),
        });

    private async Task KeepUpAsync(string name, Action<string> say, CancellationToken ending)
    {
        var deaths = new Deaths(TimeProvider.System);
        while (await _processes[name].Exited.WaitAsync(ending) is not 0 and var code)
        {
            if (deaths.AreTooManyWithThis())
                throw new LocalServerException($"{name} died {Deaths.TooMany} times within a minute, the last time with code {code}, and is given up. "
                    + $"Its log is {_folder.LogFile(name)}, and ends:\n{_processes[name].LogTail}");
            say($"{name} ended with code {code} and is started again; its log may say why.");
            await RestartAsync(name, ending);
            say($"{name} is back.");
        }

        say($"{name} was stopped. Started by hand, it belongs at {_urls[name]}");
        await Task.Delay(Timeout.Infinite, ending);
    }

    private Task UntilReadyAsync(string name, CancellationToken cancellation) =>
        UntilAnsweringAsync(_processes[name], new Uri(_urls[name], name == "target" ? "/counts" : "/health/ready"), cancellation);

    /// <summary>Returns when a process answers a question well.</summary>
    internal static Task UntilAnsweringAsync(ChildProcess process, Uri question, CancellationToken cancellation) =>
        process.UntilReadyAsync<HttpRequestException>(async ct =>
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limited.CancelAfter(Http.Timeout);
            using var answer = await AskAsync(question, limited.Token, ct);
            answer.EnsureSuccessStatusCode();
        }, ReadyWithin, cancellation);

    // A service that is not quick enough to answer is one that is not ready.
    private static async Task<HttpResponseMessage> AskAsync(Uri question, CancellationToken limited, CancellationToken whole)
    {
        try
        {
            return await Http.GetAsync(question, limited);
        }
        catch (OperationCanceledException e) when (!whole.IsCancellationRequested)
        {
            throw new HttpRequestException($"{question} did not answer", e);
        }
    }
}
