using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

// The life of an alert.

public sealed record AlertRaised(
    Guid Id, Guid ExecutionId, string ExecutionName, AlertType AlertType, Severity Severity, string MetricName, string? Operation,
    double ThresholdValue, double ActualValue, string Message, int Second, DateTimeOffset At, Guid? RuleId = null);

public sealed record AlertAcknowledged(string By, string? Note, DateTimeOffset At);

public sealed record AlertSuppressed(string By, string? Note, DateTimeOffset At);

/// <summary>Over: by itself, or because a person says so.</summary>
public sealed record AlertResolved(int Second, DateTimeOffset At, string? By = null, string? Note = null);

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
    /// <summary>The breach goes on, and nobody has said that he looks after it.</summary>
    Active,

    /// <summary>The breach goes on, and somebody looks after it.</summary>
    Acknowledged,

    /// <summary>The breach is over, or was called so.</summary>
    Resolved,

    /// <summary>Nobody is to hear of it any more, nor of further breaches of the same threshold in the same run.</summary>
    Suppressed,
}

/// <summary>What a person did with an alert.</summary>
public sealed record Treatment(string By, string? Note, DateTimeOffset At);

/// <summary>One breach of one threshold in one run, from the second that showed it to the one that showed it over.</summary>
public sealed record Alert
{
    public required Guid Id { get; init; }

    public required AlertRaised Raised { get; init; }

    public Treatment? Acknowledged { get; init; }

    public Treatment? Suppressed { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Who called it over; null when it was over by itself.</summary>
    public string? ResolvedBy { get; init; }

    public string? ResolutionNote { get; init; }

    public AlertStatus Status { get; init; }

    public static Alert Create(AlertRaised e) => new() { Id = e.Id, Raised = e };

    public static Alert Apply(AlertAcknowledged e, Alert alert) =>
        alert with { Status = AlertStatus.Acknowledged, Acknowledged = new Treatment(e.By, e.Note, e.At) };

    public static Alert Apply(AlertSuppressed e, Alert alert) =>
        alert with { Status = AlertStatus.Suppressed, Suppressed = new Treatment(e.By, e.Note, e.At) };

    public static Alert Apply(AlertResolved e, Alert alert) =>
        alert with { Status = AlertStatus.Resolved, ResolvedAt = e.At, ResolvedBy = e.By, ResolutionNote = e.Note };

    /// <summary>A person looks after it. Said twice, it is said once.</summary>
    public static IEnumerable<object> Acknowledge(Alert alert, string by, string? note, DateTimeOffset now) => alert.Status switch
    {
        AlertStatus.Active => [new AlertAcknowledged(by, note, now)],
        AlertStatus.Acknowledged => [],
        _ => throw NotNow(alert, "acknowledged"),
    };

    /// <summary>A person does not want to hear of it any more.</summary>
    public static IEnumerable<object> Suppress(Alert alert, string by, string? note, DateTimeOffset now) => alert.Status switch
    {
        AlertStatus.Active or AlertStatus.Acknowledged => [new AlertSuppressed(by, note, now)],
        AlertStatus.Suppressed => [],
        _ => throw NotNow(alert, "suppressed"),
    };

    /// <summary>A person calls it over.</summary>
    public static IEnumerable<object> Resolve(Alert alert, string by, string? note, DateTimeOffset now) =>
        alert.Status == AlertStatus.Resolved ? [] : [new AlertResolved(alert.Raised.Second, now, by, note)];

    /// <summary>The breach is over by itself, which of a suppressed one nobody wants to know.</summary>
    public static IEnumerable<object> End(Alert alert, int second, DateTimeOffset now) =>
        alert.Status is AlertStatus.Active or AlertStatus.Acknowledged ? [new AlertResolved(second, now)] : [];

    private static RefusalException NotNow(Alert alert, string what) =>
        RefusalException.Conflict($"The alert is {alert.Status.ToString().ToLowerInvariant()}, so it cannot be {what}.");
}
