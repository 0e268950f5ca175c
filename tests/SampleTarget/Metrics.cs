using System.Diagnostics;
using System.Text;

namespace Loadstone.SampleTarget;

/// <summary>GET /metrics: an OpenMetrics page, written by hand and not counted.</summary>
internal static class Metrics
{
    public static void MapMetrics(this IEndpointRouteBuilder app, Counts counts) =>
        app.MapGet("/metrics", (RequestDelegate)(context => WriteAsync(context, counts))).WithMetadata(CountedRoute.Uncounted);

    private static Task WriteAsync(HttpContext context, Counts counts)
    {
        var view = counts.View();
        using var process = Process.GetCurrentProcess();
        var page = new StringBuilder();
        Counter(page, "process_cpu_seconds", "CPU time of the target.", process.TotalProcessorTime.TotalSeconds);
        Gauge(page, "process_resident_memory_bytes", "Resident memory of the target.", process.WorkingSet64);
        Gauge(page, "process_heap_bytes", "Managed heap of the target.", GC.GetTotalMemory(forceFullCollection: false));
        Counter(page, "target_requests", "Requests since the last reset.", view.Total);
        Gauge(page, "target_requests_in_flight", "Requests not yet answered.", view.InFlight);
        Gauge(page, "target_connections", "Open connections.", view.Connections);
        Gauge(page, "target_websockets", "Open WebSockets.", view.Websockets);
        Counter(page, "target_messages", "WebSocket messages since the last reset.", view.Messages);
        page.Append("# EOF\n");
        Answer.Write(context.Response, "application/openmetrics-text; version=1.0.0; charset=utf-8", Encoding.UTF8.GetBytes(page.ToString()));
        return Task.CompletedTask;
    }

    private static void Counter(StringBuilder page, string name, string help, double value) =>
        page.Append($"# TYPE {name} counter\n# HELP {name} {help}\n{name}_total {value}\n");

    private static void Gauge(StringBuilder page, string name, string help, double value) =>
        page.Append($"# TYPE {name} gauge\n# HELP {name} {help}\n{name} {value}\n");
}
