using System.Globalization;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

internal static class MetricsEndpoints
{
    private const int SecondsAtOnce = 300;

    private static readonly Dictionary<string, int> Granularities = new() { ["second"] = 1, ["10s"] = 10, ["minute"] = 60, ["5m"] = 300 };

    public static void MapMetrics(this WebApplication app)
    {
        app.MapGet("/api/load-testing/executions/{id:guid}/metrics", MetricsAsync);
        app.MapGet("/api/load-testing/executions/{id:guid}/endpoints", EndpointsAsync);
        app.MapGet("/api/load-testing/executions/{id:guid}/resources", ResourcesAsync);
        app.MapGet("/internal/executions/{id:guid}/measurements", MeasurementsAsync);
        app.MapGet("/internal/executions/{id:guid}/total", TotalAsync);
        app.MapGet("/internal/executions/{id:guid}/seconds", SecondsAsync);
    }

    private static async Task<MetricsAnswer> MetricsAsync(Guid id, string? granularity, RunReader runs, CancellationToken cancellation)
    {
        var seconds = SecondsOf(granularity);
        var metrics = new List<PerformanceMetric>();
        var total = new MetricWindow { Seconds = 0 };
        await foreach (var (window, closedAt) in runs.WindowsAsync(id, seconds, summary: true, cancellation))
        {
            total.AddSeconds(window);
            total.Phase ??= window.Phase;
            metrics.Add(PerformanceMetric.Of(id, window, closedAt));
        }

        var phases = total.Phase is null ? [] : await runs.PhasesAsync(id, cancellation);
        return new MetricsAnswer(true, metrics, RunInsights.Of(metrics), RunFigures.Of(total), phases);
    }

    private static async Task<ResourcesAnswer> ResourcesAsync(Guid id, string? granularity, ResourceReader resources, CancellationToken cancellation)
    {
        var samples = await resources.OfRunAsync(id, SecondsOf(granularity), cancellation);
        return new ResourcesAnswer(true, samples, [.. samples.GroupBy(s => (s.Kind, s.Source)).Select(ResourceSummary.Of)]);
    }

    private static int SecondsOf(string? granularity) => Granularities.TryGetValue(granularity ?? "minute", out var seconds) ? seconds
        : throw RefusalException.Field("granularity", $"must be one of {string.Join(", ", Granularities.Keys)}");

    private static async Task<EndpointsAnswer> EndpointsAsync(Guid id, string? phase, RunReader runs, CancellationToken cancellation)
    {
        var total = phase is null ? await runs.TotalAsync(id, cancellation) : await runs.PhaseTotalAsync(id, phase, cancellation);
        var endpoints = total.Operations.Select(o => EndpointPerformance.Of(id, o, total.Seconds)).OrderByDescending(e => e.AvgResponseTime).ToList();
        var requests = endpoints.Where(e => e.Kind == OperationKind.Request).ToList();
        var analysis = new EndpointAnalysis(endpoints.Count, requests.Sum(e => e.TotalRequests), requests.FirstOrDefault()?.Operation);
        return new EndpointsAnswer(true, endpoints, analysis, [.. requests.Take(10)], [.. requests.Where(e => e.ErrorRate > 1)]);
    }

    private static async Task<RunMeasurements> TotalAsync(Guid id, RunReader runs, CancellationToken cancellation)
    {
        var seal = await runs.SealAsync(id, cancellation) ?? throw RefusalException.NotFound("sealed execution", id);
        return new RunMeasurements(id, seal.Total, seal.Gaps, seal.Faults, [], seal.Notes, seal.UnknownMax);
    }

    private static async Task<RunMeasurements> MeasurementsAsync(Guid id, string? stretch, RunReader runs, CancellationToken cancellation)
    {
        var length = int.TryParse(stretch ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given >= 1 ? given : throw RefusalException.Field("stretch", "must be a number of seconds");
        var whole = await TotalAsync(id, runs, cancellation);
        var seconds = new List<MetricWindow>();
        await foreach (var (window, _) in runs.WindowsAsync(id, length, cancellation: cancellation))
            seconds.Add(window);
        return whole with { Seconds = seconds };
    }

    // For the live feed. A run that is not known here has no seconds yet.
    private static async Task<IReadOnlyList<PerformanceMetric>> SecondsAsync(Guid id, string after, RunStore runs, CancellationToken cancellation)
    {
        if (!int.TryParse(after, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var last))
            throw RefusalException.Field("after", "must be a second");
        var seconds = new List<PerformanceMetric>();
        await foreach (var (window, closedAt) in runs.ClosedAsync(id, last + 1, SecondsAtOnce, summary: true, cancellation))
            seconds.Add(PerformanceMetric.Of(id, window, closedAt));
        return seconds;
    }
}

[Envelope]
internal sealed record MetricsAnswer(bool Success, IReadOnlyList<PerformanceMetric> Metrics, IReadOnlyList<string> Insights, RunFigures Summary, IReadOnlyList<PhasePerformance> Phases);

[Envelope]
internal sealed record EndpointsAnswer(
    bool Success, IReadOnlyList<EndpointPerformance> Endpoints, EndpointAnalysis Analysis,
    IReadOnlyList<EndpointPerformance> SlowestEndpoints, IReadOnlyList<EndpointPerformance> ErrorProneEndpoints);

internal sealed record EndpointAnalysis(int Operations, long TotalRequests, string? Slowest);
