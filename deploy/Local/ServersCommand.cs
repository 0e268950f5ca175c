using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>`servers [NAME] [--clone FOLDER]`: PostgreSQL and RabbitMQ alone, until Ctrl-C or SIGTERM.</summary>
internal static class ServersCommand
{
    public static Task<int> RunAsync(string name, string clone) => Ending.RunAsync(async ending =>
    {
        using var folder = StateFolder.Open(clone, name);
        await using var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending);
        Announce(servers, folder);
        return await Ending.UntilAskedAsync(ending, servers.Lost);
    });

    private static void Announce(LocalServers servers, StateFolder folder)
    {
        var file = WriteAddresses(servers, folder);
        Console.WriteLine($"PostgreSQL  {LocalServers.Mask(servers.PostgresConnectionString)}");
        Console.WriteLine($"RabbitMQ    {LocalServers.Mask(servers.RabbitMqUri)}");
        Console.WriteLine($"Ready. Full addresses: {file}");
    }

    /// <summary>Writes where the servers are, passwords included, for whoever may read the folder.</summary>
    internal static string WriteAddresses(LocalServers servers, StateFolder folder)
    {
        var file = Path.Combine(folder.Path, "servers.env");
        PrivateFile.Write(file,
            $"""
            export {LocalServers.PostgresVariable}='{servers.PostgresConnectionString}'
            export {LocalServers.RabbitMqVariable}='{servers.RabbitMqUri}'
            """);
        return file;
    }
}
