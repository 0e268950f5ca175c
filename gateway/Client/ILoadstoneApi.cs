using System.Text.Json.Nodes;
using RestEase;

namespace Loadstone.Client;

/// <summary>
/// The gateway's API. Every call throws <see cref="LoadstoneException"/> when the answer is a failure, with the sentence and the
/// bad fields of its problem details.
/// </summary>
public partial interface ILoadstoneApi
{
    /// <summary>Active configurations whose name contains a text, newest first.</summary>
    [Get("api/load-testing/configurations")]
    Task<ConfigurationList> ConfigurationsAsync([Query] string? name, [Query] int limit, CancellationToken cancellation);

    /// <summary>A page of configurations, by any of the filters that the API names.</summary>
    [Get("api/load-testing/configurations")]
    Task<ConfigurationList> ConfigurationsAsync([QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);

    /// <summary>Stores a plan as a new configuration.</summary>
    [Post("api/load-testing/configurations")]
    Task<ConfigurationAnswer> CreateConfigurationAsync([Body] JsonObject plan, CancellationToken cancellation);

    /// <summary>Replaces a configuration's plan. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/configurations/{id}")]
    Task<ConfigurationAnswer> UpdateConfigurationAsync(
        [Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject plan, CancellationToken cancellation);

    /// <summary>A configuration as a file: <c>yaml</c>, <c>json</c> or a script for <c>k6</c>.</summary>
    [Get("api/load-testing/configurations/{id}/export")]
    Task<string> ExportConfigurationAsync([Path] Guid id, [Query] string format, CancellationToken cancellation);

    /// <summary>Makes a configuration of another tool's file, without storing it unless asked to.</summary>
    [Post("api/load-testing/import")]
    Task<ImportAnswer> ImportAsync([Body] ImportRequest file, [Query] string? store, CancellationToken cancellation);

    /// <summary>As above, with the file itself as the body: HAR or OpenAPI as JSON, OpenAPI as YAML, JMX as XML; the rest in the query.</summary>
    [Post("api/load-testing/import")]
    Task<ImportAnswer> ImportAsync([Body] HttpContent file, [QueryMap] IDictionary<string, string> how, CancellationToken cancellation);

    /// <summary>Asks for a run. The same key with the same body is the same run.</summary>
    [Post("api/load-testing/execute")]
    Task<ExecutionAnswer> ExecuteAsync(
        [Header("Idempotency-Key")] string key, [Body] ExecuteRequest request, CancellationToken cancellation);

    /// <summary>Executions, newest first.</summary>
    [Get("api/load-testing/executions")]
    Task<ExecutionList> ExecutionsAsync([Query] int limit, [Query] string? status, CancellationToken cancellation);

    /// <summary>A page of executions, by any of the filters that the API names.</summary>
    [Get("api/load-testing/executions")]
    Task<ExecutionList> ExecutionsAsync([QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);

    /// <summary>How an execution stands.</summary>
    [Get("api/load-testing/executions/{id}/status")]
    Task<ExecutionStatusAnswer> StatusAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>The events of an execution's life, in order.</summary>
    [Get("api/load-testing/executions/{id}/events")]
    Task<EventList> EventsAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Ends an execution early.</summary>
    [Post("api/load-testing/executions/{id}/stop")]
    Task<ExecutionAnswer> StopAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Holds an execution.</summary>
    [Post("api/load-testing/executions/{id}/pause")]
    Task<ExecutionAnswer> PauseAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Changes the load of an execution: one of <c>users</c>, <c>rate</c> (arrivals per second) and <c>skip_phase</c>.</summary>
    [Post("api/load-testing/executions/{id}/steer")]
    Task<ExecutionAnswer> SteerAsync([Path] Guid id, [Body] JsonObject change, CancellationToken cancellation);

    /// <summary>Lets a held execution go on.</summary>
    [Post("api/load-testing/executions/{id}/resume")]
    Task<ExecutionAnswer> ResumeAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>The operations of an execution, slowest first.</summary>
    [Get("api/load-testing/executions/{id}/endpoints")]
    Task<EndpointList> EndpointsAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>The operations of one phase of an execution, slowest first.</summary>
    [Get("api/load-testing/executions/{id}/endpoints")]
    Task<EndpointList> EndpointsAsync([Path] Guid id, [Query] string? phase, CancellationToken cancellation);

    /// <summary>A report of an ended execution, as <c>json</c>, <c>html</c>, <c>junit</c>, <c>markdown</c> or <c>csv</c>; redacted without hosts, URLs and people.</summary>
    [Get("api/load-testing/executions/{id}/report")]
    Task<string> ReportAsync([Path] Guid id, [Query] string format, [Query] string? type, [Query] bool? redact, CancellationToken cancellation);

    /// <summary>The report of an ended execution, as <c>json</c> or <c>html</c>.</summary>
    [Get("api/load-testing/executions/{id}/report")]
    Task<string> ReportAsync([Path] Guid id, [Query] string format, CancellationToken cancellation);

    /// <summary>Judges an execution that is over by other criteria: <c>{ success_criteria }</c>.</summary>
    [Post("api/load-testing/executions/{id}/rejudge")]
    Task<JsonObject> RejudgeAsync([Path] Guid id, [Body] JsonObject criteria, CancellationToken cancellation);

    /// <summary>Every judgement of an execution, the platform's own first.</summary>
    [Get("api/load-testing/executions/{id}/judgements")]
    Task<JsonObject> JudgementsAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Active environments of a name.</summary>
    [Get("api/load-testing/environments")]
    Task<EnvironmentList> EnvironmentsAsync([Query] string name, CancellationToken cancellation);

    /// <summary>A page of environments, by any of the filters that the API names.</summary>
    [Get("api/load-testing/environments")]
    Task<EnvironmentList> EnvironmentsAsync([QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);

    /// <summary>Registers an environment.</summary>
    [Post("api/load-testing/environments")]
    Task<JsonObject> RegisterEnvironmentAsync([Body] JsonObject environment, CancellationToken cancellation);

    /// <summary>Replaces an environment. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/environments/{id}")]
    Task<JsonObject> UpdateEnvironmentAsync(
        [Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject environment, CancellationToken cancellation);
}
