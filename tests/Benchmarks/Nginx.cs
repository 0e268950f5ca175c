using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>Debian's nginx on a free port of 127.0.0.1, answering 54 bytes from memory: a target that costs little and never waits.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private readonly ChildProcess _process;

    private Nginx(ChildProcess process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<Nginx> StartAsync(StateFolder folder, CancellationToken cancellation)
    {
        await Packages.EnsureProgramAsync(Program, "nginx-light", folder.LogFile("packages"), Console.Error.WriteLine, cancellation);
        var port = Ports.PickFree();
        var home = folder.PrivateSubfolder("nginx");
        var configuration = Path.Combine(home, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(home, port), cancellation);
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        var process = ChildProcess.Start(new ChildCommand(Program, "-e", Path.Combine(home, "error.log"), "-c", configuration) { LogFile = folder.LogFile("nginx") });
        using var http = new HttpClient();
        await process.UntilReadyAsync<HttpRequestException>(ct => http.GetStringAsync(url, ct), TimeSpan.FromSeconds(10), cancellation);
        return new Nginx(process, url);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Configuration(string home, int port) => $$"""
        daemon off; worker_processes 1; pid {{home}}/nginx.pid;
        events { worker_connections 60000; }
        http {
          access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
          client_body_temp_path {{home}}/body; proxy_temp_path {{home}}/proxy; fastcgi_temp_path {{home}}/fastcgi; uwsgi_temp_path {{home}}/uwsgi; scgi_temp_path {{home}}/scgi;
          server { listen 127.0.0.1:{{port}} backlog=20000; location / { return 200 "nothing but fifty-four bytes, to be answered at once\n\n"; } }
        }
        """;
}
