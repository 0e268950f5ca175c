using Loadstone.Contracts;
using Loadstone.Plans;
using RestEase;

namespace Loadstone.Analysis;

/// <summary>The scheduler service, asked for how a run stands, for what was done to its load, and for what it told of every run when that was asked for.</summary>
public interface ISchedulerClient
{
    [Get("internal/executions/{id}/state")]
    Task<ExecutionStateChanged> StateAsync([Path] Guid id, CancellationToken cancellation);

    [Get("internal/executions/{id}/interventions")]
    Task<IReadOnlyList<Intervention>> InterventionsAsync([Path] Guid id, CancellationToken cancellation);

    [Get("internal/executions/{id}/search-steps")]
    Task<IReadOnlyList<SearchStep>> SearchStepsAsync([Path] Guid id, CancellationToken cancellation);

    [Get("internal/executions/requested-after/{last}")]
    Task<IReadOnlyList<ExecutionRequested>> RequestsAsync([Path] Guid last, CancellationToken cancellation);
}
