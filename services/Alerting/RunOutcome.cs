using System.Globalization;
using Loadstone.Alerting.Watching;
using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Alerting;

/// <summary>
/// What is told of a run as a whole (requirements R10.4, R17.7): that it failed, what got worse than the baseline, and what has got worse in the
/// last runs. Such an alert is over when a later run of the same configuration against the same environment shows it over, or shows it again
/// in an alert of its own. A run that cannot be trusted says nothing either way.
/// </summary>
/// <param name="Raised">Alerts that begin.</param>
/// <param name="Over">Alerts that end, and why.</param>
/// <param name="GoesOn">Alerts of earlier runs that this one shows again.</param>
public sealed record RunOutcome(IReadOnlyList<AlertRaised> Raised, IReadOnlyList<(Guid Alert, string Note)> Over, IReadOnlyList<Guid> GoesOn)
{
    private const double TwiceAsBad = 2;

    /// <summary>Pure.</summary>
    /// <param name="run">The run.</param>
    /// <param name="analyzed">What it was found to be worth.</param>
    /// <param name="open">Open alerts of earlier runs as a whole, of the same configuration and environment.</param>
    /// <param name="now">When.</param>
    public static RunOutcome Decide(WatchedRun run, ExecutionAnalyzed analyzed, IReadOnlyList<Alert> open, DateTimeOffset now)
    {
        if (analyzed.Verdict.Outcome is not (VerdictOutcome.Passed or VerdictOutcome.Failed))
            return new RunOutcome([], [], []);
        var worse = (analyzed.Changes ?? []).Where(c => c.IsRegression).ToList();
        var known = open.Where(a => a.Raised.Source == AlertSource.History).Select(a => a.Raised.MetricName).ToHashSet();
        List<AlertRaised> raised =
        [
            .. analyzed.Verdict.Outcome == VerdictOutcome.Failed ? [OfVerdict(run, analyzed, now)] : Array.Empty<AlertRaised>(),
            .. (analyzed.Regressions ?? []).Select(r => OfRegression(run, analyzed, r, now)),
            .. worse.Where(c => !known.Contains(c.Metric)).Select(c => OfHistory(run, analyzed, c, now)),
        ];
        var earlier = open.Where(a => a.Raised.ExecutionId != run.Id).ToLookup(a => IsOver(a, worse));
        return new RunOutcome(raised, [.. earlier[true].Select(a => (a.Id, $"the run {run.Name} came after it"))], [.. earlier[false].Select(a => a.Id)]);
    }

    private static bool IsOver(Alert alert, List<HistoryChange> worse) =>
        alert.Raised.Source != AlertSource.History || worse.All(c => c.Metric != alert.Raised.MetricName);

    private static AlertRaised OfVerdict(WatchedRun run, ExecutionAnalyzed analyzed, DateTimeOffset now)
    {
        var worst = analyzed.Verdict.Criteria.Where(c => !c.Passed).MinBy(c => c.Margin ?? -1);
        var criterion = worst?.Criterion;
        var reasons = string.Join("; ", analyzed.Verdict.Reasons);
        return Of(run, analyzed, AlertSource.Verdict, "verdict", now) with
        {
            AlertType = AlertType.ThresholdExceeded,
            Severity = worst?.Margin is > -0.2 ? Severity.High : Severity.Critical,
            MetricName = criterion is null ? "verdict" : Threshold.ShownMetric(criterion.Metric),
            Operation = criterion?.Operation,
            ThresholdValue = criterion?.Limit ?? 0,
            ActualValue = Math.Round(worst?.Value ?? 0, 4),
            Message = $"The run {run.Name} failed: {reasons}",
        };
    }

    private static AlertRaised OfRegression(WatchedRun run, ExecutionAnalyzed analyzed, Regression regression, DateTimeOffset now) =>
        Of(run, analyzed, AlertSource.Regression, $"regression {regression.Metric}", now) with
        {
            AlertType = AlertType.PerformanceDegradation,
            Severity = Severity.High,
            MetricName = regression.Metric,
            ThresholdValue = regression.Limit,
            ActualValue = Math.Round(regression.Actual, 4),
            Message = $"The run {run.Name} is worse than its baseline: {regression.Reason}",
        };

    // The same change, shown by several runs, is one alert.
    private static AlertRaised OfHistory(WatchedRun run, ExecutionAnalyzed analyzed, HistoryChange change, DateTimeOffset now) =>
        Of(run, analyzed, AlertSource.History, $"history {change.Metric}", now) with
        {
            Id = Alerts.IdOf(change.SinceExecutionId, $"history {change.Metric}", 1),
            AlertType = AlertType.PerformanceDegradation,
            Severity = Math.Abs(change.After) > TwiceAsBad * Math.Abs(change.Before) ? Severity.High : Severity.Medium,
            MetricName = change.Metric,
            ThresholdValue = change.Before,
            ActualValue = change.After,
            Message = string.Create(CultureInfo.InvariantCulture, $"In the last runs against {run.Environment}: {change.Reason}"),
        };

    private static AlertRaised Of(WatchedRun run, ExecutionAnalyzed analyzed, AlertSource source, string key, DateTimeOffset now) => new(
        Alerts.IdOf(run.Id, key, 1), run.Id, run.Name, default, default, "", null, 0, 0, "", (int)analyzed.Peaks.LoadSeconds, now, null, source, key, 1,
        run.ConfigurationId, run.Environment);
}
