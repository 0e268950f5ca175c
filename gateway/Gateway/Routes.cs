using Loadstone.ServiceHost;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace Loadstone.Gateway;

/// <summary>Who answers what. Every route is listed with its methods: what is not here cannot be reached, and there is no catch-all.</summary>
internal static class Routes
{
    private const string Api = "/api/load-testing";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    // Service, path, methods.
    private static readonly (string Service, string Path, string[] Methods)[] All =
    [
        ("configuration", $"{Api}/configurations", ["GET", "POST"]),
        ("configuration", $"{Api}/configurations/{{id:guid}}", ["GET", "PUT", "DELETE"]),
        ("configuration", $"{Api}/configurations/{{id:guid}}/history", ["GET"]),
        ("configuration", $"{Api}/scenarios", ["GET", "POST"]),
        ("configuration", $"{Api}/scenarios/{{id:guid}}", ["GET", "PUT", "DELETE"]),
        ("configuration", $"{Api}/scenarios/{{id:guid}}/history", ["GET"]),
        ("configuration", $"{Api}/environments", ["GET", "POST"]),
        ("configuration", $"{Api}/environments/{{id:guid}}", ["GET", "PUT", "DELETE"]),
        ("configuration", $"{Api}/environments/{{id:guid}}/history", ["GET"]),
        ("scheduler", $"{Api}/execute", ["POST"]),
        ("scheduler", $"{Api}/executions", ["GET"]),
        ("scheduler", $"{Api}/executions/{{id:guid}}/status", ["GET"]),
        ("scheduler", $"{Api}/executions/{{id:guid}}/events", ["GET"]),
        ("scheduler", $"{Api}/executions/{{id:guid}}/stop", ["POST"]),
        ("scheduler", $"{Api}/executions/{{id:guid}}/pause", ["POST"]),
        ("scheduler", $"{Api}/executions/{{id:guid}}/resume", ["POST"]),
        ("scheduler", "/api/performance/tests", ["GET"]),
        ("scheduler", "/api/performance/tests/execute", ["POST"]),
        ("scheduler", "/api/performance/tests/{id:guid}", ["GET", "DELETE"]),
        ("scheduler", "/api/performance/tests/{id:guid}/config", ["PUT"]),
        ("ingestion", $"{Api}/executions/{{id:guid}}/metrics", ["GET"]),
        ("ingestion", $"{Api}/executions/{{id:guid}}/endpoints", ["GET"]),
        ("analysis", $"{Api}/executions/{{id:guid}}/report", ["GET"]),
        ("analysis", $"{Api}/executions/{{id:guid}}/reports", ["GET"]),
        ("analysis", $"{Api}/reports/{{id:guid}}", ["GET"]),
        ("alerting", $"{Api}/alerts", ["GET"]),
        ("analysis", $"{Api}/benchmarks", ["GET", "POST"]),
        ("analysis", $"{Api}/benchmarks/{{id:guid}}", ["GET", "PUT", "DELETE"]),
        ("analysis", $"{Api}/benchmarks/{{id:guid}}/history", ["GET"]),
        ("analysis", $"{Api}/benchmarks/validate", ["POST"]),
    ];

    /// <summary>The services the gateway sends calls to, each with the setting that holds its URL.</summary>
    public static readonly string[] Services = ["configuration", "scheduler", "ingestion", "analysis", "alerting"];

    public static string SettingOf(string service) => $"LOADSTONE_{service.ToUpperInvariant()}_URL";

    public static void AddRoutes(this WebApplicationBuilder builder) => builder.Services.AddReverseProxy()
        .LoadFromMemory([.. All.Select(RouteOf)], [.. Services.Select(service => ClusterOf(service, builder.Required(SettingOf(service))))])
        .AddTransforms(context =>
        {
            var identity = context.Services.GetRequiredService<InternalIdentity>();
            // Whatever the caller says it is, the gateway says who it is.
            context.AddRequestTransform(transform =>
            {
                transform.ProxyRequest.Headers.Remove(InternalIdentity.Header);
                transform.ProxyRequest.Headers.Add(InternalIdentity.Header, identity.Sign(new Caller("gateway", "local", [])));
                return ValueTask.CompletedTask;
            });
        });

    private static RouteConfig RouteOf((string Service, string Path, string[] Methods) route) => new()
    {
        RouteId = $"{string.Join('|', route.Methods)} {route.Path}",
        ClusterId = route.Service,
        Match = new RouteMatch { Path = route.Path, Methods = route.Methods },
    };

    private static ClusterConfig ClusterOf(string service, string url) => new()
    {
        ClusterId = service,
        Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = url } },
        HttpRequest = new Yarp.ReverseProxy.Forwarder.ForwarderRequestConfig { ActivityTimeout = Patience },
    };
}
