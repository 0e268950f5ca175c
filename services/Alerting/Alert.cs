using System.Text.Json.Serialization;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

// The life of an alert.

/// <param name="Id">The alert.</param>
/// <param name="ExecutionId">The run that showed it.</param>
/// <param name="ExecutionName">The run's name.</param>
/// <param name="AlertType">What kind of trouble it is.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="MetricName">What was measured.</param>
/// <param name="Operation">The operation it was measured on; null for the whole run.</param>
/// <param name="ThresholdValue">What the value was not to cross.</param>
/// <param name="ActualValue">What it was.</param>
/// <param name="Message">All that in a sentence.</param>
/// <param name="Second">The second of the run that showed it.</param>
/// <param name="At">When.</param>
/// <param name="RuleId">The rule that asked for it; null when no rule did.</param>
/// <param name="Source">Who asked for it.</param>
/// <param name="Key">The same for every breach of the same thing.</param>
/// <param name="Occurrence">Which breach of it in the run, from 1.</param>
/// <param name="ConfigurationId">What the run was made from.</param>
/// <param name="Environment">The environment under test.</param>
/// <param name="Maintenance">The maintenance window it fell into, so that nobody is told; null for none.</param>
public sealed record AlertRaised(
    Guid Id, Guid ExecutionId, string ExecutionName, AlertType AlertType, Severity Severity, string MetricName, string? Operation,
    double ThresholdValue, double ActualValue, string Message, int Second, DateTimeOffset At, Guid? RuleId = null,
    AlertSource Source = AlertSource.Criterion, string Key = "", int Occurrence = 1, Guid? ConfigurationId = null, string? Environment = null, string? Maintenance = null);

/// <summary>More of the same joined it.</summary>
public sealed record AlertGrew(double ActualValue, string Message, int Second, DateTimeOffset At);

public sealed record AlertAcknowledged(string By, string? Note, DateTimeOffset At);

public sealed record AlertSuppressed(string By, string? Note, DateTimeOffset At);

/// <summary>The maintenance window it fell into is over, and its breach goes on: it is told from now on.</summary>
public sealed record AlertOutlastedMaintenance(DateTimeOffset At);

/// <summary>Over: by itself, or because a person says so.</summary>
public sealed record AlertResolved(int Second, DateTimeOffset At, string? By = null, string? Note = null);

/// <summary>Who asked for something to be watched.</summary>
public enum AlertSource
{
    /// <summary>The run's own criteria.</summary>
    Criterion,

    /// <summary>A rule.</summary>
    Rule,

    /// <summary>The platform, which looks for changes in the course of every run.</summary>
    Detection,

    /// <summary>Many at once, of whatever source, in one alert.</summary>
    Crowd,

    /// <summary>The verdict on the whole run.</summary>
    Verdict,

    /// <summary>The comparison of the whole run with its baseline.</summary>
    Regression,

    /// <summary>The comparison of the last runs with those before them.</summary>
    History,
}

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

    /// <summary>How it stands, when it grew since it was raised.</summary>
    public AlertGrew? Grown { get; init; }

    public Treatment? Acknowledged { get; init; }

    public Treatment? Suppressed { get; init; }

    /// <summary>Whether only a maintenance window keeps it quiet, and not a person.</summary>
    public bool IsHeld { get; init; }

    public DateTimeOffset? OutlastedMaintenanceAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Who called it over; null when it was over by itself.</summary>
    public string? ResolvedBy { get; init; }

    public string? ResolutionNote { get; init; }

    public AlertStatus Status { get; init; }

    /// <summary>Those of which a person could still say that he looks after them.</summary>
    public const string IsOpenSql = "(d.data ->> 'status' in ('active', 'acknowledged') or (d.data ->> 'is_held')::boolean)";

    /// <summary>Whether it is about the run as a whole, so that it outlives it.</summary>
    [JsonIgnore]
    public bool IsOfWholeRun => Raised.Source is AlertSource.Verdict or AlertSource.Regression or AlertSource.History;

    /// <summary>Whether subscribers have heard of it.</summary>
    [JsonIgnore]
    public bool IsTold => Raised.Maintenance is null || OutlastedMaintenanceAt is not null;

    public static Alert Create(AlertRaised e) => new()
    {
        Id = e.Id,
        Raised = e,
        Status = e.Maintenance is null ? AlertStatus.Active : AlertStatus.Suppressed,
        IsHeld = e.Maintenance is not null,
        Suppressed = e.Maintenance is { } window ? new Treatment($"maintenance window {window}", null, e.At) : null,
    };

    public static Alert Apply(AlertGrew e, Alert alert) => alert with { Grown = e };

    public static Alert Apply(AlertAcknowledged e, Alert alert) =>
        alert with { Status = AlertStatus.Acknowledged, Acknowledged = new Treatment(e.By, e.Note, e.At) };

    public static Alert Apply(AlertSuppressed e, Alert alert) =>
        alert with { Status = AlertStatus.Suppressed, Suppressed = new Treatment(e.By, e.Note, e.At), IsHeld = false };

    public static Alert Apply(AlertOutlastedMaintenance e, Alert alert) =>
        alert with { Status = AlertStatus.Active, Suppressed = null, IsHeld = false, OutlastedMaintenanceAt = e.At };

    public static Alert Apply(AlertResolved e, Alert alert) =>
        alert with { Status = AlertStatus.Resolved, IsHeld = false, ResolvedAt = e.At, ResolvedBy = e.By, ResolutionNote = e.Note };

    /// <summary>A person looks after it. Said twice, it is said once.</summary>
    public static IEnumerable<object> Acknowledge(Alert alert, string by, string? note, DateTimeOffset now) => alert.Status switch
    {
        AlertStatus.Active => [new AlertAcknowledged(by, note, now)],
        AlertStatus.Acknowledged => [],
        _ => throw NotNow(alert, "acknowledged"),
    };

    /// <summary>A person does not want to hear of it any more, nor when the maintenance window it fell into is over.</summary>
    public static IEnumerable<object> Suppress(Alert alert, string by, string? note, DateTimeOffset now) => alert.Status switch
    {
        AlertStatus.Active or AlertStatus.Acknowledged => [new AlertSuppressed(by, note, now)],
        AlertStatus.Suppressed => alert.IsHeld ? [new AlertSuppressed(by, note, now)] : [],
        _ => throw NotNow(alert, "suppressed"),
    };

    /// <summary>A person calls it over.</summary>
    public static IEnumerable<object> Resolve(Alert alert, string by, string? note, DateTimeOffset now) =>
        alert.Status == AlertStatus.Resolved ? [] : [new AlertResolved(alert.Raised.Second, now, by, note)];

    /// <summary>More of the same joined it.</summary>
    public static IEnumerable<object> Grow(Alert alert, double value, string message, int second, DateTimeOffset now) =>
        alert.Status is AlertStatus.Active or AlertStatus.Acknowledged ? [new AlertGrew(value, message, second, now)] : [];

    /// <summary>The breach is over by itself, which of one that a person suppressed nobody wants to know.</summary>
    public static IEnumerable<object> End(Alert alert, int second, DateTimeOffset now, string? note = null) =>
        alert.IsHeld || alert.Status is AlertStatus.Active or AlertStatus.Acknowledged ? [new AlertResolved(second, now, Note: note)] : [];

    /// <summary>No maintenance window covers its run any more. What is not over yet is told now, unless a person has said that nobody is to hear of it.</summary>
    public static IEnumerable<object> OutlastMaintenance(Alert alert, DateTimeOffset now) => alert.IsHeld ? [new AlertOutlastedMaintenance(now)] : [];

    private static RefusalException NotNow(Alert alert, string what) =>
        RefusalException.Conflict($"The alert is {alert.Status.ToString().ToLowerInvariant()}, so it cannot be {what}.");
}
