using System.Collections.Concurrent;
using System.Security.Cryptography;
using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>
/// The whole platform on this machine: every service a process of its own, on free ports of 127.0.0.1, and the sample target.
/// The order is that of the flow; all start together, and the gateway is ready when every other one is.
/// </summary>
public sealed class Platform : IAsyncDisposable
{
    /// <summary>Projects by the name their process has here.</summary>
    private static readonly (string Name, string Project)[] Services =
    [
        ("configuration", "Configuration"), ("scheduler", "Scheduler"), ("worker", "Worker"), ("ingestion", "Ingestion"),
        ("alerting", "Alerting"), ("analysis", "Analysis"), ("gateway", "Gateway"),
    ];

    private const string SecretsKey = "LOADSTONE_SECRETS_KEY";
    private const string KeySetting = "LOADSTONE_LOCAL_KEY";
    private const string KeyFile = "key";
    private const string GatewayFile = "gateway.url";

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly StateFolder _folder;
    private readonly Dictionary<string, string> _settings;
    private readonly Dictionary<string, Uri> _urls;
    private readonly ConcurrentDictionary<string, ChildProcess> _processes = [];

    private Platform(StateFolder folder, Dictionary<string, string> settings, Dictionary<string, Uri> urls) =>
        (_folder, _settings, _urls) = (folder, settings, urls);

    /// <summary>Where the API is.</summary>
    public Uri Gateway => _urls["gateway"];

    /// <summary>An admin's key to the API, good on this machine and until this platform ends.</summary>
    public string Key => _settings[KeySetting];

    /// <summary>The system under test that comes with Loadstone.</summary>
    public Uri Target => _urls["target"];

    /// <summary>Starts everything and returns when the gateway says that all is ready.</summary>
    /// <exception cref="LocalServerException">A service ended, or was not ready in time; with its last lines.</exception>
    public static async Task<Platform> StartAsync(
        StateFolder folder, LocalServers servers, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var urls = Services.Select(s => s.Name).Append("target").ToDictionary(name => name, _ => new Uri($"http://127.0.0.1:{Ports.PickFree()}"));
        var all = SettingsOf(folder, servers, urls);
        foreach (var (name, value) in settings)
            all[name] = value;
        var platform = new Platform(folder, all, urls);
        try
        {
            platform.Start("target");
            foreach (var (name, _) in Services)
                platform.Start(name);
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
        _processes[name] = Start(name, ProjectOf(service), SettingsFor(service).Concat(settings).GroupBy(s => s.Key).ToDictionary(s => s.Key, s => s.Last().Value));
        await UntilReadyAsync(name, cancellation);
        return _urls[name];
    }

    /// <summary>Starts again whatever dies; what was stopped in good order stays down. Ends only when something does not come back, and says why.</summary>
    public async Task<string> KeepUpAsync(Action<string> say, CancellationToken ending)
    {
        try
        {
            await await Task.WhenAny(_processes.Keys.Select(name => KeepUpAsync(name, say, ending)));
            return "everything was stopped";
        }
        catch (LocalServerException e)
        {
            return e.Message;
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Values.Select(p => p.DisposeAsync().AsTask()));

    /// <summary>The built program of a project.</summary>
    public static string ProgramOf(string clone, string project) =>
        Path.Combine(clone, "artifacts", "bin", project, BuiltAs(), $"Loadstone.{project}.dll");

    // Everything is taken from the build this program is part of.
    private static string BuiltAs() => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static Dictionary<string, string> SettingsOf(StateFolder folder, LocalServers servers, Dictionary<string, Uri> urls)
    {
        var settings = new Dictionary<string, string>
        {
            // Seven services with the usual pool of a hundred would ask for more than a server gives.
            [LocalServers.PostgresVariable] = servers.PostgresConnectionString + ";Maximum Pool Size=25",
            [LocalServers.RabbitMqVariable] = servers.RabbitMqUri,
            ["LOADSTONE_INTERNAL_KEY"] = PrivateFile.ReadOrCreatePassword(Path.Combine(folder.Path, "internal.key")),
            [KeySetting] = $"lsk_{RandomNumberGenerator.GetHexString(40, lowercase: true)}",
            ["LOADSTONE_ADMIN_PASSWORD_FILE"] = Path.Combine(folder.Path, "admin.password"),
            [SecretsKey] = PrivateFile.ReadOrCreatePassword(Path.Combine(folder.Path, "secrets.key")),
            ["LOADSTONE_DATA"] = folder.PrivateSubfolder("data"),
            ["LOADSTONE_WORKER_NAME"] = "worker-1",
            ["LOADSTONE_ALLOW_LOOPBACK"] = "true",
            // Many processes on few cores: what counts is how soon they are warm, not the last few percent.
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var (name, _) in Services)
            settings[$"LOADSTONE_{name.ToUpperInvariant()}_URL"] = urls[name].ToString();
        return settings;
    }

    // The command line looks there for the gateways of this clone, and for the keys that open them.
    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        PrivateFile.Write(Path.Combine(_folder.Path, KeyFile), Key);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, GatewayFile), Gateway.ToString(), cancellation);
    }

    // A key is told to the one service that needs it.
    private Dictionary<string, string> SettingsFor(string name) => _settings.Where(s => s.Key switch
    {
        KeySetting => name == "gateway",
        SecretsKey => name == "configuration",
        _ => true,
    }).ToDictionary();

    private void Start(string name) => _processes[name] = Start(name, ProjectOf(name), SettingsFor(name));

    private ChildProcess Start(string name, string project, Dictionary<string, string> settings) =>
        ChildProcess.Start(new ChildCommand("dotnet", ProgramOf(_folder.Clone, project), "--urls", _urls[name].ToString().TrimEnd('/'))
        {
            Environment = settings,
            WorkingDirectory = _folder.Path,
            LogFile = _folder.LogFile(name),
        });

    private static string ProjectOf(string name) => name == "target" ? "SampleTarget" : Services.First(s => s.Name == name).Project;

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

    private Task UntilReadyAsync(string name, CancellationToken cancellation)
    {
        var question = new Uri(_urls[name], name == "target" ? "/counts" : "/health/ready");
        return _processes[name].UntilReadyAsync<HttpRequestException>(async ct =>
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limited.CancelAfter(Http.Timeout);
            using var answer = await AskAsync(question, limited.Token, ct);
            answer.EnsureSuccessStatusCode();
        }, ReadyWithin, cancellation);
    }

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
