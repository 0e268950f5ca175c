using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Loadstone.ServiceHost;

/// <summary>
/// Metrics on a page of each process, and traces and metrics sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to. The
/// frameworks' own sources are enough for one trace from the HTTP request over database and bus to the worker and back.
/// </summary>
public static class Telemetry
{
    /// <summary>The source of the platform's own spans.</summary>
    public static readonly ActivitySource Spans = new("Loadstone");

    /// <summary>The source of the platform's own instruments.</summary>
    public static readonly Meter Meter = new("Loadstone");

    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Npgsql", "Loadstone"];
    private static readonly string[] Meters = ["Microsoft.AspNetCore.Hosting", "System.Net.Http", "MassTransit", "Npgsql", "System.Runtime", "Loadstone"];

    /// <summary>Begins a span of our own in the trace that something stored belongs to; null when it belongs to none, or nobody collects spans.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="traceparent">The header that was stored with it (W3C Trace Context).</param>
    /// <param name="kind">What kind of span that is.</param>
    public static Activity? Continue(string name, object? traceparent, ActivityKind kind = ActivityKind.Internal) =>
        ActivityContext.TryParse(traceparent?.ToString(), null, isRemote: true, out var parent) ? Spans.StartActivity(name, kind, parent) : null;

    internal static void AddTelemetry(this WebApplicationBuilder builder, string name)
    {
        var resource = ResourceBuilder.CreateDefault().AddService(name, "loadstone", serviceInstanceId: Environment.ProcessId.ToString());
        builder.Services.AddPrometheusPage(resource, Meters);
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        // Singletons made by a factory are disposed with the host, which sends what is left.
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build());
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build());
        builder.Services.AddHostedService<Collecting>();
    }

    // Asking for the providers is what starts them.
    private sealed class Collecting(TracerProvider traces, MeterProvider metrics) : Microsoft.Extensions.Hosting.IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            traces.ForceFlush(2000);
            metrics.ForceFlush(2000);
            return Task.CompletedTask;
        }
    }
}
