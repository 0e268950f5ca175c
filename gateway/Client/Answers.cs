using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Loadstone.Plans;

namespace Loadstone.Client;

/// <summary>Which configuration to run.</summary>
/// <param name="ConfigurationId">The configuration.</param>
/// <param name="ExecutionName">The run's name; null lets the platform name it by the time.</param>
/// <param name="Scale">What users and rates are multiplied by; null for the plan's own.</param>
/// <param name="TimeScale">What durations are multiplied by; null for the plan's own.</param>
public sealed record ExecuteRequest(
    [property: JsonPropertyName("configurationId")] Guid? ConfigurationId,
    [property: JsonPropertyName("executionName")] string? ExecutionName,
    [property: JsonPropertyName("scale")] double? Scale = null,
    [property: JsonPropertyName("timeScale")] double? TimeScale = null)
{
    /// <summary>A plan to run instead of a configuration: its id, or the name of a shipped one.</summary>
    [JsonPropertyName("planId")]
    public string? PlanId { get; init; }
}

/// <summary>A page of configurations.</summary>
/// <param name="Configurations">Each a plan with <c>id</c> and <c>version</c>.</param>
public sealed record ConfigurationList(IReadOnlyList<JsonObject> Configurations);

/// <summary>One configuration.</summary>
/// <param name="Configuration">A plan with <c>id</c> and <c>version</c>.</param>
public sealed record ConfigurationAnswer(JsonObject Configuration);

/// <summary>Environments.</summary>
/// <param name="Environments">Each with <c>id</c> and <c>version</c>.</param>
public sealed record EnvironmentList(IReadOnlyList<JsonObject> Environments);

/// <summary>One execution, and a sentence about it.</summary>
/// <param name="Execution">The execution.</param>
/// <param name="Message">What happened, for a person.</param>
public sealed record ExecutionAnswer(ExecutionView Execution, string Message);

/// <summary>A page of executions.</summary>
/// <param name="Executions">Newest first.</param>
/// <param name="NextCursor">Where the next page begins; null on the last.</param>
public sealed record ExecutionList(
    IReadOnlyList<ExecutionView> Executions, [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary>How an execution stands.</summary>
/// <param name="Execution">The execution.</param>
/// <param name="CurrentMetrics">Its last closed second; null unless it is running.</param>
/// <param name="Progress">0 to 100.</param>
public sealed record ExecutionStatusAnswer(
    ExecutionView Execution, [property: JsonPropertyName("currentMetrics")] CurrentMetricsView? CurrentMetrics, double Progress);

/// <summary>The events of an execution.</summary>
/// <param name="Events">In order.</param>
public sealed record EventList(IReadOnlyList<EventView> Events);

/// <summary>One event.</summary>
/// <param name="Version">Its place in the stream, from 1.</param>
/// <param name="Type">Its name.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Data">What.</param>
public sealed record EventView(long Version, string Type, DateTimeOffset At, string? By, JsonObject Data);

/// <summary>The operations of an execution.</summary>
/// <param name="Endpoints">Slowest first.</param>
public sealed record EndpointList(IReadOnlyList<EndpointView> Endpoints);

/// <summary>One operation of an execution. Times are ms, rates %.</summary>
public sealed record EndpointView
{
    /// <summary>The scenario it belongs to.</summary>
    public string Scenario { get; init; } = "";

    /// <summary>Its name.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Requests sent.</summary>
    public long TotalRequests { get; init; }

    /// <summary>Requests that did not end well.</summary>
    public long FailedRequests { get; init; }

    /// <summary>Mean response time.</summary>
    public double AvgResponseTime { get; init; }

    /// <summary>95th percentile of the response time.</summary>
    public double P95ResponseTime { get; init; }

    /// <summary>99th percentile of the response time.</summary>
    public double P99ResponseTime { get; init; }

    /// <summary>Failed requests in %.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Requests per second.</summary>
    public double ThroughputRps { get; init; }
}

/// <summary>The last closed second of a running execution. Times are ms, rates %.</summary>
public sealed record CurrentMetricsView
{
    /// <summary>The second, from 0.</summary>
    public int TimestampOffset { get; init; }

    /// <summary>Users at work.</summary>
    public int VirtualUsers { get; init; }

    /// <summary>Requests in that second.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>95th percentile of the response time in that second.</summary>
    public double P95ResponseTime { get; init; }

    /// <summary>Failed requests of that second in %.</summary>
    public double ErrorRate { get; init; }
}

/// <summary>Where a run that waits for workers stands.</summary>
/// <param name="Position">Its place in the line; 1 is the next.</param>
/// <param name="WaitsFor">What it waits for, in words.</param>
public sealed record QueuePlace(int Position, string WaitsFor);

/// <summary>An execution. Times are ms, rates %, memory bytes.</summary>
public sealed record ExecutionView
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>The configuration it was made from.</summary>
    public Guid ConfigurationId { get; init; }

    /// <summary>Its name.</summary>
    public string ExecutionName { get; init; } = "";

    /// <summary>scheduled, running, paused, completed, failed or cancelled.</summary>
    public string Status { get; init; } = "";

    /// <summary>Where it stands in the line for workers; null when it does not wait.</summary>
    public QueuePlace? Queue { get; init; }

    /// <summary>When the load began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the status became final.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>How long load has been made.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>How long it is to be made.</summary>
    public double PlannedDurationSeconds { get; init; }

    /// <summary>Requests sent.</summary>
    public long TotalRequests { get; init; }

    /// <summary>Requests that did not end well.</summary>
    public long FailedRequests { get; init; }

    /// <summary>The most requests that lost workers may have sent and nobody counted; null when the plan sets no limit.</summary>
    public long? UnknownRequestsMax { get; init; }

    /// <summary>Mean response time.</summary>
    public double AvgResponseTime { get; init; }

    /// <summary>Median response time.</summary>
    public double P50ResponseTime { get; init; }

    /// <summary>95th percentile of the response time.</summary>
    public double P95ResponseTime { get; init; }

    /// <summary>99th percentile of the response time.</summary>
    public double P99ResponseTime { get; init; }

    /// <summary>Largest response time.</summary>
    public double MaxResponseTime { get; init; }

    /// <summary>Requests per second of load.</summary>
    public double ThroughputRps { get; init; }

    /// <summary>Failed requests in %.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Users at the peak.</summary>
    public int ConcurrentUsersPeak { get; init; }

    /// <summary>What the result is worth; null until it is judged.</summary>
    public VerdictOutcome? Verdict { get; init; }

    /// <summary>What the verdict rests on.</summary>
    public SummaryView Summary { get; init; } = new([], []);

    /// <summary>Why it did not end well.</summary>
    public ErrorView ErrorDetails { get; init; } = new(null, new Dictionary<string, long>());

    /// <summary>True when nothing changes any more.</summary>
    [JsonIgnore]
    public bool IsOver => Status is "completed" or "failed" or "cancelled";

    /// <summary>Members of the resource that this version of the client does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, System.Text.Json.JsonElement>? More { get; init; }
}

/// <summary>What a verdict rests on.</summary>
/// <param name="Criteria">Each criterion with its value.</param>
/// <param name="Reasons">Why not passed.</param>
public sealed record SummaryView(IReadOnlyList<CriterionView> Criteria, IReadOnlyList<string> Reasons)
{
    /// <summary>Members of the summary that this version of the client does not know.</summary>
    [JsonExtensionData]
    public Dictionary<string, System.Text.Json.JsonElement>? More { get; init; }
}

/// <summary>A criterion held against what was measured.</summary>
/// <param name="Title">The criterion.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Margin">The distance to the limit, as a share of it.</param>
public sealed record CriterionView(string Title, double? Value, bool Passed, double? Margin);

/// <summary>Why an execution did not end well.</summary>
/// <param name="Reason">In one sentence.</param>
/// <param name="ErrorTypes">Failed requests by the name of the error.</param>
public sealed record ErrorView(string? Reason, IReadOnlyDictionary<string, long> ErrorTypes);
