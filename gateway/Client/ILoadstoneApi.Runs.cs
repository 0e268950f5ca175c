using System.Text.Json.Nodes;
using RestEase;

namespace Loadstone.Client;

/// <summary>What runs are doing and what they measured.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>Messages that could not be handled, newest first.</summary>
    [Get("api/load-testing/errors")]
    Task<ErrorList> ErrorsAsync([Query] string? status, [Query] string? queue, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Sends a message to its queue once more, as it came.</summary>
    [Post("api/load-testing/errors/{id}/replay")]
    Task<ReplayErrorAnswer> ReplayErrorAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>A run as it goes on, as server-sent events.</summary>
    [Get("api/load-testing/executions/{id}/live")]
    Task<HttpResponseMessage> WatchExecutionAsync([Path] Guid id, [Header("Last-Event-ID")] string? lastEventId, CancellationToken cancellation);

    /// <summary>Runs an execution again, with the same copy of its configuration and the same arrivals. The body may be an empty object.</summary>
    [Post("api/load-testing/executions/{id}/rerun")]
    Task<ExecutionAnswer> RerunExecutionAsync([Path] Guid id, [Header("Idempotency-Key")] string? key, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>Stops every execution that goes on or waits. The body may be an empty object.</summary>
    [Post("api/load-testing/stop-all")]
    Task<StopAllExecutionsAnswer> StopAllExecutionsAsync([Body] JsonObject body, CancellationToken cancellation);

    /// <summary>The workers that are there now.</summary>
    [Get("api/load-testing/workers")]
    Task<WorkerList> WorkersAsync(CancellationToken cancellation);

    /// <summary>The time series of an execution, ascending.</summary>
    [Get("api/load-testing/executions/{id}/metrics")]
    Task<MetricList> MetricsAsync([Path] Guid id, [Query] string? granularity, CancellationToken cancellation);

    /// <summary>Percentiles of the response times in a stretch of an execution; the filters are those that the API names.</summary>
    [Get("api/load-testing/executions/{id}/percentiles")]
    Task<PercentilesAnswer> PercentilesAsync([Path] Guid id, [QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);

    /// <summary>How the machines of an execution fared.</summary>
    [Get("api/load-testing/executions/{id}/resources")]
    Task<ResourceList> ResourcesAsync([Path] Guid id, [Query] string? granularity, CancellationToken cancellation);

    /// <summary>Adds to an execution that is going on what another tool, such as a k6 script, measured.</summary>
    [Post("api/load-testing/metrics")]
    Task<RecordMetricsAnswer> RecordMetricsAsync([Header("Idempotency-Key")] string? key, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>The reports of an execution, newest first.</summary>
    [Get("api/load-testing/executions/{id}/reports")]
    Task<ExecutionReportList> ExecutionReportsAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>What was found out about an execution that is over: bottlenecks, recommendations, next steps, grade.</summary>
    [Get("api/load-testing/executions/{id}/insights")]
    Task<InsightsAnswer> InsightsAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>One report.</summary>
    [Get("api/load-testing/reports/{id}")]
    Task<ReportAnswer> ReportAsync([Path] Guid id, CancellationToken cancellation);
}
