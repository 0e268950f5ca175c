using System.Globalization;
using System.Security.Cryptography;
using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>
/// What the processes of one platform on this machine are told. Of every service there may be several instances; the first has
/// the service's name, the others that with a number. Whoever calls a service is told of all of them.
/// </summary>
internal sealed class PlatformSettings
{
    /// <summary>Projects by the name their process has here, in the order of the flow.</summary>
    public static readonly (string Name, string Project)[] Services =
    [
        ("configuration", "Configuration"), ("scheduler", "Scheduler"), ("worker", "Worker"), ("ingestion", "Ingestion"),
        ("alerting", "Alerting"), ("analysis", "Analysis"), ("gateway", "Gateway"),
    ];

    private const string Data = "LOADSTONE_DATA";
    private const string SecretsKey = "LOADSTONE_SECRETS_KEY";
    private const string KeySetting = "LOADSTONE_LOCAL_KEY";
    private const string WorkerName = "LOADSTONE_WORKER_NAME";
    private const string Profiling = "DOTNET_TieredPGO";

    private readonly StateFolder _folder;
    private readonly Dictionary<string, string> _all;

    /// <param name="folder">Where keys, passwords and data are kept.</param>
    /// <param name="postgres">For Npgsql.</param>
    /// <param name="rabbitMq">The broker's URI.</param>
    /// <param name="urls">The address of each instance, by its name.</param>
    public PlatformSettings(StateFolder folder, string postgres, string rabbitMq, IReadOnlyDictionary<string, Uri> urls)
    {
        _folder = folder;
        _all = new Dictionary<string, string>
        {
            // Seven services with the usual pool of a hundred would ask for more than a server gives.
            [LocalServers.PostgresVariable] = postgres + ";Maximum Pool Size=25",
            [LocalServers.RabbitMqVariable] = rabbitMq,
            ["LOADSTONE_INTERNAL_KEY"] = InternalKeyOf(folder),
            [KeySetting] = $"lsk_{RandomNumberGenerator.GetHexString(40, lowercase: true)}",
            ["LOADSTONE_ADMIN_PASSWORD_FILE"] = Path.Combine(folder.Path, "admin.password"),
            [SecretsKey] = PrivateFile.ReadOrCreatePassword(Path.Combine(folder.Path, "secrets.key")),
            [Data] = folder.PrivateSubfolder("data"),
            [WorkerName] = "worker-1",
            ["LOADSTONE_ALLOW_LOOPBACK"] = "true",
            ["LOADSTONE_DASHBOARD"] = Dashboard.BuiltIn(folder.Clone),
            // Many processes on few cores: what counts is how soon they are warm, not the last few percent. It does for who makes the load.
            [Profiling] = "0",
        };
        foreach (var service in urls.Keys.Where(IsService).GroupBy(ServiceOf))
            _all[$"LOADSTONE_{service.Key.ToUpperInvariant()}_URL"] = string.Join(';', service.Select(name => urls[name]));
    }

    /// <summary>An admin's key to the API.</summary>
    public string Key => _all[KeySetting];

    /// <summary>The key that the services of this folder share.</summary>
    public static string InternalKeyOf(StateFolder folder) => PrivateFile.ReadOrCreatePassword(Path.Combine(folder.Path, "internal.key"));

    /// <summary>The names of so many instances of a service.</summary>
    public static IEnumerable<string> NamesOf(string service, int instances) =>
        Enumerable.Range(1, instances).Select(n => n == 1 ? service : string.Create(CultureInfo.InvariantCulture, $"{service}-{n}"));

    /// <summary>The service of an instance.</summary>
    public static string ServiceOf(string name) => name.Split('-')[0];

    /// <summary>The project of an instance, or of the sample target.</summary>
    public static string ProjectOf(string name) => IsService(name) ? Services.First(s => s.Name == ServiceOf(name)).Project : "SampleTarget";

    /// <summary>The same with others in place of these.</summary>
    public PlatformSettings With(IReadOnlyDictionary<string, string> others)
    {
        foreach (var (name, value) in others)
            _all[name] = value;
        return this;
    }

    /// <summary>What one instance is told: a key is told to those services alone that need it, and no two workers share a name or a spool.</summary>
    public Dictionary<string, string> For(string name)
    {
        var service = ServiceOf(name);
        var settings = _all.Where(s => s.Key switch
        {
            KeySetting => service == "gateway",
            SecretsKey => service is "configuration" or "alerting",
            Profiling => service != "worker",
            _ => true,
        }).ToDictionary();
        if (service == "worker" && name != service)
            (settings[WorkerName], settings[Data]) = (name, _folder.PrivateSubfolder($"data-{name}"));
        return settings;
    }

    private static bool IsService(string name) => Services.Any(s => s.Name == ServiceOf(name));
}
