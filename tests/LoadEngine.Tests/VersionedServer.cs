using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A server of the versions of HTTP a test wants. It counts what it is asked, and says what it heard.</summary>
internal sealed class VersionedServer : IAsyncDisposable
{
    public const HttpProtocols Http1 = HttpProtocols.Http1;
    public const HttpProtocols Http2 = HttpProtocols.Http2;
    public const HttpProtocols Http1And2 = HttpProtocols.Http1AndHttp2;
    public const HttpProtocols Http3 = HttpProtocols.Http3;

    private readonly X509Certificate2 _certificate = TestCertificate.Make();
    private readonly ConcurrentDictionary<string, bool> _protocols = new();
    private readonly ConcurrentDictionary<string, bool> _connections = new();
    private readonly TaskCompletionSource _allThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;
    private int _requests;
    private int _holdFor;

    public Uri Url => new(_app!.Urls.Single().TrimEnd('/') + "/");

    /// <summary>How many connections had requests on them.</summary>
    public int Connections => _connections.Count;

    public int Requests => Volatile.Read(ref _requests);

    public ICollection<string> Protocols => _protocols.Keys;

    public static async Task<VersionedServer> StartAsync(bool tls, HttpProtocols protocols)
    {
        var server = new VersionedServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().UseQuic();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => server.Configure(listen, tls, protocols)));
        server._app = builder.Build();
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>From now on nobody is answered before so many have asked.</summary>
    public void HoldUntilThereAre(int requests) => _holdFor = requests;

    public async ValueTask DisposeAsync()
    {
        await _app!.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private void Configure(ListenOptions listen, bool tls, HttpProtocols protocols)
    {
        listen.Protocols = protocols;
        if (tls)
            listen.UseHttps(_certificate);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        _protocols[context.Request.Protocol] = true;
        _connections[context.Connection.Id] = true;
        if (Interlocked.Increment(ref _requests) >= _holdFor)
            _allThere.TrySetResult();
        await _allThere.Task;
        switch (context.Request.Path.Value)
        {
            case "/status/404":
                context.Response.StatusCode = 404;
                return;
            case "/abort":
                context.Abort();
                return;
            case "/hang":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
        }

        context.Response.Headers["X-Echo"] = context.Request.Headers["X-One"];
        using var body = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path} {await body.ReadToEndAsync()}");
    }
}
