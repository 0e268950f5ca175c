using Loadstone.Contracts;
using RestEase;

namespace Loadstone.Scheduler;

/// <summary>The configuration service, asked once for each run.</summary>
public interface IConfigurationClient
{
    [Get("internal/configurations/{id}/runnable")]
    [AllowAnyStatusCode]
    Task<Response<RunnableConfiguration>> RunnableAsync([Path] Guid id, CancellationToken cancellation);
}
