using Loadstone.Plans;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Loadstone.Local;

/// <summary>A private RabbitMQ node: our child, on 127.0.0.1 only, with a password of its own and no plugins.</summary>
public sealed class RabbitMq : IAsyncDisposable
{
    private const string User = "loadstone";
    private const string Node = "loadstone@localhost";
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(90);

    // RabbitMQ reads the attributes of every module of every application while it boots, and Erlang finds and compiles these
    // one after the other: three of the four seconds that a start takes. Loading them first, on all cores, takes half a second.
    private const string LoadAllModules =
        """
        Load = fun Load(App) ->
          case application:load(App) of
            ok -> {ok, Needed} = application:get_key(App, applications), lists:foreach(Load, Needed);
            _ -> ok
          end
        end,
        Load(rabbit),
        code:ensure_modules_loaded(lists:append(
          [Modules || {App, _, _} <- application:loaded_applications(), {ok, Modules} <- [application:get_key(App, modules)]])).
        """;

    // Once it has booted, the process that would start an `erl` each minute for nothing is ended; and a quorum queue that was
    // declared within a second of a kill -9, its name not yet on disk, gets the leader that RabbitMQ 3.10 leaves it without.
    private const string AfterBoot =
        """
        catch supervisor:terminate_child(rabbit_sup, rabbit_epmd_monitor_sup),
        catch [ra:trigger_election(amqqueue:get_pid(Queue)) || Queue <- rabbit_amqqueue:list_by_type(rabbit_quorum_queue)].
        """;

    // A node that knows no other node listens for none (no distribution port, no cookie to guess) and registers nowhere (no
    // epmd, which would outlive us). RabbitMQ insists that some port be known as its own; any number will do. In the
    // environment, for RabbitMQ itself may start an `erl`, only to have an epmd.
    private const string AloneFlags = "-dist_listen false -start_epmd false -erl_epmd_port 1";

    // Names are looked up without the helper process that asks the system's resolver; there is only one name.
    private const string OnlyLocalhost =
        """
        {lookup, [file]}.
        {host, {127,0,0,1}, ["localhost"]}.
        """;

    private RabbitMq(ChildProcess process, string uri) => (Process, Uri) = (process, uri);

    /// <summary>amqp://user:password@127.0.0.1:port. A slash behind it would name a virtual host without a name, which some clients then ask for.</summary>
    public string Uri { get; }

    internal ChildProcess Process { get; }

    internal static Task<RabbitMq> StartAsync(StateFolder folder, CancellationToken cancellation, Func<int>? pickPort = null)
    {
        var server = Packages.FindRabbitMq() ?? throw new LocalServerException("RabbitMQ is not installed.");
        var home = folder.PrivateSubfolder("rabbitmq");
        var password = PrivateFile.ReadOrCreatePassword(Path.Combine(home, "password"));
        File.WriteAllText(Path.Combine(home, "inetrc"), OnlyLocalhost);
        LinkLibraries(server, home);
        return Ports.StartOnFreePortAsync(
            port => StartAsync(Command(server, home, port, password) with { LogFile = folder.LogFile("rabbitmq") },
                $"amqp://{User}:{password}@127.0.0.1:{port}", cancellation),
            pickPort, cancellation);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<RabbitMq> StartAsync(ChildCommand command, string uri, CancellationToken cancellation)
    {
        var process = ChildProcess.Start(command);
        try
        {
            await process.UntilReadyAsync<BrokerUnreachableException>(
                token => ConnectAsync(uri, token), ReadyTimeout, cancellation);
            return new RabbitMq(process, uri);
        }
        catch (Exception failure)
        {
            await process.KillAsync();
            if (failure is LocalServerException && process.LogTail.Contains("eaddrinuse", StringComparison.Ordinal))
                throw new TryAgainException(failure.Message);
            throw;
        }
    }

    // As Debian's script starts it, but for the script.
    private static ChildCommand Command(string server, string home, int port, string password) =>
        new("erl", "-noinput", "-boot", "start_sasl",
            "-sname", Node,
            "-eval", LoadAllModules, "-s", "rabbit", "boot", "-eval", AfterBoot,
            "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none",
            "-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false",
            "-kernel", "prevent_overlapping_partitions", "false")
        {
            WorkingDirectory = home,
            CleanEnvironment = true,
            Environment = Variables(server, home, port, password),
        };

    private static Dictionary<string, string> Variables(string server, string home, int port, string password) =>
        new(StringComparer.Ordinal)
        {
            ["HOME"] = home,
            ["LANG"] = "C.UTF-8",
            // Configuration, data and every other file are looked for below this folder, never in the system's own.
            ["SYS_PREFIX"] = home,
            ["RABBITMQ_HOME"] = server,
            ["RABBITMQ_PLUGINS_DIR"] = Libraries(home),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_NODENAME"] = Node,
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{port}",
            ["RABBITMQ_DEFAULT_USER"] = User,
            ["RABBITMQ_DEFAULT_PASS"] = password,
            ["ERL_FLAGS"] = AloneFlags,
            ["ERL_LIBS"] = Libraries(home),
            ["ERL_INETRC"] = Path.Combine(home, "inetrc"),
            ["ERL_MAX_ETS_TABLES"] = "50000",
            ["ERL_CRASH_DUMP_BYTES"] = "0",
        };

    private static string Libraries(string home) => Path.Combine(home, "libraries");

    // Erlang looks for a module in each library's folder in turn: without the plugins' 40 folders it finds it sooner.
    private static void LinkLibraries(string server, string home)
    {
        var libraries = Directory.CreateDirectory(Libraries(home));
        foreach (var old in libraries.GetFileSystemInfos())
            old.Delete();
        foreach (var library in Directory.GetDirectories(Path.Combine(server, "plugins")).Where(library => !IsPlugin(library)))
            Directory.CreateSymbolicLink(Path.Combine(libraries.FullName, Path.GetFileName(library)), library);
    }

    private static bool IsPlugin(string library) =>
        Path.GetFileName(library) is var name
        && name.StartsWith("rabbitmq_", StringComparison.Ordinal)
        && !name.StartsWith("rabbitmq_prelaunch-", StringComparison.Ordinal);

    private static async Task ConnectAsync(string uri, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory { Uri = new Uri(uri), AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellation);
        await connection.CloseAsync(cancellation);
    }
}
