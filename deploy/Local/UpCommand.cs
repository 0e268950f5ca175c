using System.CommandLine;
using System.Globalization;

namespace Loadstone.Local;

/// <summary>`up`: everything on this machine, until Ctrl-C or SIGTERM.</summary>
internal static class UpCommand
{
    private const int MostInstances = 4;

    public static readonly Option<int> Instances = MakeInstances();

    public static Task<int> RunAsync(string clone, int instances) => Ending.RunAsync(async ending =>
    {
        using var folder = StateFolder.Open(clone, "up");
        await using var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending);
        await BuildDashboardAsync(folder, ending);
        Console.WriteLine("Starting the services…");
        await using var platform = await Platform.StartAsync(folder, servers, new Dictionary<string, string>(), ending, instances);
        await SampleConfiguration.StoreAsync(platform, folder.Clone, ending);
        Announce(folder, platform, servers, Console.WriteLine);
        return await Ending.UntilAskedAsync(ending, servers.Lost, platform.KeepUpAsync(Console.WriteLine, ending));
    });

    // All but the dashboard works without it, and the gateway says at its address that it is not there.
    private static async Task BuildDashboardAsync(StateFolder folder, CancellationToken ending)
    {
        try
        {
            await Dashboard.EnsureBuiltAsync(folder, Console.WriteLine, ending);
        }
        catch (Exception failure) when (failure is LocalServerException or IOException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
        }
    }

    private static Option<int> MakeInstances()
    {
        var option = new Option<int>("--instances") { Description = "How many processes of each service.", DefaultValueFactory = _ => 1 };
        option.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && (!int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MostInstances))
                given.AddError($"--instances must be from 1 to {MostInstances}.");
        });
        return option;
    }

    public static void Announce(StateFolder folder, Platform platform, LocalServers servers, Action<string> say)
    {
        say($"dashboard     {platform.Gateway}dashboard   sign in as admin, the password is in {Path.Combine(folder.Path, "admin.password")}");
        say($"gateway       {platform.Gateway}");
        say($"sample target {platform.Target}");
        say($"key           in {Path.Combine(folder.Path, "key")}, an admin's, until this ends; ./loadstone finds it by itself");
        say($"alerts        on RabbitMQ, whose address is in {ServersCommand.WriteAddresses(servers, folder)} (deploy/alerts.md says how to listen)");
        say($"logs          {Path.Combine(folder.Path, "logs")}");
        say($"Ready. Try: ./loadstone run examples/checkout.yaml   (Ctrl-C here, or kill {Environment.ProcessId}, ends everything)");
    }
}
