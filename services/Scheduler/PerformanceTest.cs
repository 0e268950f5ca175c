using System.Text.Json.Serialization;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

public enum PerformanceTestStatus
{
    Queued,
    Running,
    Completed,
    Failed,
}

/// <summary>An execution as a CI job sees it (requirements R2.19).</summary>
[Envelope]
public sealed record PerformanceTestAnswer(
    bool Success, Guid TestId, PerformanceTestStatus Status, string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PerformanceTestResults? Results,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? EstimatedCompletion)
{
    public static PerformanceTestAnswer Of(Execution x, DateTimeOffset now) =>
        new(true, x.Id, StatusOf(x.Status), ReasonOf(x), PerformanceTestResults.Of(x), EstimateOf(x, now));

    public static PerformanceTestStatus StatusOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Scheduled => PerformanceTestStatus.Queued,
        ExecutionStatus.Running or ExecutionStatus.Paused => PerformanceTestStatus.Running,
        ExecutionStatus.Completed => PerformanceTestStatus.Completed,
        _ => PerformanceTestStatus.Failed,
    };

    public static string? ReasonOf(Execution x) => x.Status == ExecutionStatus.Cancelled ? "cancelled" : x.Reason;

    private static DateTimeOffset? EstimateOf(Execution x, DateTimeOffset now) =>
        x.IsOver ? null : now + TimeSpan.FromTicks(Math.Max(0, (x.Load.Shape.Duration - x.Elapsed(now)).Ticks));
}

/// <summary>What a test found; the error rate is a fraction here.</summary>
[Envelope]
public sealed record PerformanceTestResults(
    TestType TestType, string Environment, int ConcurrentUsers, double DurationSeconds, PerformanceTestMetrics Metrics, bool Passed)
{
    /// <summary>The results of an execution that was judged; null before.</summary>
    public static PerformanceTestResults? Of(Execution x) => x.Analysis is not { } analysis || !x.IsOver ? null : new PerformanceTestResults(
        x.Plan.TestType, x.Request.Configuration.Environment, analysis.Peaks.ConcurrentUsersPeak, analysis.Peaks.LoadSeconds,
        new PerformanceTestMetrics(
            analysis.Figures.AvgResponseTime, analysis.Figures.P95ResponseTime, Math.Round(analysis.Figures.ErrorRate / 100, 6), analysis.Figures.ThroughputRps),
        x.Status == ExecutionStatus.Completed && analysis.Verdict.Outcome == VerdictOutcome.Passed);
}

[Envelope]
public sealed record PerformanceTestMetrics(double AvgResponseTime, double P95ResponseTime, double ErrorRate, double Throughput);

/// <summary>A line of the history of tests (requirements R1.9). Figures are there once the test has been judged.</summary>
public sealed record PerformanceTestRun(
    Guid Id, string Name, Guid ConfigurationId, TestType TestType, string Environment, PerformanceTestStatus Status, string? Reason, int? ConcurrentUsers,
    double? DurationSeconds, double? AvgResponseTimeMs, double? P95ResponseTimeMs, double? ErrorRate, double? ThroughputRps, bool? Passed, DateTimeOffset CreatedAt)
{
    public static PerformanceTestRun Of(Execution x)
    {
        var results = PerformanceTestResults.Of(x);
        return new PerformanceTestRun(
            x.Id, x.Request.Name, x.Request.Configuration.ConfigurationId, x.Plan.TestType, x.Request.Configuration.Environment,
            PerformanceTestAnswer.StatusOf(x.Status), PerformanceTestAnswer.ReasonOf(x), results?.ConcurrentUsers, results?.DurationSeconds,
            results?.Metrics.AvgResponseTime, results?.Metrics.P95ResponseTime, results?.Metrics.ErrorRate, results?.Metrics.Throughput, results?.Passed, x.Request.At);
    }
}

[Envelope]
public sealed record PerformanceTestListAnswer(bool Success, IReadOnlyList<PerformanceTestRun> Tests, string? NextCursor);

[Envelope]
public sealed record PerformanceTestConfigAnswer(bool Success, Guid TestId, Guid ConfigurationId, long Version, string Message);
