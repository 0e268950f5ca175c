using System.Text.Json.Serialization;
using Loadstone.Alerting.Watching;
using Loadstone.Plans;

namespace Loadstone.Alerting.Rules;

/// <summary>On which side of the threshold it is bad.</summary>
public enum BadSide
{
    Above,
    Below,
}

/// <summary>
/// A rule as its author wrote it: a metric with a threshold, an expression that must hold, or a kind of change that is looked for. Metrics and
/// expressions are those of criteria (<see cref="CriterionExpression"/>). Times are ms, rates %, memory bytes.
/// </summary>
public sealed record RuleTerms
{
    private static readonly string[] OfMetrics = ["operation", "comparison", "threshold_value", "relative_to_baseline"];

    public string Name { get; init; } = "";

    public string? Description { get; init; }

    public string? MetricName { get; init; }

    /// <summary>The operation it is measured on; null for the whole run.</summary>
    public string? Operation { get; init; }

    public BadSide Comparison { get; init; }

    /// <summary>Relative to a baseline it is by how many %, of error rates percentage points, the value may be worse.</summary>
    public double? ThresholdValue { get; init; }

    public bool RelativeToBaseline { get; init; }

    /// <summary>What must hold, such as <c>cpu_usage &lt; 80 while requests_per_second &gt; 1000</c>.</summary>
    public string? Expression { get; init; }

    /// <summary>The kind of change it is for.</summary>
    public DetectionKind? Detects { get; init; }

    /// <summary>For how long it must be bad without a break.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan ForDuration { get; init; }

    /// <summary>For how long it must be good again without a break.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan ResolveAfter { get; init; } = Standing.UsualCalm;

    /// <summary>How far beyond the threshold, in % of it, the value must be to count as good again.</summary>
    public double HysteresisPercent { get; init; }

    /// <summary>Null takes the severity from how far the value is beyond the threshold.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Null takes the type from the metric.</summary>
    public AlertType? AlertType { get; init; }

    /// <summary>Only runs of this configuration; null for all.</summary>
    public Guid? ConfigurationId { get; init; }

    /// <summary>Only runs against this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>What must hold for the rule to be quiet; null for one that looks for changes.</summary>
    [JsonIgnore]
    public Criterion? Criterion => Expression is { } text ? CriterionExpression.TryParse(text, out var held, out _) ? held : null
        : MetricName is { } metric && Measured(metric) is { } measured ? measured with
        {
            Operation = Operation,
            Comparison = Comparison == BadSide.Above ? Plans.Comparison.AtMost : Plans.Comparison.AtLeast,
            Limit = ThresholdValue ?? 0,
            Expression = null,
        } : null;

    public bool IsFor(WatchedRun run) =>
        (ConfigurationId is null || ConfigurationId == run.ConfigurationId) && (Environment is null || Environment == run.Environment);

    public static RuleTerms Read(DocumentNode node)
    {
        var terms = new RuleTerms
        {
            Name = node.RequiredText("name"),
            Description = node.Text("description", 5000, min: 0),
            MetricName = node.Text("metric_name"),
            Operation = node.Text("operation"),
            Comparison = node.OneOf<BadSide>("comparison") ?? BadSide.Above,
            ThresholdValue = node.Number("threshold_value", -1e15, 1e15),
            RelativeToBaseline = node.Flag("relative_to_baseline", absent: false),
            Expression = node.Text("expression", 500),
            Detects = node.OneOf<DetectionKind>("detects"),
            ForDuration = node.Seconds("for_duration", TimeSpan.Zero, TimeSpan.FromHours(1)) ?? TimeSpan.Zero,
            ResolveAfter = node.Seconds("resolve_after", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? Standing.UsualCalm,
            HysteresisPercent = node.Number("hysteresis_percent", 0, 90) ?? 0,
            Severity = node.OneOf<Severity>("severity"),
            AlertType = node.OneOf<AlertType>("alert_type"),
            ConfigurationId = node.Id("configuration_id", "a configuration"),
            Environment = node.Text("environment"),
        };
        Check(node, terms);
        return terms;
    }

    private static void Check(DocumentNode node, RuleTerms terms)
    {
        if (new[] { "metric_name", "expression", "detects" }.Count(node.Has) != 1)
            node.Error("metric_name", "must be given, or expression or detects in its place, and only one of them");
        if (terms.MetricName is { } metric && Measured(metric) is null)
            node.Error("metric_name", "must be a metric of the criteria's expressions that a single second has, such as p95_response_time, error_rate, cpu_usage or generator_lag");
        if (node.Has("metric_name") && !node.Has("threshold_value"))
            node.Error("threshold_value", "is required");
        foreach (var member in OfMetrics.Where(m => !node.Has("metric_name") && node.Has(m) && !IsUnset(terms, m)))
            node.Error(member, "belongs to metric_name");
        if (terms.Detects is not null && terms.HysteresisPercent > 0)
            node.Error("hysteresis_percent", "belongs to a threshold");
        if (terms.Expression is { } text && !CriterionExpression.TryParse(text, out var held, out var error))
            node.Error("expression", error);
        else if (terms.Expression is { } course && CriterionExpression.TryParse(course, out held, out _) && held.Metric == Plans.Criterion.RecoveryTime)
            node.Error("expression", "asks for what only a whole run has");
    }

    // What is shown of a rule without a metric may be sent back.
    private static bool IsUnset(RuleTerms terms, string member) =>
        (member == "comparison" && terms.Comparison == BadSide.Above) || (member == "relative_to_baseline" && !terms.RelativeToBaseline);

    // A metric is what the grammar of criteria takes for one, alone and in its own unit.
    private static Criterion? Measured(string metric) =>
        CriterionExpression.TryParse($"{metric} <= 1", out var read, out _) && read is { Limit: 1, Phase: null, While: null, Operation: null, Comparison: Plans.Comparison.AtMost }
        && read.Metric != Plans.Criterion.RecoveryTime && read.Metric != "total_requests" ? read : null;
}
