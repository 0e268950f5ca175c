using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Loadstone.Client;

// Envelopes; what is in them is as the API describes it.

/// <summary>The alert.</summary>
/// <param name="Alert">As the API describes it.</param>
public sealed record AlertAnswer(JsonObject Alert);

/// <summary>A page of alerts.</summary>
/// <param name="Alerts">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record AlertList(IReadOnlyList<JsonObject> Alerts, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>The rule as it was stored.</summary>
/// <param name="Rule">As the API describes it.</param>
public sealed record AlertRuleAnswer(JsonObject Rule);

/// <summary>A page of them.</summary>
/// <param name="Rules">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record AlertRuleList(IReadOnlyList<JsonObject> Rules, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>The subscription as it was stored.</summary>
/// <param name="Subscription">As the API describes it.</param>
public sealed record AlertSubscriptionAnswer(JsonObject Subscription);

/// <summary>A page of them.</summary>
/// <param name="Subscriptions">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record AlertSubscriptionList(IReadOnlyList<JsonObject> Subscriptions, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>The benchmark as it was stored.</summary>
/// <param name="Benchmark">As the API describes it.</param>
public sealed record BenchmarkAnswer(JsonObject Benchmark);

/// <summary>A page of benchmarks.</summary>
/// <param name="Benchmarks">As the API describes it.</param>
/// <param name="Summary">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record BenchmarkList(IReadOnlyList<JsonObject> Benchmarks, JsonObject Summary, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>The new version.</summary>
/// <param name="TestId">As the API describes it.</param>
/// <param name="ConfigurationId">As the API describes it.</param>
/// <param name="Version">As the API describes it.</param>
/// <param name="Message">As the API describes it.</param>
public sealed record ChangePerformanceTestConfigAnswer(
    [property: JsonPropertyName("testId")] Guid TestId, [property: JsonPropertyName("configurationId")] Guid ConfigurationId, long Version, string Message);

/// <summary>The environment.</summary>
/// <param name="Environment">As the API describes it.</param>
public sealed record EnvironmentAnswer(JsonObject Environment);

/// <summary>A page of them.</summary>
/// <param name="Errors">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record ErrorList(IReadOnlyList<JsonObject> Errors, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>Its reports.</summary>
/// <param name="Reports">As the API describes it.</param>
public sealed record ExecutionReportList(IReadOnlyList<JsonObject> Reports);

/// <summary>It does.</summary>
/// <param name="Dependencies">What it needs and whether that is there.</param>
public sealed record HealthAnswer(JsonObject Dependencies);

/// <summary>Its events.</summary>
/// <param name="Events">As the API describes it.</param>
public sealed record HistoryList(IReadOnlyList<JsonObject> Events);

/// <summary>Its points, what stands out, and its figures.</summary>
/// <param name="Metrics">As the API describes it.</param>
/// <param name="Insights">As the API describes it.</param>
/// <param name="Summary">As the API describes it.</param>
/// <param name="Phases">The phases it has come to; none in a run without phases.</param>
public sealed record MetricList(IReadOnlyList<JsonObject> Metrics, IReadOnlyList<string> Insights, JsonObject Summary, IReadOnlyList<JsonObject> Phases);

/// <summary>The response times of the requests that ended in a stretch of a run.</summary>
/// <param name="Percentiles">As the API describes it.</param>
public sealed record PercentilesAnswer(JsonObject Percentiles);

/// <summary>It is queued. A retry under the same key answers the same test.</summary>
/// <param name="TestId">The execution's id.</param>
/// <param name="Status">As the API describes it.</param>
/// <param name="Reason">Why it failed; <c>cancelled</c> when it was stopped.</param>
/// <param name="EstimatedCompletion">As the API describes it.</param>
/// <param name="Results">As the API describes it.</param>
public sealed record PerformanceTestAnswer(
    [property: JsonPropertyName("testId")] Guid TestId, string Status, string? Reason, [property: JsonPropertyName("estimatedCompletion")] DateTimeOffset EstimatedCompletion, JsonObject Results);

/// <summary>A page of tests.</summary>
/// <param name="Tests">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record PerformanceTestList(IReadOnlyList<JsonObject> Tests, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>The plan as it was stored.</summary>
/// <param name="Plan">As the API describes it.</param>
public sealed record PlanAnswer(JsonObject Plan);

/// <summary>A page of plans.</summary>
/// <param name="Plans">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record PlanList(IReadOnlyList<JsonObject> Plans, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>They are counted; after a retry under the same key once all the same.</summary>
/// <param name="ExecutionId">As the API describes it.</param>
/// <param name="Samples">As the API describes it.</param>
/// <param name="Message">As the API describes it.</param>
public sealed record RecordMetricsAnswer([property: JsonPropertyName("executionId")] Guid ExecutionId, long Samples, string Message);

/// <summary>It is sent once more.</summary>
/// <param name="Error">A message that could not be handled. Its content is shown to nobody.</param>
/// <param name="Message">As the API describes it.</param>
public sealed record ReplayErrorAnswer(JsonObject Error, string Message);

/// <summary>The report.</summary>
/// <param name="Report">As the API describes it.</param>
public sealed record ReportAnswer(JsonObject Report);

/// <summary>Samples of each machine in ascending order, and each machine over the whole run.</summary>
/// <param name="Samples">As the API describes it.</param>
/// <param name="Summary">As the API describes it.</param>
public sealed record ResourceList(IReadOnlyList<JsonObject> Samples, IReadOnlyList<JsonObject> Summary);

/// <summary>The scenario as it was stored.</summary>
/// <param name="Scenario">As the API describes it.</param>
public sealed record ScenarioAnswer(JsonObject Scenario);

/// <summary>A page of scenarios.</summary>
/// <param name="Scenarios">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record ScenarioList(IReadOnlyList<JsonObject> Scenarios, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>The schedule as it was stored.</summary>
/// <param name="Schedule">As the API describes it.</param>
public sealed record ScheduleAnswer(JsonObject Schedule);

/// <summary>A page of schedules.</summary>
/// <param name="Schedules">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record ScheduleList(IReadOnlyList<JsonObject> Schedules, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>They are being stopped.</summary>
/// <param name="Stopped">As the API describes it.</param>
/// <param name="Message">As the API describes it.</param>
public sealed record StopAllExecutionsAnswer(IReadOnlyList<Guid> Stopped, string Message);

/// <summary>What was found.</summary>
/// <param name="Validation">As the API describes it.</param>
/// <param name="Passed">As the API describes it.</param>
/// <param name="Summary">As the API describes it.</param>
public sealed record ValidationAnswer(IReadOnlyList<JsonObject> Validation, bool Passed, JsonObject Summary);

/// <summary>What was found; <c>verified</c> is true when every origin is proven.</summary>
/// <param name="Verified">As the API describes it.</param>
/// <param name="Origins">As the API describes it.</param>
/// <param name="Environment">As the API describes it.</param>
public sealed record VerifyEnvironmentAnswer(bool Verified, IReadOnlyList<JsonObject> Origins, JsonObject Environment);

/// <summary>Each with its room and its shards.</summary>
/// <param name="Workers">As the API describes it.</param>
/// <param name="Summary">As the API describes it.</param>
public sealed record WorkerList(IReadOnlyList<JsonObject> Workers, JsonObject Summary);

/// <summary>A maintenance window.</summary>
/// <param name="Window">As the API describes it.</param>
public sealed record MaintenanceWindowAnswer(JsonObject Window);

/// <summary>A page of maintenance windows.</summary>
/// <param name="Windows">As the API describes it.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record MaintenanceWindowList(IReadOnlyList<JsonObject> Windows, [property: JsonPropertyName("nextCursor")] string? NextCursor);
