using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Connections;

namespace Loadstone.SampleTarget;

/// <summary>Kestrel with nothing in it that a request would have to pay for: no log, no host filter, no scope.</summary>
internal static class Server
{
    public const int MaxBodyBytes = 10 * 1024 * 1024;

    public static WebApplication Create(string urls, Counts counts)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(urls);
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.Backlog = 8192;
            // No handler blocks, so a request may run where its bytes arrived; with no spinning (see the project file) it saves a fifth.
            sockets.UnsafePreferInlineScheduling = true;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => Count(connection, next, counts)));
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(300));
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => ReadLikeTheWire(json.SerializerOptions));
        return builder.Build();
    }

    /// <summary>Bodies are bound by options of the framework's own: they shall mean what <see cref="Wire"/> means.</summary>
    private static void ReadLikeTheWire(JsonSerializerOptions options)
    {
        options.TypeInfoResolver = Wire.Default;
        options.PropertyNamingPolicy = Wire.Default.Options.PropertyNamingPolicy;
        options.AllowDuplicateProperties = Wire.Default.Options.AllowDuplicateProperties;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
    }

    private static async Task Count(ConnectionContext connection, ConnectionDelegate next, Counts counts)
    {
        counts.ConnectionOpened();
        try
        {
            await next(connection);
        }
        finally
        {
            counts.ConnectionClosed();
        }
    }
}
