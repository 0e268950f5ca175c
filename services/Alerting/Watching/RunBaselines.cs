using Loadstone.Contracts;
using Loadstone.Measurement;
using RestEase;

namespace Loadstone.Alerting.Watching;

/// <summary>Asks what the run measured that another one is to be compared with.</summary>
public sealed class RunBaselines(IAnalysisClient analysis, IIngestionClient ingestion, ILogger<RunBaselines> log)
{
    /// <returns>Everything it measured; null when there is no baseline, or it is not kept any more.</returns>
    public async Task<MetricWindow?> FindAsync(Guid execution)
    {
        try
        {
            return (await analysis.BaselineAsync(execution, CancellationToken.None)).BaselineExecutionId is { } baseline
                ? (await ingestion.TotalAsync(baseline, CancellationToken.None)).Total : null;
        }
        catch (Exception e)
        {
            log.LogWarning("The baseline of {Execution} cannot be asked for now: {Reason}", execution, e.Message);
            throw;
        }
    }
}

/// <summary>The analysis service, asked which run another one is compared with.</summary>
public interface IAnalysisClient
{
    [Get("internal/executions/{id}/baseline")]
    Task<RunToCompareWith> BaselineAsync([Path] Guid id, CancellationToken cancellation);
}

/// <summary>The ingestion service, asked for what a run measured.</summary>
public interface IIngestionClient
{
    [Get("internal/executions/{id}/total")]
    Task<RunMeasurements> TotalAsync([Path] Guid id, CancellationToken cancellation);
}
