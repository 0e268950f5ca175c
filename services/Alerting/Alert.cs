namespace Loadstone.Alerting;

// The life of an alert.

public sealed record AlertRaised(
    Guid Id, Guid ExecutionId, string ExecutionName, AlertType AlertType, Severity Severity, string MetricName, string? Operation,
    double ThresholdValue, double ActualValue, string Message, int Second, DateTimeOffset At);

public sealed record AlertResolved(int Second, DateTimeOffset At);

public enum AlertType
{
    ThresholdExceeded,
    PerformanceDegradation,
    ErrorSpike,
    ResourceExhaustion,
}

public enum Severity
{
    Low,
    Medium,
    High,
    Critical,
}

public enum AlertStatus
{
    Active,
    Acknowledged,
    Resolved,
    Suppressed,
}

/// <summary>One breach of one threshold in one run, from the second that showed it to the one that showed it over.</summary>
public sealed record Alert
{
    public required Guid Id { get; init; }

    public required AlertRaised Raised { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public AlertStatus Status { get; init; }

    public static Alert Create(AlertRaised e) => new() { Id = e.Id, Raised = e };

    public static Alert Apply(AlertResolved e, Alert alert) => alert with { Status = AlertStatus.Resolved, ResolvedAt = e.At };
}
