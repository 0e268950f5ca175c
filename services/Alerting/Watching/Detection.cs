using Loadstone.Alerting.Rules;

namespace Loadstone.Alerting.Watching;

/// <summary>What is found in the course of a run without a limit of its own (requirements R17.7).</summary>
public enum DetectionKind
{
    /// <summary>The 99th percentile rises at once and stays, under a steady load.</summary>
    P99Step,

    /// <summary>Far more errors than there were before.</summary>
    ErrorBurst,

    /// <summary>The load grows, and throughput does not.</summary>
    ThroughputPlateau,
}

/// <summary>
/// Watches the course of a run for one kind of change. All three are watched in every run; a rule for one gives it a severity, a type and a
/// patience of its own.
/// </summary>
public abstract class Detection(string key, AlertRule? rule, TimeSpan badFor)
    : Standing(rule?.Id.ToString() ?? key, Longer(rule?.Terms.ForDuration, badFor), rule?.Terms.ResolveAfter ?? UsualCalm)
{
    public static Detection Of(DetectionKind kind, AlertRule? rule, bool isOpen) => kind switch
    {
        DetectionKind.P99Step => new StepDetection(rule, isOpen),
        DetectionKind.ErrorBurst => new BurstDetection(rule),
        _ => new PlateauDetection(rule, isOpen),
    };

    protected Breach Found(AlertType type, Severity severity, string metric, double threshold, double value, string message) => new(
        Key, rule is null ? AlertSource.Detection : AlertSource.Rule, rule?.Terms.AlertType ?? type, rule?.Terms.Severity ?? severity, metric, null, threshold, value,
        rule is null ? message : $"{rule.Terms.Name}: {message}", rule?.Id);

    private static TimeSpan Longer(TimeSpan? asked, TimeSpan least) => asked > least ? asked.Value : least;

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    protected static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
