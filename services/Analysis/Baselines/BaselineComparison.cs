using System.Globalization;
using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;

namespace Loadstone.Analysis.Baselines;

public enum BaselineStatus
{
    /// <summary>No worse than the acceptable variance allows.</summary>
    WithinVariance,

    /// <summary>Better by more than the variance, and not by chance.</summary>
    Improved,

    /// <summary>Worse by more than the variance, but that may be chance.</summary>
    Warning,

    /// <summary>Worse by more than the variance, and not by chance.</summary>
    Regression,
}

/// <summary>One metric of a run beside its baseline.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Baseline">What the baseline says.</param>
/// <param name="Actual">What the run measured.</param>
/// <param name="Change">The change in %, of an error rate in percentage points; above 0 it rose.</param>
/// <param name="Low">The lower end of the interval the change lies in; null when it could not be had.</param>
/// <param name="High">The upper end.</param>
/// <param name="AcceptableVariance">By how much it may change, in the unit of the change.</param>
/// <param name="Status">What that amounts to.</param>
public sealed record BaselineMetric(
    string Metric, double Baseline, double? Actual, double? Change, double? Low, double? High, double AcceptableVariance, BaselineStatus Status);

/// <summary>A run held against its baseline (requirements R8.5). Only what leaves the variance and is significant is a regression.</summary>
public sealed record BaselineComparison(Guid BaselineId, long BaselineVersion, Guid BaselineExecutionId, BaselineStatus Status, IReadOnlyList<BaselineMetric> Metrics, IReadOnlyList<string> Reasons)
{
    /// <summary>Pure. Without the baseline's seconds, which may be gone, nothing can be significant.</summary>
    public static BaselineComparison Of(Baseline baseline, RunFigures run, IReadOnlyList<MetricWindow> seconds, IReadOnlyList<MetricWindow>? before)
    {
        var variance = baseline.Values.AcceptableVariance;
        var changes = before is { Count: > 0 } ? RunComparison.Whole(before, seconds, variance.ToTolerances(), RunComparison.Deciding).ToDictionary(c => c.Metric) : [];
        IReadOnlyList<BaselineMetric> metrics = [.. RunComparison.Deciding.Select(m => MetricOf(m, ValueIn(baseline.Values, m), ValueIn(run, m), variance.ToTolerances().Of(m), changes.GetValueOrDefault(m)))];
        return new BaselineComparison(
            baseline.Id, baseline.Version, baseline.Values.ExecutionId, metrics.Max(m => m.Status), metrics,
            [.. metrics.Where(m => m.Status is BaselineStatus.Regression or BaselineStatus.Warning).Select(Sentence)]);
    }

    /// <summary>What is worse, surely and beyond the acceptable variance, with the value that would have been borne.</summary>
    public IReadOnlyList<Contracts.Regression> Regressions() =>
        [.. Metrics.Where(m => m.Status == BaselineStatus.Regression).Select(m => new Contracts.Regression(m.Metric, LimitOf(m), m.Actual ?? 0, Sentence(m)))];

    private static double LimitOf(BaselineMetric m) => Math.Round(m.Metric switch
    {
        RunComparison.ErrorRate => m.Baseline + m.AcceptableVariance,
        RunComparison.Throughput => m.Baseline * (1 - (m.AcceptableVariance / 100)),
        _ => m.Baseline * (1 + (m.AcceptableVariance / 100)),
    }, 4);

    private static BaselineMetric MetricOf(string metric, double baseline, double actual, double variance, MetricChange? tested)
    {
        var change = tested?.Change ?? ChangeOf(metric, baseline, actual);
        return new BaselineMetric(metric, baseline, actual, change, tested?.Low, tested?.High, variance, StatusOf(metric, change, variance, tested));
    }

    private static BaselineStatus StatusOf(string metric, double? change, double variance, MetricChange? tested)
    {
        var worse = metric == RunComparison.Throughput ? -change : change;
        if (tested?.Verdict == ChangeVerdict.Regression)
            return BaselineStatus.Regression;
        if (tested?.Verdict == ChangeVerdict.Improvement)
            return BaselineStatus.Improved;
        return worse > (tested?.Tolerance ?? variance) ? BaselineStatus.Warning : BaselineStatus.WithinVariance;
    }

    private static double? ChangeOf(string metric, double baseline, double actual) => metric == RunComparison.ErrorRate ? Math.Round(actual - baseline, 4)
        : baseline > 0 ? Math.Round(100 * (actual - baseline) / baseline, 4) : null;

    private static double ValueIn(BaselineValues values, string metric) => metric switch
    {
        RunComparison.Avg => values.BaselineAvgResponseTimeMs,
        RunComparison.P95 => values.BaselineP95ResponseTimeMs,
        RunComparison.ErrorRate => values.BaselineErrorRate,
        _ => values.BaselineThroughputRps,
    };

    private static double ValueIn(RunFigures figures, string metric) => metric switch
    {
        RunComparison.Avg => figures.AvgResponseTime,
        RunComparison.P95 => figures.P95ResponseTime,
        RunComparison.ErrorRate => figures.ErrorRate,
        _ => figures.ThroughputRps,
    };

    private static string Sentence(BaselineMetric m)
    {
        var unit = m.Metric == RunComparison.ErrorRate ? " percentage points" : " %";
        var interval = m.Low is { } low && m.High is { } high ? string.Create(CultureInfo.InvariantCulture, $", surely between {low:+0.##;-0.##} and {high:+0.##;-0.##}") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{m.Metric} is {m.Actual:0.###} where the baseline has {m.Baseline:0.###}: {m.Change:+0.##;-0.##}{unit}{interval}, beyond the acceptable {m.AcceptableVariance:0.##}{(m.Status == BaselineStatus.Warning ? ", but that may be chance" : "")}");
    }
}
