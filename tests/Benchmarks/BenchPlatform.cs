using System.Globalization;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>The whole platform with a target of the benchmark's own.</summary>
internal sealed class BenchPlatform : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Unlimited = new()
    {
        ["LOADSTONE_LIMIT_READS"] = "10000000",
        ["LOADSTONE_LIMIT_WRITES"] = "10000000",
        ["LOADSTONE_LIMIT_EXECUTES"] = "10000000",
    };

    private readonly StateFolder _folder;
    private readonly LocalServers _servers;

    private BenchPlatform(StateFolder folder, LocalServers servers, Platform platform) =>
        (_folder, _servers, Platform, Api) = (folder, servers, platform, LoadstoneClient.Connect(platform.Gateway, platform.Key));

    public Platform Platform { get; }

    public ILoadstoneApi Api { get; }

    public string Postgres => _servers.PostgresConnectionString;

    public LocalServers Servers => _servers;

    /// <summary>Where everything that it keeps is.</summary>
    public string Folder => _folder.Path;

    /// <summary>Starts it.</summary>
    public static async Task<BenchPlatform> StartAsync(CancellationToken cancellation)
    {
        var folder = StateFolder.Open(StateFolder.FindClone(), "bench-platform");
        var servers = await LocalServers.StartAsync(folder, Console.Error.WriteLine, cancellation);
        // Temporary files of its own, so that they can be counted.
        var settings = new Dictionary<string, string>(Unlimited) { ["TMPDIR"] = folder.PrivateSubfolder("tmp") };
        return new BenchPlatform(folder, servers, await Platform.StartAsync(folder, servers, settings, cancellation));
    }

    /// <summary>An environment of a name that is used once, for a target.</summary>
    public async Task<string> RegisterAsync(Uri target, CancellationToken cancellation)
    {
        var name = $"bench {Guid.NewGuid()}";
        await Api.RegisterEnvironmentAsync(new JsonObject { ["name"] = name, ["base_urls"] = new JsonArray(target.ToString().TrimEnd('/')) }, cancellation);
        return name;
    }

    /// <summary>Keeps a plan of GETs to be run.</summary>
    public async Task<Guid> KeepAsync(string environment, double seconds, int users, string load, CancellationToken cancellation, string think = "0")
    {
        var plan = JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "name": "bench {{Guid.NewGuid()}}", "environment": "{{environment}}", "duration": "{{seconds}}s", "max_virtual_users": {{users}}, "load_pattern": {{load}},
              "scenario_config": { "think_time": {{think}}, "scenarios": [ { "name": "get", "user_journey": [
                { "action": "http", "name": "get", "path": "/fixed", "checks": [ { "status": 200 }, { "max_time": "1s" } ] } ] } ] }
            }
            """))!.AsObject();
        return (await Api.CreateConfigurationAsync(plan, cancellation)).Configuration["id"]!.GetValue<Guid>();
    }

    /// <summary>Asks for a run.</summary>
    public async Task<Guid> ExecuteAsync(Guid configuration, CancellationToken cancellation) =>
        (await Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(configuration, null), cancellation)).Execution.Id;

    /// <summary>Follows a run to its end.</summary>
    public async Task<ExecutionView> EndOfAsync(Guid id, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            var execution = (await Api.StatusAsync(id, cancellation)).Execution;
            if (execution.IsOver)
                return execution.Status == "completed" ? execution : throw new LocalServerException($"a run ended as {execution.Status}");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await _servers.DisposeAsync();
        _folder.Dispose();
    }
}
