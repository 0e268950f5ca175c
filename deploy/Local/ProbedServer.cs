using System.Net;
using System.Net.Sockets;

namespace Loadstone.Local;

/// <summary>A private server of Debian's, on 127.0.0.1 only, for tests to ask how it stands: what probes find beside real systems.</summary>
public sealed class ProbedServer : IAsyncDisposable
{
    private const string NodeExporter = "/usr/bin/prometheus-node-exporter";
    private const string Redis = "/usr/bin/redis-server";
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;

    private ProbedServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Prometheus' exporter of what a machine does, at /metrics; installed first where it is missing.</summary>
    public static Task<ProbedServer> StartNodeExporterAsync(StateFolder folder, CancellationToken cancellation) => StartAsync(
        folder, NodeExporter, "prometheus-node-exporter", port => [$"--web.listen-address=127.0.0.1:{port}"], "address already in use", cancellation);

    /// <summary>Redis with a password, that writes nothing to disk; installed first where it is missing.</summary>
    public static Task<ProbedServer> StartRedisAsync(StateFolder folder, string password, CancellationToken cancellation) => StartAsync(
        folder, Redis, "redis-server",
        port => ["--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--appendonly", "no", "--requirepass", password, "--dir", folder.Path], "Address already in use", cancellation);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<ProbedServer> StartAsync(
        StateFolder folder, string program, string package, Func<int, string[]> arguments, string portIsTaken, CancellationToken cancellation)
    {
        await Packages.EnsureProgramAsync(program, package, folder.LogFile("packages"), Console.Error.WriteLine, cancellation);
        return await Ports.StartOnFreePortAsync(port => StartAsync(
            ChildProcess.Start(new ChildCommand(program, arguments(port)) { LogFile = folder.LogFile(package) }), port, portIsTaken, cancellation), pick: null, cancellation);
    }

    private static async Task<ProbedServer> StartAsync(ChildProcess process, int port, string portIsTaken, CancellationToken cancellation)
    {
        try
        {
            await process.UntilReadyAsync<SocketException>(token => ConnectAsync(port, token), ReadyTimeout, cancellation);
            return new ProbedServer(process, port);
        }
        catch (LocalServerException failure)
        {
            await process.DisposeAsync();
            throw failure.Message.Contains(portIsTaken, StringComparison.Ordinal) ? new TryAgainException(failure.Message) : failure;
        }
    }

    private static async Task ConnectAsync(int port, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
    }
}
