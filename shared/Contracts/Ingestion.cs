using Loadstone.Measurement;

namespace Loadstone.Contracts;

/// <summary>ingestion → scheduler, alerting, gateway. One second of a run, merged over its shards. A correction has the same second and a higher revision.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Second">The second, from 0.</param>
/// <param name="Revision">0 at first; one more each time a late window changed the second.</param>
/// <param name="Window">What was measured, over all shards that reported.</param>
/// <param name="ToDate">The figures of the whole run up to and with this second.</param>
/// <param name="MissingShards">Shards that should have reported and had not.</param>
/// <param name="ClosedAt">When.</param>
public sealed record WindowClosed(
    Guid ExecutionId, int Second, int Revision, MetricWindow Window, RunFigures ToDate, IReadOnlyList<int> MissingShards, DateTimeOffset ClosedAt);

/// <summary>ingestion → analysis. A run's measurements are complete, or as complete as they will be.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Day">The UTC day its windows are stored under.</param>
/// <param name="Seconds">How many seconds it has.</param>
/// <param name="Gaps">What is missing, in sentences; empty when every window is there and every total agrees.</param>
/// <param name="SealedAt">When.</param>
public sealed record MetricsSealed(Guid ExecutionId, DateOnly Day, int Seconds, IReadOnlyList<string> Gaps, DateTimeOffset SealedAt);

/// <summary>ingestion → analysis, by HTTP. Everything a sealed run measured.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Total">The whole run, by operation.</param>
/// <param name="Gaps">What is missing, in sentences.</param>
/// <param name="Faults">How the load generators spoiled it, in sentences.</param>
/// <param name="Seconds">Each second, in order.</param>
/// <param name="Notes">Gaps that are known to the second and were closed again: they spoil nothing, and are told all the same.</param>
/// <param name="UnknownRequestsMax">The most requests that lost workers may have sent and nobody counted; null when nothing limits them.</param>
public sealed record RunMeasurements(
    Guid ExecutionId, MetricWindow Total, IReadOnlyList<string> Gaps, IReadOnlyList<string> Faults, IReadOnlyList<MetricWindow> Seconds,
    IReadOnlyList<string>? Notes = null, long? UnknownRequestsMax = 0);
