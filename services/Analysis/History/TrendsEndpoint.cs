using System.Globalization;
using Loadstone.Measurement;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.History;

internal static class TrendsEndpoint
{
    private const int AtOnce = 4;

    public static void MapTrends(this WebApplication app) => app.MapGet("/api/load-testing/trends", TrendsAsync);

    private static async Task<TrendsAnswer> TrendsAsync(
        IQuerySession session, IIngestionClient ingestion, string? configurationId, string? environment, string? scenario, string? limit, CancellationToken cancellation)
    {
        if (!Guid.TryParse(configurationId, out var configuration))
            throw RefusalException.Field("configurationId", configurationId is null ? "is required" : "must be the id of a configuration");
        var runs = (await RunHistory.OfConfigurationAsync(session, configuration, environment, Page.LimitOf(limit), cancellation)).Reverse().ToList();
        var trend = Trend.Of(scenario is null ? [.. runs.Select(r => TrendPoint.Of(r, r.Judged.Figures))] : await OfScenarioAsync(runs, scenario, ingestion, cancellation));
        return new TrendsAnswer(
            true, trend.Points, trend.ChangePoints, [.. trend.ChangePoints.Where(c => c.IsRegression)], trend.Directions, trend.Points.Count == 0 ? null : trend.Points[^1], [.. trend.ChangePoints.Select(Sentence)]);
    }

    // Percentiles of a part of a run come from its histograms, not from anybody's percentiles.
    private static async Task<IReadOnlyList<TrendPoint>> OfScenarioAsync(List<JudgedRun> runs, string scenario, IIngestionClient ingestion, CancellationToken cancellation)
    {
        var points = new List<TrendPoint>();
        foreach (var some in runs.Chunk(AtOnce))
        {
            var totals = await Task.WhenAll(some.Select(r => ingestion.TotalAsync(r.Run.Id, cancellation)));
            points.AddRange(some.Zip(totals, (run, measured) => FiguresOf(measured.Total, scenario) is { } figures ? TrendPoint.Of(run, figures) : null).OfType<TrendPoint>());
        }

        return points;
    }

    private static RunFigures? FiguresOf(MetricWindow total, string scenario)
    {
        var part = new MetricWindow { Seconds = total.Seconds, Operations = [.. total.Operations.Where(o => o.Scenario == scenario)] };
        return part.Operations.Count == 0 ? null : RunFigures.Of(part);
    }

    internal static string Sentence(TrendChange c) => string.Create(CultureInfo.InvariantCulture,
        $"From {c.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC on {c.Metric} was {c.After:0.##}, before it was {c.Before:0.##} ({c.ChangePercent:+0.#;-0.#} %): {(c.IsRegression ? "a regression" : "an improvement")}.");
}

[Envelope]
internal sealed record TrendsAnswer(
    bool Success, IReadOnlyList<TrendPoint> Trend, IReadOnlyList<TrendChange> ChangePoints, IReadOnlyList<TrendChange> Regressions, IReadOnlyList<TrendDirection> Directions,
    TrendPoint? Latest, IReadOnlyList<string> Insights);
