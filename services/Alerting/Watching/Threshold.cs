using System.Globalization;
using Loadstone.Alerting.Rules;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Alerting.Watching;

/// <summary>Holds one criterion against the last seconds together.</summary>
/// <param name="criterion">What must hold.</param>
/// <param name="terms">How patient it is, how bad a breach; null for one of the run's success criteria.</param>
/// <param name="ruleId">The rule that asks for it; null when the run itself does.</param>
public sealed class Threshold(Criterion criterion, RuleTerms? terms = null, Guid? ruleId = null)
    : Standing(KeyOf(criterion, terms, ruleId), terms?.ForDuration ?? TimeSpan.Zero, terms?.ResolveAfter ?? UsualCalm)
{
    private static readonly string[] OfResources =
    [
        "cpu_usage", "memory_usage", "memory_used_percent", "database_connections", "queue_length", "cache_hit_ratio",
        "generator_cpu_usage", "generator_memory_usage", "generator_gc_pause", "generator_lag",
    ];

    private static readonly string[] OfErrors = ["error_rate", "check_failure_rate", "check_pass_rate", "failed_requests"];

    private readonly double _band = (terms?.HysteresisPercent ?? 0) / 100;
    private double? _baseline;
    private Criterion? _held = terms?.RelativeToBaseline == true ? null : criterion;

    /// <summary>One of a plan's alert thresholds.</summary>
    public static Threshold Of(AlertThreshold threshold)
    {
        var terms = new RuleTerms { Expression = threshold.Expression, ForDuration = threshold.For, Severity = (Severity?)threshold.Severity };
        return new Threshold(terms.Criterion!, terms);
    }

    /// <summary>True until it is known what the baseline measured.</summary>
    public bool WantsBaseline => _held is null;

    /// <summary>Whether it is breached by the errors of the whole run.</summary>
    public bool IsOfAllErrors => criterion is { Metric: "error_rate", Operation: null };

    /// <summary>Takes its limit from what the baseline's run measured; without a value there the rule stays quiet.</summary>
    public void Compare(MetricWindow baseline)
    {
        if (!WantsBaseline || baseline.ValueOf(criterion.Metric, criterion.Operation) is not { } value)
            return;
        _baseline = value;
        var away = criterion.Comparison is Comparison.AtMost ? criterion.Limit : -criterion.Limit;
        _held = criterion with { Limit = OfErrors.Contains(criterion.Metric) ? value + away : value + (Math.Abs(value) * away / 100) };
    }

    protected override Sight? See(Recent recent)
    {
        if (_held is null)
            return null;
        if (recent.ValueOf(_held) is not { } value)
            return _held.IsOfSomeSeconds ? new Sight(IsBad: false, IsCalm: true, _held.Limit) : null;
        return new Sight(!_held.Judge(value).Passed, Calm(_held).Judge(value).Passed, value);
    }

    protected override Breach Describe(double value) => new(
        Key, ruleId is null ? AlertSource.Criterion : AlertSource.Rule, terms?.AlertType ?? TypeOf(),
        terms?.Severity ?? SeverityOf(_held!, value), ShownMetric(criterion.Metric), criterion.Operation, _held!.Limit, value, Message(value), ruleId);

    /// <summary>How bad a breach is, by how far the value is beyond its limit: up to 1.2 times low, 1.5 medium, 2 high, else critical.</summary>
    public static Severity SeverityOf(Criterion criterion, double value)
    {
        var limit = Math.Max(Math.Abs(criterion.Limit), 1e-9);
        return (criterion.Comparison is Comparison.AtLeast or Comparison.Above ? limit / Math.Max(value, 1e-9) : value / limit) switch
        {
            <= 1.2 => Severity.Low,
            <= 1.5 => Severity.Medium,
            <= 2 => Severity.High,
            _ => Severity.Critical,
        };
    }

    /// <summary>A metric as the grammar of criteria has it: <c>cpu_usage</c>, <c>max cpu_usage</c>, <c>p95_response_time</c>.</summary>
    public static string ShownMetric(string metric) => metric.Split('.', 3) is ["custom", var aggregate, var name]
        ? aggregate == "avg" ? name : $"{aggregate} {name}" : metric;

    // The same limit further on the good side, so that a value that only touches it ends nothing.
    private Criterion Calm(Criterion held) => held with
    {
        Limit = held.Limit + (Math.Abs(held.Limit) * (held.Comparison is Comparison.AtLeast or Comparison.Above ? _band : -_band)),
    };

    private AlertType TypeOf() => terms?.RelativeToBaseline == true ? AlertType.PerformanceDegradation
        : OfErrors.Contains(criterion.Metric) ? AlertType.ErrorSpike
        : OfResources.Contains(ShownMetric(criterion.Metric).Split(' ')[^1]) ? AlertType.ResourceExhaustion
        : AlertType.ThresholdExceeded;

    private string Message(double value) => string.Create(CultureInfo.InvariantCulture,
        $"{(terms is not { Name.Length: > 0 } ? "" : $"{terms.Name}: ")}{(_baseline is null ? criterion.Title : $"{_held!.Title}, by the baseline's {_baseline:0.##},")} does not hold over the last {Recent.Length} seconds: {value:0.##}");

    private static string KeyOf(Criterion criterion, RuleTerms? terms, Guid? ruleId) =>
        ruleId?.ToString() ?? (terms is null ? criterion.Title : $"alert threshold {criterion.Title} for {terms.ForDuration}");
}
