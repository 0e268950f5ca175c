using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>How bad it is when a threshold is broken.</summary>
public enum AlertSeverity
{
    /// <summary>Worth knowing.</summary>
    Low,

    /// <summary>Worth looking at.</summary>
    Medium,

    /// <summary>Worth looking at now.</summary>
    High,

    /// <summary>Worth waking somebody.</summary>
    Critical,
}

/// <summary>What is to hold while the run goes on: broken, it raises an alert, and has no part in the verdict.</summary>
/// <param name="Expression">What must hold; see <see cref="CriterionExpression"/>.</param>
/// <param name="For">For how long it must be broken without a pause, in whole seconds: 0 s to 10 min.</param>
/// <param name="Severity">How bad that is; null takes it from how far the value is beyond the limit.</param>
public sealed record AlertThreshold(
    string Expression, [property: JsonConverter(typeof(DurationTextConverter))] TimeSpan For, AlertSeverity? Severity = null)
{
    private const int Most = 100;

    internal static IReadOnlyList<AlertThreshold>? ReadAll(DocumentNode parent)
    {
        var all = parent.List("alert_thresholds", Most).Select(e => Read(new DocumentNode(e.Value, e.Path, parent.Errors))).ToList();
        return all.Count == 0 ? null : all;
    }

    private static AlertThreshold Read(DocumentNode node)
    {
        var threshold = new AlertThreshold(
            node.RequiredText("expression", 500), node.Seconds("for", TimeSpan.Zero, TimeSpan.FromMinutes(10)) ?? TimeSpan.Zero, node.OneOf<AlertSeverity>("severity"));
        if (threshold.Expression.Length > 0 && !CriterionExpression.TryParse(threshold.Expression, out var criterion, out var error))
            node.Error("expression", error);
        else if (threshold.Expression.Length > 0 && CriterionExpression.TryParse(threshold.Expression, out criterion, out _) && criterion.Metric == Criterion.RecoveryTime)
            node.Error("expression", "asks for what only a whole run has");
        node.RefuseUnknown();
        return threshold;
    }
}
