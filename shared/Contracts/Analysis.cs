using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Contracts;

/// <summary>analysis → scheduler. A run was judged, and its report is there.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Verdict">The judgement.</param>
/// <param name="Figures">The run's figures, from the merged histograms.</param>
/// <param name="Peaks">The run's highest values of what is not a request.</param>
/// <param name="AnalyzedAt">When.</param>
public sealed record ExecutionAnalyzed(Guid ExecutionId, Verdict Verdict, RunFigures Figures, RunPeaks Peaks, DateTimeOffset AnalyzedAt);

/// <summary>The highest values of a run that are not about single requests.</summary>
/// <param name="ConcurrentUsersPeak">Virtual users at work at once.</param>
/// <param name="PeakCpuUsage">CPU of the busiest generator, in % of its cores.</param>
/// <param name="PeakMemoryUsage">Resident memory of the largest generator, in bytes.</param>
/// <param name="LoadSeconds">How long load was due.</param>
/// <param name="ErrorTypes">Requests without a right answer, by the name of the error.</param>
/// <param name="UnknownRequestsMax">The most requests that lost workers may have sent and nobody counted; null when nothing limits them.</param>
public sealed record RunPeaks(
    int ConcurrentUsersPeak, double PeakCpuUsage, long PeakMemoryUsage, double LoadSeconds, IReadOnlyDictionary<string, long> ErrorTypes,
    long? UnknownRequestsMax = 0);
