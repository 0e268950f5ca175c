namespace Loadstone.Local;

/// <summary>`up`: everything on this machine, until Ctrl-C or SIGTERM.</summary>
internal static class UpCommand
{
    public static Task<int> RunAsync(string clone) => Ending.RunAsync(async ending =>
    {
        using var folder = StateFolder.Open(clone, "up");
        await using var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending);
        Console.WriteLine("Starting the services…");
        await using var platform = await Platform.StartAsync(folder, servers, new Dictionary<string, string>(), ending);
        await AnnounceAsync(folder, platform, Console.WriteLine, ending);
        return await Ending.UntilAskedAsync(ending, servers.Lost, platform.KeepUpAsync(Console.WriteLine, ending));
    });

    // The command line looks there for the gateway of this clone.
    public static async Task AnnounceAsync(StateFolder folder, Platform platform, Action<string> say, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "gateway.url"), platform.Gateway.ToString(), cancellation);
        say($"gateway       {platform.Gateway}");
        say($"sample target {platform.Target}");
        say($"logs          {Path.Combine(folder.Path, "logs")}");
        say($"Ready. Try: ./loadstone run examples/checkout.yaml   (Ctrl-C here, or kill {Environment.ProcessId}, ends everything)");
    }
}
