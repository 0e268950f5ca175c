namespace Loadstone.Local;

/// <summary>`up`: everything on this machine, until Ctrl-C.</summary>
internal static class UpCommand
{
    public static Task<int> RunAsync(string clone) => Ending.RunAsync(async ending =>
    {
        using var folder = StateFolder.Open(clone, "up");
        await using var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending);
        Console.WriteLine("Starting the services…");
        await using var platform = await Platform.StartAsync(folder, servers, new Dictionary<string, string>(), ending);
        await AnnounceAsync(folder, platform, ending);
        return await Ending.UntilAskedAsync(ending, servers.Lost, platform.KeepUpAsync(Console.WriteLine, ending));
    });

    // The command line looks there for the gateway of this clone.
    public static async Task AnnounceAsync(StateFolder folder, Platform platform, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "gateway.url"), platform.Gateway.ToString(), cancellation);
        Console.WriteLine($"gateway       {platform.Gateway}");
        Console.WriteLine($"sample target {platform.Target}");
        Console.WriteLine($"logs          {Path.Combine(folder.Path, "logs")}");
        Console.WriteLine("Ready. Try: ./loadstone run examples/checkout.yaml   (Ctrl-C here ends everything)");
    }
}
