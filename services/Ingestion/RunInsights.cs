using Loadstone.Measurement;
using static System.FormattableString;

namespace Loadstone.Ingestion;

/// <summary>What stands out in a time series, in sentences with their figures and seconds.</summary>
public static class RunInsights
{
    public static IReadOnlyList<string> Of(IReadOnlyList<PerformanceMetric> metrics)
    {
        if (metrics.Count == 0)
            return [];
        // The few answers that come in after the load would often be the slowest.
        var ofLoad = metrics.Where(m => m.RequestsPerSecond > 0).DefaultIfEmpty(metrics[^1]).ToList();
        var busiest = ofLoad.MaxBy(m => m.RequestsPerSecond)!;
        var slowest = ofLoad.MaxBy(m => m.P95ResponseTime)!;
        var worst = ofLoad.MaxBy(m => m.ErrorRate)!;
        var insights = new List<string>
        {
            Invariant($"Throughput was highest {When(busiest)}: {busiest.RequestsPerSecond:0.#} requests/s with {busiest.VirtualUsers} users."),
            Invariant($"The p95 response time was highest {When(slowest)}: {slowest.P95ResponseTime:0.##} ms with {slowest.VirtualUsers} users."),
        };
        if (worst.ErrorRate > 0)
            insights.Add(Invariant($"Errors were most frequent {When(worst)}: {worst.ErrorRate:0.##} % of the requests."));
        return insights;
    }

    private static string When(PerformanceMetric m) => m.LastSecond <= m.TimestampOffset
        ? Invariant($"at second {m.TimestampOffset}")
        : Invariant($"in the seconds {m.TimestampOffset} to {m.LastSecond}");
}
