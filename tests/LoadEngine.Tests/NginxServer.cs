using System.Text.Json.Nodes;
using Loadstone.Local;

namespace Loadstone.LoadEngine.Tests;

/// <summary>One nginx for all tests that ask a real server, with a location for each thing that real servers do.</summary>
public sealed class NginxServer : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StateFolder _folder = StateFolder.Open(StateFolder.FindClone(), "nginx");
    private ScriptedServer? _backend;
    private Nginx? _nginx;

    public Uri Url => _nginx!.Url;

    public Uri TlsUrl { get; } = new($"https://127.0.0.1:{Ports.PickFree()}/");

    private string Files => _folder.PrivateSubfolder("files");

    public async Task InitializeAsync()
    {
        _backend = new ScriptedServer(BehindAsync);
        _nginx = await Nginx.StartAsync(_folder, Configuration(_backend.Url), CancellationToken.None);
    }

    /// <summary>How many requests it has read.</summary>
    public Task<long> RequestsAsync() => _nginx!.CountRequestsAsync(CancellationToken.None);

    /// <summary>Runs the steps over TLS with the program <c>loadstone local</c>, in whose eyes our certificate is good; returns its result.</summary>
    public async Task<JsonNode> RunTrustingItAsync(string steps, int iterations, int users)
    {
        var (plan, result) = (Path.Combine(_folder.Path, "plan.yaml"), Path.Combine(_folder.Path, "result.json"));
        await File.WriteAllTextAsync(plan, RealRun.PlanOf(steps, iterations, "", users));
        await using var program = ChildProcess.Start(new ChildCommand(
            "dotnet", Platform.ProgramOf(_folder.Clone, "Worker"), "local", plan, "--target", TlsUrl.ToString(), "--json", result)
        {
            Environment = new Dictionary<string, string> { ["SSL_CERT_FILE"] = Path.Combine(Files, TestCertificate.FileName) },
            LogFile = _folder.LogFile("local"),
        });
        await program.ExitedWithinAsync(Patience, CancellationToken.None);
        return JsonNode.Parse(await File.ReadAllTextAsync(result))!;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _nginx!.DisposeAsync();
        await _backend!.DisposeAsync();
        _folder.Dispose();
    }

    // What nginx passes on to its client in its own manner.
    private static async Task BehindAsync(ScriptedConnection connection, string request)
    {
        await connection.SayAsync(request.Split(' ')[1] switch
        {
            "/chunked" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n",
            "/short" => "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort",
            "/half" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "/hints" => "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            _ => "",
        });
        connection.Close();
    }

    private string Configuration(Uri backend)
    {
        File.WriteAllText(Path.Combine(Files, "long"), string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n")));
        var certificate = TestCertificate.WriteTo(Files);
        var header = string.Concat(Enumerable.Repeat($"add_header X-Large {new string('x', 1000)};", 20));
        return $$"""
            listen 127.0.0.1:{{TlsUrl.Port}} ssl; ssl_certificate {{certificate}}; ssl_certificate_key {{certificate}};
            root {{Files}};
            location = /fixed { return 200 "hello world"; }
            location = /three { keepalive_requests 3; return 200 "hello world"; }
            location = /once { keepalive_timeout 0; return 200 "hello world"; }
            location = /impatient { keepalive_timeout 1s; return 200 "hello world"; }
            location = /gzip { gzip on; gzip_min_length 1; gzip_types *; alias {{Files}}/long; }
            location = /slow { limit_rate 2000; alias {{Files}}/long; }
            location = /drop { return 444; }
            location = /empty { return 204; }
            location = /large-head { {{header}} return 200 "hello world"; }
            location = /larger-head { {{string.Concat(Enumerable.Repeat(header, 5))}} return 200 "hello world"; }
            location = /loop { return 301 /loop; }
            location = /away { return 302 http://example.com/; }
            location = /strict { client_max_body_size 100; proxy_pass {{backend}}; }
            location = /nobody { proxy_pass http://127.0.0.1:1/; }
            location /behind/ { proxy_http_version 1.1; proxy_buffering off; proxy_pass {{backend}}; }
            """;
    }
}
