using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Loadstone.Local;

/// <summary>A private nginx of Debian's, on 127.0.0.1 only: a real server that costs little, for tests and benchmarks to ask.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private const string StatusPath = "/nginx-status";
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(10);

    private readonly ChildProcess _process;
    private int _asked;

    private Nginx(ChildProcess process, int port) => (_process, Url) = (process, new Uri($"http://127.0.0.1:{port}/"));

    public Uri Url { get; }

    /// <summary>Starts nginx on a free port, and installs it first where it is missing.</summary>
    /// <param name="folder">Where it keeps what it writes.</param>
    /// <param name="server">What its one server does, as its configuration says it: locations, limits, further listens.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<Nginx> StartAsync(StateFolder folder, string server, CancellationToken cancellation)
    {
        await Packages.EnsureProgramAsync(Program, "nginx-light", folder.LogFile("packages"), Console.Error.WriteLine, cancellation);
        return await Ports.StartOnFreePortAsync(port => StartAsync(folder, server, port, cancellation), pick: null, cancellation);
    }

    /// <summary>How many requests it has read; those that ask this are left out.</summary>
    public async Task<long> CountRequestsAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var status = await http.GetStringAsync(new Uri(Url, StatusPath), cancellation);
        return long.Parse(status.Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture) - ++_asked;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<Nginx> StartAsync(StateFolder folder, string server, int port, CancellationToken cancellation)
    {
        var home = folder.PrivateSubfolder("nginx");
        var configuration = Path.Combine(home, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(home, server, port), cancellation);
        var process = ChildProcess.Start(new ChildCommand(Program, "-e", "stderr", "-c", configuration) { LogFile = folder.LogFile("nginx") });
        try
        {
            await process.UntilReadyAsync<SocketException>(token => ConnectAsync(port, token), ReadyTimeout, cancellation);
            return new Nginx(process, port);
        }
        catch (LocalServerException failure)
        {
            await process.DisposeAsync();
            throw failure.Message.Contains("Address already in use", StringComparison.Ordinal) ? new TryAgainException(failure.Message) : failure;
        }
    }

    private static async Task ConnectAsync(int port, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
    }

    // As root it would become another user, who may not enter the folder. Where it may not have as many open files as it asks
    // for, it says so in its log and makes do with what it has.
    private static string Configuration(string home, string server, int port) => $$"""
        {{(Environment.IsPrivilegedProcess ? "user root root;" : "")}}
        daemon off; worker_processes 1; pid {{home}}/nginx.pid; error_log stderr; worker_rlimit_nofile 65536;
        events { worker_connections 65000; }
        http {
          access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
          client_body_temp_path {{home}}/body; proxy_temp_path {{home}}/proxy; fastcgi_temp_path {{home}}/fastcgi; uwsgi_temp_path {{home}}/uwsgi; scgi_temp_path {{home}}/scgi;
          server { listen 127.0.0.1:{{port}} backlog=20000; location = {{StatusPath}} { stub_status; } {{server}} }
        }
        """;
}
