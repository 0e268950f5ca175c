using System.Globalization;
using Loadstone.Measurement;

namespace Loadstone.Ingestion;

/// <summary>What stands out in a time series, in sentences with their figures and seconds.</summary>
public static class RunInsights
{
    public static IReadOnlyList<string> Of(IReadOnlyList<PerformanceMetric> metrics)
    {
        if (metrics.Count == 0)
            return [];
        var busiest = metrics.MaxBy(m => m.RequestsPerSecond)!;
        var slowest = metrics.MaxBy(m => m.P95ResponseTime)!;
        var worst = metrics.MaxBy(m => m.ErrorRate)!;
        var insights = new List<string>
        {
            Say($"Throughput was highest {When(busiest)}: {busiest.RequestsPerSecond:0.#} requests/s with {busiest.VirtualUsers} users."),
            Say($"The p95 response time was highest {When(slowest)}: {slowest.P95ResponseTime:0.##} ms with {slowest.VirtualUsers} users."),
        };
        if (worst.ErrorRate > 0)
            insights.Add(Say($"Errors were most frequent {When(worst)}: {worst.ErrorRate:0.##} % of the requests."));
        return insights;
    }

    private static string When(PerformanceMetric m) => m.LastSecond <= m.TimestampOffset
        ? Say($"at second {m.TimestampOffset}")
        : Say($"in the seconds {m.TimestampOffset} to {m.LastSecond}");

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
