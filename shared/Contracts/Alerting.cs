using System.Text.Json;

namespace Loadstone.Contracts;

/// <summary>alerting → subscribers. Something is wrong with a run: while it goes on, or as a whole. Raw JSON on the topic exchange <c>loadstone.alerts</c>.</summary>
/// <param name="AlertId">The alert; its resolution has the same.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="ExecutionName">The run's name.</param>
/// <param name="AlertType">threshold_exceeded, performance_degradation, error_spike or resource_exhaustion.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="MetricName">What was measured, such as <c>p95_response_time</c>.</param>
/// <param name="Operation">The operation it was measured on; null for the whole run.</param>
/// <param name="ThresholdValue">The limit, in the metric's unit.</param>
/// <param name="ActualValue">The value that broke it.</param>
/// <param name="Message">One sentence with the figures.</param>
/// <param name="Second">The second of the run whose close showed it.</param>
/// <param name="TriggeredAt">When.</param>
/// <param name="Source">criterion, rule, detection, crowd, verdict, regression or history: who asked for it to be watched.</param>
/// <param name="RuleId">The rule that asked for it; null when no rule did.</param>
/// <param name="ConfigurationId">What the run was made from.</param>
/// <param name="Environment">The environment under test.</param>
public sealed record AlertRaised(
    Guid AlertId, Guid ExecutionId, string ExecutionName, string AlertType, string Severity, string MetricName, string? Operation,
    double ThresholdValue, double ActualValue, string Message, int Second, DateTimeOffset TriggeredAt, string Source = "criterion", Guid? RuleId = null,
    Guid? ConfigurationId = null, string? Environment = null);

/// <summary>alerting → subscribers. More of the same joined an alert. Raw JSON on the topic exchange <c>loadstone.alerts</c>.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="MetricName">What was measured.</param>
/// <param name="ActualValue">How many there are now, or how far it is.</param>
/// <param name="Message">One sentence with the figures.</param>
/// <param name="Second">The second of the run whose close showed it.</param>
/// <param name="GrewAt">When.</param>
public sealed record AlertGrew(Guid AlertId, Guid ExecutionId, string MetricName, double ActualValue, string Message, int Second, DateTimeOffset GrewAt);

/// <summary>alerting → subscribers. A breach is over, or its run is. Raw JSON on the topic exchange <c>loadstone.alerts</c>.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="MetricName">What was measured.</param>
/// <param name="Second">The second of the run whose close showed it.</param>
/// <param name="ResolvedAt">When.</param>
/// <param name="ResolvedBy">The person who called it over; null when it was over by itself.</param>
public sealed record AlertResolved(Guid AlertId, Guid ExecutionId, string MetricName, int Second, DateTimeOffset ResolvedAt, string? ResolvedBy = null);

/// <summary>alerting → subscribers. A person looks after a breach. Raw JSON on the topic exchange <c>loadstone.alerts</c>.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="MetricName">What was measured.</param>
/// <param name="By">Who.</param>
/// <param name="Note">What he says of it.</param>
/// <param name="AcknowledgedAt">When.</param>
public sealed record AlertAcknowledged(Guid AlertId, Guid ExecutionId, string MetricName, string By, string? Note, DateTimeOffset AcknowledgedAt);

/// <summary>alerting → subscribers. A person wants nobody to hear of a breach any more. Raw JSON on the topic exchange <c>loadstone.alerts</c>.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="MetricName">What was measured.</param>
/// <param name="By">Who.</param>
/// <param name="Note">What he says of it.</param>
/// <param name="SuppressedAt">When.</param>
public sealed record AlertSuppressed(Guid AlertId, Guid ExecutionId, string MetricName, string By, string? Note, DateTimeOffset SuppressedAt);

/// <summary>alerting → gateway. An alert of a run was raised, or is not what it was. Also the answer, by HTTP, to what alerts a run has.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Alert">The alert as the API shows it.</param>
public sealed record AlertChanged(Guid ExecutionId, JsonElement Alert);
