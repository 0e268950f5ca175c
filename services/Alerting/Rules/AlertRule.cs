using System.Text.Json.Serialization;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Alerting.Rules;

// The life of a rule.

public sealed record AlertRuleCreated(Guid Id, RuleTerms Terms, string By, DateTimeOffset At);

public sealed record AlertRuleChanged(RuleTerms Terms, string By, DateTimeOffset At);

public sealed record AlertRuleDeactivated(string By, DateTimeOffset At);

/// <summary>A threshold that is watched in every run it is for, whatever the run's own criteria are.</summary>
public sealed record AlertRule : Resource
{
    public required RuleTerms Terms { get; init; }

    protected override object BodyToShow => Terms;

    public static AlertRule Create(AlertRuleCreated e) =>
        new() { Id = e.Id, Terms = e.Terms, CreatedBy = e.By, CreatedAt = e.At, UpdatedAt = e.At };

    public static AlertRule Apply(AlertRuleChanged e, AlertRule before) => before with { IsActive = true, Terms = e.Terms, UpdatedAt = e.At };

    public static AlertRule Apply(AlertRuleDeactivated e, AlertRule before) => before with { IsActive = false, UpdatedAt = e.At };
}

/// <summary>On which side of the threshold it is bad.</summary>
public enum BadSide
{
    Above,
    Below,
}

/// <summary>A rule as its author wrote it. Times are ms, rates %, memory bytes.</summary>
public sealed record RuleTerms
{
    private static readonly string[] Metrics =
    [
        "avg_response_time", "min_response_time", "max_response_time", "error_rate", "check_failure_rate", "check_pass_rate", "throughput_rps",
        "requests_per_minute", "failed_requests", "dropped_iterations", "virtual_users", "cpu_usage", "memory_usage",
    ];

    // What comparing with a baseline takes is not there yet.
    private static readonly string[] NotYet = ["relative_to_baseline", "baseline_variance_percent"];

    public string Name { get; init; } = "";

    public string? Description { get; init; }

    public string MetricName { get; init; } = "";

    /// <summary>The operation it is measured on; null for the whole run.</summary>
    public string? Operation { get; init; }

    public BadSide Comparison { get; init; }

    public double ThresholdValue { get; init; }

    /// <summary>For how long it must be bad without a break.</summary>
    [JsonConverter(typeof(DurationTextConverter))]
    public TimeSpan ForDuration { get; init; }

    /// <summary>Null takes the severity from how far the value is beyond the threshold.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Null takes the type from the metric.</summary>
    public AlertType? AlertType { get; init; }

    /// <summary>Only runs of this configuration; null for all.</summary>
    public Guid? ConfigurationId { get; init; }

    /// <summary>Only runs against this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>What must hold for the rule to be quiet.</summary>
    [JsonIgnore]
    public Criterion Criterion => new(
        MetricName, Operation, Comparison == BadSide.Above ? Plans.Comparison.AtMost : Plans.Comparison.AtLeast, ThresholdValue);

    public bool IsFor(WatchedRun run) =>
        (ConfigurationId is null || ConfigurationId == run.ConfigurationId) && (Environment is null || Environment == run.Environment);

    public static RuleTerms Read(DocumentNode node)
    {
        foreach (var member in NotYet.Where(node.Has))
            node.Error(member, "is not available in this version: thresholds are absolute");
        var terms = new RuleTerms
        {
            Name = node.RequiredText("name"),
            Description = node.Text("description", 5000, min: 0),
            MetricName = node.RequiredText("metric_name"),
            Operation = node.Text("operation"),
            Comparison = node.OneOf<BadSide>("comparison") ?? BadSide.Above,
            ThresholdValue = node.Number("threshold_value", -1e15, 1e15) ?? 0,
            ForDuration = node.Seconds("for_duration", TimeSpan.Zero, TimeSpan.FromHours(1)) ?? TimeSpan.Zero,
            Severity = node.OneOf<Severity>("severity"),
            AlertType = node.OneOf<AlertType>("alert_type"),
            ConfigurationId = ReadId(node, "configuration_id"),
            Environment = node.Text("environment"),
        };
        if (!node.Has("threshold_value"))
            node.Error("threshold_value", "is required");
        if (terms.MetricName.Length > 0 && !IsMetric(terms.MetricName))
            node.Error("metric_name", $"must be a percentile such as p95_response_time, or one of {string.Join(", ", Metrics)}");
        return terms;
    }

    private static Guid? ReadId(DocumentNode node, string name)
    {
        if (node.Text(name) is not { } text)
            return null;
        if (!Guid.TryParse(text, out var id))
            node.Error(name, "must be an id");
        return id;
    }

    // A percentile is what the criteria's own grammar takes for one.
    private static bool IsMetric(string name) => Metrics.Contains(name)
        || (name.StartsWith('p') && CriterionExpression.TryParse($"{name} < 1", out var read, out _) && !read.NeedsSeconds && read.Metric.EndsWith("_response_time", StringComparison.Ordinal));
}
