using System.Globalization;
using System.Text.Json.Serialization;

namespace Loadstone.Measurement;

/// <summary>The numbers people and criteria ask of a window: times in ms, rates in %, throughput per second.</summary>
public static class Figures
{
    private const double NsPerMs = 1_000_000;

    /// <summary>A percentile of the response time, in ms; see <see cref="Histogram.PercentileNs"/>.</summary>
    public static double PercentileMs(this Histogram histogram, double percent) => histogram.PercentileNs(percent) / NsPerMs;

    /// <summary>The share of requests that did not end well or were refused, in % of those that ended or were refused; 0 when there is none.</summary>
    public static double ErrorRatePercent(this OperationWindow window) =>
        window.Ended + window.Refused == 0 ? 0 : 100.0 * (window.FailedRequests + window.Refused) / (window.Ended + window.Refused);

    /// <summary>
    /// The value of a metric by its wire name (those of <c>Criterion.Metric</c>): on one operation, over all scenarios that have
    /// it, or on everything when <paramref name="operation"/> is null. Null when nothing was measured or the name is unknown.
    /// </summary>
    public static double? ValueOf(this MetricWindow window, string metric, string? operation)
    {
        var requests = operation is null ? window.Total() : Sum(window, operation);
        return metric switch
        {
            "dropped_iterations" => window.Iterations.Dropped,
            "virtual_users" => window.VirtualUsers,
            "generator_cpu_usage" => window.Health.CpuPercent,
            "generator_memory_usage" => window.Health.MemoryBytes,
            "generator_gc_pause" => window.Health.GcPauseMs,
            "generator_lag" => window.Lag.Count == 0 ? null : window.Lag.PercentileMs(99),
            "total_requests" => requests.Sent,
            "failed_requests" => requests.FailedRequests,
            "throughput_rps" => window.Seconds == 0 ? null : requests.Sent / window.Seconds,
            "requests_per_minute" => window.Seconds == 0 ? null : 60 * requests.Sent / window.Seconds,
            "error_rate" => requests.Ended + requests.Refused == 0 ? null : requests.ErrorRatePercent(),
            "check_failure_rate" => ChecksPercent(requests, requests.ChecksFailed),
            "check_pass_rate" => ChecksPercent(requests, requests.ChecksPassed),
            ['c', 'u', 's', 't', 'o', 'm', '.', .. var custom] => CustomOf(window, custom),
            _ => TimeOf(requests.Response, metric),
        };
    }

    // avg.NAME, min.NAME or max.NAME.
    private static double? CustomOf(MetricWindow window, string what) => what.Split('.', 2) is [var aggregate, var name] && window.CustomMetrics.TryGetValue(name, out var values)
        ? aggregate switch { "min" => values.Min, "max" => values.Max, _ => values.Avg } : null;

    private static OperationWindow Sum(MetricWindow window, string operation)
    {
        var sum = new OperationWindow { Scenario = "", Operation = operation };
        foreach (var one in window.Operations.Where(o => o.Operation == operation))
            sum.Add(one);
        return sum;
    }

    private static double? ChecksPercent(OperationWindow requests, long part)
    {
        var all = requests.ChecksPassed + requests.ChecksFailed;
        return all == 0 ? null : 100.0 * part / all;
    }

    private static double? TimeOf(Histogram response, string metric)
    {
        const string Suffix = "_response_time";
        if (response.Count == 0 || !metric.EndsWith(Suffix, StringComparison.Ordinal))
            return null;
        return metric[..^Suffix.Length] switch
        {
            "avg" => response.MeanNs / NsPerMs,
            "min" => response.MinNs / NsPerMs,
            "max" => response.MaxNs / NsPerMs,
            ['p', .. var percent] when double.TryParse(percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var p)
                && p is >= 0 and <= 100 => response.PercentileMs(p),
            _ => null,
        };
    }
}

/// <summary>The figures of a run, or of one operation of it, as people and programs read them. Times are ms, rates %.</summary>
public sealed record RunFigures
{
    /// <summary>Requests sent.</summary>
    public long TotalRequests { get; init; }

    /// <summary>Requests answered as they should be.</summary>
    public long SuccessfulRequests { get; init; }

    /// <summary>Requests failed, timed out or aborted.</summary>
    public long FailedRequests { get; init; }

    /// <summary>Requests never sent, because they would have left the environment; in no other count.</summary>
    public long RefusedRequests { get; init; }

    /// <summary>Requests held back so that the run stays below its environment's ceiling; their wait is no response time.</summary>
    public long HeldRequests { get; init; }

    /// <summary>Of all requests, those that another tool sent and reported.</summary>
    public long ExternalRequests { get; init; }

    /// <summary>The mean response time, from due.</summary>
    public double AvgResponseTime { get; init; }

    /// <summary>The smallest response time.</summary>
    public double MinResponseTime { get; init; }

    /// <summary>The largest response time.</summary>
    public double MaxResponseTime { get; init; }

    /// <summary>The median response time.</summary>
    public double P50ResponseTime { get; init; }

    /// <summary>The 95th percentile of the response time.</summary>
    public double P95ResponseTime { get; init; }

    /// <summary>The 99th percentile of the response time.</summary>
    public double P99ResponseTime { get; init; }

    /// <summary>Requests sent per second of load.</summary>
    public double ThroughputRps { get; init; }

    /// <summary>Failed and refused requests in % of those that ended or were refused.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Checks that held.</summary>
    public long ChecksPassed { get; init; }

    /// <summary>Checks that did not.</summary>
    public long ChecksFailed { get; init; }

    /// <summary>What was measured under names of its own; null where only requests are spoken of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, CustomMetric>? CustomMetrics { get; init; }

    /// <summary>The figures of everything in a stretch of time.</summary>
    public static RunFigures Of(MetricWindow window) =>
        Of(window.Total(), window.Seconds) with { CustomMetrics = window.CustomMetrics.Count == 0 ? null : window.CustomMetrics };

    /// <summary>The figures of some requests over a stretch of load, in seconds.</summary>
    public static RunFigures Of(OperationWindow requests, double seconds) => new()
    {
        TotalRequests = requests.Sent,
        SuccessfulRequests = requests.Ok,
        FailedRequests = requests.FailedRequests,
        RefusedRequests = requests.Refused,
        HeldRequests = requests.Held,
        ExternalRequests = requests.External,
        AvgResponseTime = Ms(requests.Response.MeanNs),
        MinResponseTime = Ms(requests.Response.MinNs),
        MaxResponseTime = Ms(requests.Response.MaxNs),
        P50ResponseTime = Ms(requests.Response.PercentileNs(50)),
        P95ResponseTime = Ms(requests.Response.PercentileNs(95)),
        P99ResponseTime = Ms(requests.Response.PercentileNs(99)),
        ThroughputRps = seconds == 0 ? 0 : Math.Round(requests.Sent / seconds, 3),
        ErrorRate = Math.Round(requests.ErrorRatePercent(), 4),
        ChecksPassed = requests.ChecksPassed,
        ChecksFailed = requests.ChecksFailed,
    };

    private static double Ms(double ns) => Math.Round(ns / 1_000_000, 4);
}
