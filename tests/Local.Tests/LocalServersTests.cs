using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Loadstone.Local.Tests;

public sealed class LocalServersTests : IDisposable
{
    // Whoever runs all tests has named servers; these tests are about the private ones.
    private static readonly string[] Variables = [LocalServers.PostgresVariable, LocalServers.RabbitMqVariable];
    private readonly string?[] _given = [.. Variables.Select(Environment.GetEnvironmentVariable)];

    public LocalServersTests()
    {
        foreach (var variable in Variables)
            Environment.SetEnvironmentVariable(variable, null);
    }

    private const int TimeoutMs = 120_000;

    private static readonly UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    [Fact(Timeout = TimeoutMs)]
    public async Task Private_servers_answer_a_query_and_deliver_a_message()
    {
        using var clone = new TemporaryClone();
        using var folder = clone.OpenFolder();
        await using var servers = await StartAsync(folder);

        await Traffic.DeclareAsync(servers.RabbitMqUri);
        await Traffic.PublishAsync(servers.RabbitMqUri, "hello");

        Assert.Equal("hello", await Traffic.ReceiveAsync(servers.RabbitMqUri));
        // To librabbitmq, a slash without a name names a virtual host without one.
        Assert.DoesNotMatch("/$", servers.RabbitMqUri);
        Assert.Equal("loadstone", await Traffic.QueryAsync(servers.PostgresConnectionString, "select current_database()::text"));
        Assert.Equal("on", await Traffic.QueryAsync(servers.PostgresConnectionString, "show fsync"));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Servers_listen_on_loopback_alone()
    {
        using var clone = new TemporaryClone();
        await using var program = await LocalProgram.StartAsync(clone);

        var listeners = Processes.ListenersOf(Processes.DescendantsOf(program.Id));

        Assert.Equal(2, listeners.Count);
        Assert.All(listeners, listener => Assert.Equal(IPAddress.Loopback, listener.Address));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Passwords_are_readable_by_their_owner_alone()
    {
        using var clone = new TemporaryClone();
        await using var program = await LocalProgram.StartAsync(clone);
        var postgres = new NpgsqlConnectionStringBuilder(program.Postgres).Password!;
        var rabbitMq = new Uri(program.RabbitMq).UserInfo.Split(':')[1];

        var leaks = Directory.EnumerateFiles(clone.Path, "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file).Length > 0 && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            .Select(File.ReadAllText)
            .Concat(Processes.DescendantsOf(program.Id).Select(Processes.CommandLineOf))
            .Append(program.Output)
            .Where(text => new[] { postgres, rabbitMq }.Any(password => text.Contains(password, StringComparison.Ordinal)));

        Assert.Empty(leaks);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_second_start_in_the_same_clone_gets_another_folder_and_other_ports()
    {
        using var clone = new TemporaryClone();
        using var first = clone.OpenFolder();
        using var second = clone.OpenFolder();

        await using var firstServers = await StartAsync(first);
        await using var secondServers = await StartAsync(second);

        Assert.Equal(("test", "test-2"), (first.Name, second.Name));
        Assert.Equal(4, new[] { firstServers, secondServers }.SelectMany(PortsOf).Distinct().Count());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_port_that_is_taken_is_no_failure()
    {
        using var clone = new TemporaryClone();
        using var folder = clone.OpenFolder();
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var taken = ((IPEndPoint)stranger.LocalEndpoint).Port;

        await using var postgres = await Postgres.StartAsync(
            folder, Ignore, CancellationToken.None, InTurn(taken, Ports.PickFree()));
        await using var rabbitMq = await RabbitMq.StartAsync(folder, CancellationToken.None, InTurn(taken, Ports.PickFree()));

        Assert.Equal(1, await Traffic.QueryAsync(postgres.ConnectionString, "select 1"));
        await Traffic.DeclareAsync(rabbitMq.Uri);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_clone_closed_to_the_user_of_PostgreSQL_is_no_failure()
    {
        using var clone = new TemporaryClone(closedToOthers: true);
        using var folder = clone.OpenFolder();

        await using var servers = await StartAsync(folder);

        Assert.Equal(1, await Traffic.QueryAsync(servers.PostgresConnectionString, "select 1"));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_stale_pid_file_that_names_a_living_stranger_is_no_failure()
    {
        using var clone = new TemporaryClone();
        using var folder = clone.OpenFolder();
        var cluster = await PostgresCluster.PrepareAsync(folder, Ignore, CancellationToken.None);
        await using var stranger = ChildProcess.Start(new ChildCommand("sleep", "600") { User = cluster.RunAs });
        await File.WriteAllTextAsync(Path.Combine(cluster.Data, "postmaster.pid"), $"{stranger.Id}\n{cluster.Data}\n");

        await using var postgres = await Postgres.StartAsync(folder, Ignore, CancellationToken.None);

        Assert.Equal(1, await Traffic.QueryAsync(postgres.ConnectionString, "select 1"));
        Assert.False(stranger.Exited.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_server_that_cannot_start_says_why()
    {
        using var clone = new TemporaryClone();
        using var folder = clone.OpenFolder();
        var cluster = await PostgresCluster.PrepareAsync(folder, Ignore, CancellationToken.None);
        await File.AppendAllTextAsync(Path.Combine(cluster.Data, "postgresql.conf"), "no_such_setting = 1\n");

        var failure = await Assert.ThrowsAsync<LocalServerException>(() => StartAsync(folder));

        Assert.Contains("no_such_setting", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_server_that_dies_is_reported()
    {
        using var clone = new TemporaryClone();
        using var folder = clone.OpenFolder();
        await using var servers = await StartAsync(folder);
        var broker = Processes.DescendantsOf(Environment.ProcessId)
            .Single(id => Processes.CommandLineOf(id).Contains($"-home\0{folder.Path}/rabbitmq\0", StringComparison.Ordinal));

        Signals.Send(broker, Signal.Kill);

        Assert.StartsWith("RabbitMQ ended with code 137", await servers.Lost, StringComparison.Ordinal);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_process_that_ended_since_it_was_listed_has_no_command_line_and_no_port()
    {
        await using var child = ChildProcess.Start(new ChildCommand("true"));
        await child.Exited;

        Assert.Equal("", Processes.CommandLineOf(child.Id));
        Assert.Empty(Processes.ListenersOf([child.Id]));
    }

    [Theory]
    [InlineData("Host=h;Username=u;Password=secret;Database=d", "Host=h;Username=u;Password=***;Database=d")]
    [InlineData("Host=h;password=secret", "Host=h;password=***")]
    [InlineData("amqp://user:secret@host:5672/", "amqp://user:***@host:5672/")]
    [InlineData("amqp://host:5672/", "amqp://host:5672/")]
    public void A_masked_address_shows_no_password(string address, string shown) =>
        Assert.Equal(shown, LocalServers.Mask(address));

    private static Task<LocalServers> StartAsync(StateFolder folder) =>
        LocalServers.StartAsync(folder, Ignore, CancellationToken.None);

    private static void Ignore(string line)
    {
    }

    private static Func<int> InTurn(params int[] ports) => new Queue<int>(ports).Dequeue;

    private static int[] PortsOf(LocalServers servers) =>
        [new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString).Port, new Uri(servers.RabbitMqUri).Port];

    public void Dispose()
    {
        foreach (var (variable, value) in Variables.Zip(_given))
            Environment.SetEnvironmentVariable(variable, value);
    }
}
