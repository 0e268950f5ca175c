namespace Loadstone.Local;

/// <summary>Servers for tests: those that the environment names, else private ones, started once per test process.</summary>
public static class TestServers
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<LocalServers>> Started = new(StartAsync);

    public static Task<LocalServers> GetAsync() => Started.Value;

    private static async Task<LocalServers> StartAsync()
    {
        // The first start on a machine may install packages.
        using var limited = new CancellationTokenSource(StartTimeout);
        var folder = StateFolder.Open(StateFolder.FindClone(), "test");
        var servers = await LocalServers.StartAsync(folder, Console.WriteLine, limited.Token);

        // Good order where the test process ends in good order; where it is killed, the servers die with it.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => servers.DisposeAsync().AsTask().Wait(EndTimeout);
        return servers;
    }
}
