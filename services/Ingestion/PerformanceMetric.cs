using System.Globalization;
using System.Text.Json.Serialization;
using Loadstone.Measurement;

namespace Loadstone.Ingestion;

/// <summary>A point of a run's time series (requirements R1.3). Times are ms, rates %, memory bytes.</summary>
public sealed record PerformanceMetric
{
    public Guid ExecutionId { get; init; }

    /// <summary>Seconds from the start to the beginning of the stretch.</summary>
    public int TimestampOffset { get; init; }

    /// <summary>The last second of the stretch; of a run's last stretch the last of the run.</summary>
    [JsonIgnore]
    public int LastSecond { get; init; }

    public int VirtualUsers { get; init; }

    public double RequestsPerSecond { get; init; }

    public double AvgResponseTime { get; init; }

    public double P95ResponseTime { get; init; }

    public double P99ResponseTime { get; init; }

    public double ErrorRate { get; init; }

    /// <summary>CPU and memory of the load generators.</summary>
    public double CpuUsage { get; init; }

    public long MemoryUsage { get; init; }

    // What only probes of the target can tell; null while there are none.
    public double? DatabaseConnections { get; init; }

    public double? QueueLength { get; init; }

    public double? CacheHitRatio { get; init; }

    public DateTimeOffset CollectedAt { get; init; }

    public static PerformanceMetric Of(Guid execution, MetricWindow window, DateTimeOffset at)
    {
        var figures = RunFigures.Of(window.Total(), window.Seconds);
        return new PerformanceMetric
        {
            ExecutionId = execution,
            TimestampOffset = window.Sequence,
            LastSecond = window.Sequence + Math.Max(1, (int)Math.Ceiling(window.Seconds)) - 1,
            VirtualUsers = window.VirtualUsers,
            RequestsPerSecond = figures.ThroughputRps,
            AvgResponseTime = figures.AvgResponseTime,
            P95ResponseTime = figures.P95ResponseTime,
            P99ResponseTime = figures.P99ResponseTime,
            ErrorRate = figures.ErrorRate,
            CpuUsage = Math.Round(window.Health.CpuPercent, 2),
            MemoryUsage = window.Health.MemoryBytes,
            CollectedAt = at,
        };
    }
}

/// <summary>One operation of a run (requirements R1.4). Times are ms, rates %.</summary>
public sealed record EndpointPerformance
{
    public Guid ExecutionId { get; init; }

    public required string Scenario { get; init; }

    public required string Operation { get; init; }

    public OperationKind Kind { get; init; }

    public string? EndpointPath { get; init; }

    public string? HttpMethod { get; init; }

    public long TotalRequests { get; init; }

    public long SuccessfulRequests { get; init; }

    public long FailedRequests { get; init; }

    public double AvgResponseTime { get; init; }

    public double MinResponseTime { get; init; }

    public double MaxResponseTime { get; init; }

    public double P50ResponseTime { get; init; }

    public double P95ResponseTime { get; init; }

    public double P99ResponseTime { get; init; }

    public double ErrorRate { get; init; }

    public double ThroughputRps { get; init; }

    public required IReadOnlyDictionary<int, long> StatusCodeDistribution { get; init; }

    public required IReadOnlyDictionary<string, long> ErrorTypes { get; init; }

    public required IReadOnlyDictionary<string, PhaseFigures> Timings { get; init; }

    public long MessagesReceived { get; init; }

    public static EndpointPerformance Of(Guid execution, OperationWindow requests, double seconds)
    {
        var figures = RunFigures.Of(requests, seconds);
        return new EndpointPerformance
        {
            ExecutionId = execution,
            Scenario = requests.Scenario,
            Operation = requests.Operation,
            Kind = requests.Kind,
            EndpointPath = requests.Path,
            HttpMethod = requests.Method,
            TotalRequests = figures.TotalRequests,
            SuccessfulRequests = figures.SuccessfulRequests,
            FailedRequests = figures.FailedRequests,
            AvgResponseTime = figures.AvgResponseTime,
            MinResponseTime = figures.MinResponseTime,
            MaxResponseTime = figures.MaxResponseTime,
            P50ResponseTime = figures.P50ResponseTime,
            P95ResponseTime = figures.P95ResponseTime,
            P99ResponseTime = figures.P99ResponseTime,
            ErrorRate = figures.ErrorRate,
            ThroughputRps = figures.ThroughputRps,
            StatusCodeDistribution = requests.StatusCodes,
            ErrorTypes = requests.ErrorTypes,
            Timings = PhaseFigures.Of(requests.Phases),
            MessagesReceived = requests.MessagesReceived,
        };
    }
}

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
