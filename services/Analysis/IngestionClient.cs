using Loadstone.Contracts;
using RestEase;

namespace Loadstone.Analysis;

/// <summary>The ingestion service, asked for everything a sealed run measured.</summary>
public interface IIngestionClient
{
    /// <summary>By windows of so many seconds; see <see cref="BoundedMeasurements"/>.</summary>
    [Get("internal/executions/{id}/measurements")]
    Task<RunMeasurements> MeasurementsAsync([Path] Guid id, [Query] int stretch, CancellationToken cancellation);

    /// <summary>The same without the single seconds.</summary>
    [Get("internal/executions/{id}/total")]
    Task<RunMeasurements> TotalAsync([Path] Guid id, CancellationToken cancellation);
}
