using Loadstone.Contracts;
using RestEase;

namespace Loadstone.Analysis;

/// <summary>The scheduler service, asked for what it told of every run when that was asked for.</summary>
public interface ISchedulerClient
{
    [Get("internal/executions/requested-after/{last}")]
    Task<IReadOnlyList<ExecutionRequested>> RequestsAsync([Path] Guid last, CancellationToken cancellation);
}
