using System.Text.Json.Serialization;

namespace Loadstone.Measurement;

/// <summary>A point of a run's time series (requirements R1.3). Times are ms, rates %, memory bytes.</summary>
public sealed record PerformanceMetric
{
    /// <summary>The run.</summary>
    public Guid ExecutionId { get; init; }

    /// <summary>Seconds from the start to the beginning of the stretch.</summary>
    public int TimestampOffset { get; init; }

    /// <summary>The last second of the stretch; of a run's last stretch the last of the run.</summary>
    [JsonIgnore]
    public int LastSecond { get; init; }

    /// <summary>Users at work: at the end of a second, the most of a longer stretch.</summary>
    public int VirtualUsers { get; init; }

    /// <summary>Requests sent per second of load.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>The mean response time, from due.</summary>
    public double AvgResponseTime { get; init; }

    /// <summary>The 95th percentile of the response time.</summary>
    public double P95ResponseTime { get; init; }

    /// <summary>The 99th percentile of the response time.</summary>
    public double P99ResponseTime { get; init; }

    /// <summary>Requests that did not end well, in % of those that ended.</summary>
    public double ErrorRate { get; init; }

    /// <summary>CPU of the busiest load generator.</summary>
    public double CpuUsage { get; init; }

    /// <summary>Memory of the largest load generator.</summary>
    public long MemoryUsage { get; init; }

    /// <summary>CPU of the target; only a probe, or another tool, can tell.</summary>
    public double? TargetCpuUsage { get; init; }

    /// <summary>Memory of the target; only a probe, or another tool, can tell.</summary>
    public double? TargetMemoryUsage { get; init; }

    /// <summary>Connections of the target's database; only a probe can tell.</summary>
    public double? DatabaseConnections { get; init; }

    /// <summary>What waits in the target's queues; only a probe can tell.</summary>
    public double? QueueLength { get; init; }

    /// <summary>Hits of the target's cache; only a probe can tell.</summary>
    public double? CacheHitRatio { get; init; }

    /// <summary>When the stretch was closed.</summary>
    public DateTimeOffset CollectedAt { get; init; }

    /// <summary>The point of one stretch.</summary>
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
            TargetCpuUsage = Mean(window, "cpu_usage"),
            TargetMemoryUsage = Mean(window, "memory_usage"),
            DatabaseConnections = Mean(window, "database_connections"),
            QueueLength = Mean(window, "queue_length"),
            CacheHitRatio = Mean(window, "cache_hit_ratio"),
            CollectedAt = at,
        };
    }

    private static double? Mean(MetricWindow window, string metric) =>
        window.CustomMetrics.TryGetValue(metric, out var values) ? Math.Round(values.Avg, 2) : null;
}
