using Loadstone.Contracts;
using Loadstone.Measurement;
using RestEase;

namespace Loadstone.Gateway.Live;

/// <summary>The scheduler, asked how a run stands.</summary>
public interface ISchedulerClient
{
    [Get("internal/executions/{id}/state")]
    [AllowAnyStatusCode]
    Task<Response<ExecutionStateChanged>> StateAsync([Path] Guid id, CancellationToken cancellation);
}

/// <summary>The ingestion service, asked for the closed seconds after one, a good number at once.</summary>
public interface IIngestionClient
{
    [Get("internal/executions/{id}/seconds")]
    Task<IReadOnlyList<PerformanceMetric>> SecondsAsync([Path] Guid id, [Query] int after, CancellationToken cancellation);
}

/// <summary>The alerting service, asked for the alerts of a run.</summary>
public interface IAlertingClient
{
    [Get("internal/executions/{id}/alerts")]
    Task<IReadOnlyList<AlertChanged>> AlertsAsync([Path] Guid id, CancellationToken cancellation);
}
