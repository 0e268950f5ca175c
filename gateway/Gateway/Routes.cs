using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Mvc;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace Loadstone.Gateway;

/// <summary>Who answers what: a route for each operation of the API's documents that a service answers, and no catch-all.</summary>
internal static class Routes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    // Of several instances, one that does not answer gets no calls until it does. A single one gets them always, and the caller hears why not.
    private static readonly HealthCheckConfig Watched = new()
    {
        Active = new ActiveHealthCheckConfig { Enabled = true, Path = "/health/ready", Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(2), Policy = "ConsecutiveFailures" },
        AvailableDestinationsPolicy = "HealthyOrPanic",
    };

    private static readonly string[] NeverPassedOn = [InternalIdentity.Header, "Authorization", "Cookie", Door.KeyHeader];

    /// <summary>The services the gateway sends calls to, each with the setting that holds its URL.</summary>
    public static readonly string[] Services = ["configuration", "scheduler", "ingestion", "analysis", "alerting"];

    public static string SettingOf(string service) => $"LOADSTONE_{service.ToUpperInvariant()}_URL";

    public static void AddRoutes(this WebApplicationBuilder builder)
    {
        var document = ApiDocument.Load();
        var routed = document.Operations.Where(o => o.Service != Operation.Gateway).ToList();
        builder.Services.AddSingleton(document);
        builder.Services.AddReverseProxy()
            .LoadFromMemory([.. routed.Select(RouteOf)], [.. routed.DistinctBy(ClusterIdOf).Select(o => ClusterOf(o, builder.RequiredUrls(SettingOf(o.Service))))])
            .AddTransforms(context =>
            {
                var identity = context.Services.GetRequiredService<InternalIdentity>();
                // Whatever the caller says it is, the gateway says who it is; and nobody behind it needs the caller's secrets.
                context.AddRequestTransform(transform =>
                {
                    foreach (var header in NeverPassedOn)
                        transform.ProxyRequest.Headers.Remove(header);
                    transform.ProxyRequest.Headers.Add(InternalIdentity.Header, identity.Sign(Visitor.CallerOf(transform.HttpContext)));
                    return ValueTask.CompletedTask;
                });
            });
    }

    public static void MapRoutes(this WebApplication app)
    {
        var document = app.Services.GetRequiredService<ApiDocument>();
        app.MapReverseProxy().ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(MetadataOf(document[route.RouteId])));
    }

    private static object[] MetadataOf(Operation operation) =>
        operation.LargestBodyMb is { } most ? [operation, new RequestSizeLimitAttribute(most * 1024L * 1024)] : [operation];

    private static RouteConfig RouteOf(Operation operation) => new()
    {
        RouteId = operation.Id,
        ClusterId = ClusterIdOf(operation),
        Match = new RouteMatch { Path = operation.Pattern, Methods = [operation.Method] },
        Metadata = operation.ToMetadata(),
    };

    // How long to wait is a cluster's matter, so a service has one for each patience.
    private static string ClusterIdOf(Operation operation) =>
        operation.Timeout is { } timeout ? $"{operation.Service} within {timeout.TotalSeconds} s" : operation.Service;

    private static ClusterConfig ClusterOf(Operation operation, IReadOnlyList<Uri> urls) => new()
    {
        ClusterId = ClusterIdOf(operation),
        Destinations = urls.ToDictionary(url => url.ToString(), url => new DestinationConfig { Address = url.ToString() }),
        HealthCheck = urls.Count > 1 ? Watched : null,
        // As Kestrel reads them: a header that is no ASCII is passed on as it came, instead of failing on the way.
        HttpClient = new HttpClientConfig { RequestHeaderEncoding = "utf-8", ResponseHeaderEncoding = "utf-8" },
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = operation.Timeout ?? Patience },
    };
}
