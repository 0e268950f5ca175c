using RestEase;

namespace Loadstone.Client;

/// <summary>How runs compare with what is known of a system.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>A page of baselines, by any of the filters that the API names.</summary>
    [Get("api/load-testing/baselines")]
    Task<BaselineList> BaselinesAsync([QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);

    /// <summary>Makes an execution the first baseline of its configuration or type of test.</summary>
    [Post("api/load-testing/baselines")]
    Task<BaselineAnswer> EstablishBaselineAsync([Body] BaselineRequest request, CancellationToken cancellation);

    /// <summary>Accepts an execution as the new baseline.</summary>
    [Put("api/load-testing/baselines")]
    Task<BaselineAnswer> AcceptBaselineAsync([Body] BaselineRequest request, CancellationToken cancellation);

    /// <summary>One baseline.</summary>
    [Get("api/load-testing/baselines/{id}")]
    Task<BaselineAnswer> BaselineAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>What happened to a baseline, in order.</summary>
    [Get("api/load-testing/baselines/{id}/history")]
    Task<HistoryList> BaselineHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>An execution held against the baseline of today.</summary>
    [Get("api/load-testing/executions/{id}/baseline")]
    Task<BaselineComparisonAnswer> CompareWithBaselineAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Executions beside the first of them: two to ten ids, with commas between them.</summary>
    [Get("api/load-testing/compare")]
    Task<CompareAnswer> CompareAsync([Query] string executionIds, CancellationToken cancellation);

    /// <summary>What is agreed of each system under test, and how it is known to fare; as JSON or Markdown text.</summary>
    [Get("api/load-testing/objectives")]
    Task<string> ObjectivesAsync([Query] string? environment, [Query] string? format, CancellationToken cancellation);

    /// <summary>The history of a configuration, oldest first; its id is needed, the other filters are those that the API names.</summary>
    [Get("api/load-testing/trends")]
    Task<TrendsAnswer> TrendsAsync([QueryMap] IDictionary<string, string> filter, CancellationToken cancellation);

    /// <summary>Whether a test speaks against a deployment. It waits for the test's end for so many seconds, 60 at most; ask again while it is pending.</summary>
    [Get("api/performance/tests/{id}/gate")]
    Task<GateAnswer> GateAsync([Path] Guid id, [Query] int? wait, CancellationToken cancellation);
}
