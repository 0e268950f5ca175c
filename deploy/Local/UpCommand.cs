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
        Announce(folder, platform, Console.WriteLine);
        return await Ending.UntilAskedAsync(ending, servers.Lost, platform.KeepUpAsync(Console.WriteLine, ending));
    });

    public static void Announce(StateFolder folder, Platform platform, Action<string> say)
    {
        say($"gateway       {platform.Gateway}");
        say($"sample target {platform.Target}");
        say($"key           in {Path.Combine(folder.Path, "key")}, an admin's, until this ends; ./loadstone finds it by itself");
        say($"logs          {Path.Combine(folder.Path, "logs")}");
        say($"Ready. Try: ./loadstone run examples/checkout.yaml   (Ctrl-C here, or kill {Environment.ProcessId}, ends everything)");
    }
}
