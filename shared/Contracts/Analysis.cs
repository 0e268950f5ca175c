using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Contracts;

/// <summary>analysis → scheduler, alerting. A run was judged, and its report is there.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Verdict">The judgement.</param>
/// <param name="Figures">The run's figures, from the merged histograms.</param>
/// <param name="Peaks">The run's highest values of what is not a request.</param>
/// <param name="AnalyzedAt">When.</param>
/// <param name="Regressions">What is worse than the baseline, surely and beyond its acceptable variance.</param>
/// <param name="Changes">Of each metric the last point in the configuration's history from which on it was another.</param>
public sealed record ExecutionAnalyzed(
    Guid ExecutionId, Verdict Verdict, RunFigures Figures, RunPeaks Peaks, DateTimeOffset AnalyzedAt, IReadOnlyList<Regression>? Regressions = null,
    IReadOnlyList<HistoryChange>? Changes = null);

/// <summary>A metric of a run that is worse than its baseline.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Limit">What the baseline's acceptable variance allows.</param>
/// <param name="Actual">What the run measured.</param>
/// <param name="Reason">One sentence with the figures.</param>
public sealed record Regression(string Metric, double Limit, double Actual, string Reason);

/// <summary>A metric that is another since one run of a configuration's history.</summary>
/// <param name="Metric">Which.</param>
/// <param name="SinceExecutionId">The first run that shows it.</param>
/// <param name="Before">The mean of the runs before.</param>
/// <param name="After">The mean of the runs since.</param>
/// <param name="IsRegression">Whether that is worse.</param>
/// <param name="Reason">One sentence with the figures.</param>
public sealed record HistoryChange(string Metric, Guid SinceExecutionId, double Before, double After, bool IsRegression, string Reason);

/// <summary>analysis → alerting, by HTTP. The run that another one is compared with.</summary>
/// <param name="BaselineExecutionId">The run of its baseline; null when it has none.</param>
public sealed record RunToCompareWith(Guid? BaselineExecutionId);

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
