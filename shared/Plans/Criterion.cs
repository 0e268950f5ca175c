using System.Globalization;

namespace Loadstone.Plans;

/// <summary>How a measured value must stand to its limit.</summary>
public enum Comparison
{
    /// <summary>value ≤ limit.</summary>
    AtMost,

    /// <summary>value &lt; limit.</summary>
    Below,

    /// <summary>value ≥ limit.</summary>
    AtLeast,

    /// <summary>value &gt; limit.</summary>
    Above,

    /// <summary>value = limit.</summary>
    Exactly,
}

/// <summary>One thing that must hold of a run.</summary>
/// <param name="Metric">
/// What is measured: <c>avg_response_time</c>, <c>min_response_time</c>, <c>max_response_time</c>, <c>p95_response_time</c> (any
/// percentile, <c>p99.9_response_time</c>) in ms; <c>error_rate</c>, <c>check_failure_rate</c>, <c>check_pass_rate</c> in %;
/// <c>throughput_rps</c>, <c>requests_per_minute</c>; <c>total_requests</c>, <c>failed_requests</c>, <c>dropped_iterations</c>,
/// <c>virtual_users</c>; <c>generator_cpu_usage</c> in %, <c>generator_memory_usage</c> in bytes, <c>generator_gc_pause</c> and
/// <c>generator_lag</c> in ms, the worst of the generators; <c>recovery_time</c> in seconds; <c>custom.avg.NAME</c>, <c>custom.min.NAME</c> and <c>custom.max.NAME</c> of what
/// was measured beside the load under a name of its own.
/// </param>
/// <param name="Operation">The operation it is measured on; null for the whole run.</param>
/// <param name="Comparison">How value and limit must stand.</param>
/// <param name="Limit">The limit, in the metric's unit.</param>
/// <param name="Expression">The criterion as its author wrote it; null when it came from a field.</param>
/// <param name="Phase">The phase whose seconds count; null for those of the whole run.</param>
/// <param name="While">What must hold of a second for it to count; null when every second does.</param>
public sealed record Criterion(
    string Metric, string? Operation, Comparison Comparison, double Limit, string? Expression = null, string? Phase = null, Criterion? While = null)
{
    /// <summary>The metric that only the course of a whole run has: how long it took to recover from a spike, in s.</summary>
    public const string RecoveryTime = "recovery_time";

    /// <summary>Whether only some seconds count, so that the run as a whole does not tell.</summary>
    public bool IsOfSomeSeconds => Phase is not null || While is not null;

    /// <summary>Whether it takes the single seconds of a run to judge it.</summary>
    public bool NeedsSeconds => IsOfSomeSeconds || Metric == RecoveryTime;

    /// <summary>Whether a second counts.</summary>
    /// <param name="phase">The second's phase.</param>
    /// <param name="valueOf">The second's value of a metric, on an operation or on everything; null when there is none.</param>
    public bool Counts(string? phase, Func<string, string?, double?> valueOf) =>
        (Phase is null || Phase == phase) && (While is null || While.Judge(valueOf(While.Metric, While.Operation)).Passed);

    /// <summary>The criterion as results show it, such as <c>p95_response_time ≤ 800</c>.</summary>
    public string Title => Expression ?? Metric + (Operation is null ? "" : $" of '{Operation}'") + " " + Sign + " "
        + Limit.ToString(CultureInfo.InvariantCulture);

    private string Sign => Comparison switch
    {
        Comparison.AtMost => "≤",
        Comparison.Below => "<",
        Comparison.AtLeast => "≥",
        Comparison.Above => ">",
        _ => "=",
    };

    /// <summary>Holds the criterion against a measured value; null means nothing was measured, which does not pass.</summary>
    public CriterionResult Judge(double? value) => new(this, value, value is { } measured && Holds(measured), Margin(value));

    private bool Holds(double value) => Comparison switch
    {
        Comparison.AtMost => value <= Limit,
        Comparison.Below => value < Limit,
        Comparison.AtLeast => value >= Limit,
        Comparison.Above => value > Limit,
        _ => value.Equals(Limit),
    };

    // How far the value stands on the good side of the limit, as a share of the limit; negative on the bad side.
    private double? Margin(double? value) => value is not { } measured || Limit == 0 ? null
        : (Comparison is Comparison.AtLeast or Comparison.Above ? measured - Limit : Limit - measured) / Math.Abs(Limit);
}

/// <summary>One criterion held against what was measured.</summary>
/// <param name="Criterion">The criterion.</param>
/// <param name="Value">The measured value in the metric's unit; null when nothing was measured.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Margin">The distance to the limit as a share of it: 0.1 is 10 % on the good side, −0.1 on the bad one.</param>
public sealed record CriterionResult(Criterion Criterion, double? Value, bool Passed, double? Margin)
{
    /// <summary>The criterion as results show it.</summary>
    public string Title => Criterion.Title;

    /// <summary>Why it did not pass, in a sentence with figures.</summary>
    public string WhyNot() => Value is { } value
        ? FormattableString.Invariant($"{Title} does not hold: {value:0.###}")
        : $"{Title} cannot be judged: nothing was measured{(Criterion.IsOfSomeSeconds ? " in the seconds that count" : "")}";
}

/// <summary>What a run's result is worth.</summary>
public enum VerdictOutcome
{
    /// <summary>Every criterion holds.</summary>
    Passed,

    /// <summary>A criterion does not hold.</summary>
    Failed,

    /// <summary>The measurement itself cannot be trusted; the reasons say why.</summary>
    Invalid,

    /// <summary>There is not enough to judge by.</summary>
    Inconclusive,
}

/// <summary>The judgement on a run.</summary>
/// <param name="Outcome">What the result is worth.</param>
/// <param name="Criteria">Each criterion with its value.</param>
/// <param name="Reasons">Sentences with figures: why not passed.</param>
/// <param name="RuleVersion">The version of the rules that judged.</param>
public sealed record Verdict(VerdictOutcome Outcome, IReadOnlyList<CriterionResult> Criteria, IReadOnlyList<string> Reasons, int RuleVersion)
{
    /// <summary>The version of the rules below. It rises with every change of meaning.</summary>
    public const int CurrentRuleVersion = 2;

    private static readonly Criterion AnyRequest = new("total_requests", null, Comparison.Above, 0);

    /// <summary>Null unless the run passed or failed.</summary>
    public bool? SuccessCriteriaMet => Outcome switch
    {
        VerdictOutcome.Passed => true,
        VerdictOutcome.Failed => false,
        _ => null,
    };

    /// <summary>
    /// Judges a run: invalid when <paramref name="faults"/> names any reason not to trust the measurement, inconclusive when
    /// no request was made, else failed when any criterion does not hold, else passed.
    /// </summary>
    /// <param name="criteria">What must hold.</param>
    /// <param name="valueOf">The measured value of a metric, on an operation or on the whole run; null when there is none.</param>
    /// <param name="faults">What is wrong with the measurement, in sentences.</param>
    public static Verdict Judge(IEnumerable<Criterion> criteria, Func<string, string?, double?> valueOf, IReadOnlyList<string> faults) =>
        Judge(criteria, c => valueOf(c.Metric, c.Operation), faults);

    /// <summary>As above, where the value may depend on more of a criterion than its metric and operation.</summary>
    /// <param name="criteria">What must hold.</param>
    /// <param name="valueOf">The measured value that a criterion is about; null when there is none.</param>
    /// <param name="faults">What is wrong with the measurement, in sentences.</param>
    public static Verdict Judge(IEnumerable<Criterion> criteria, Func<Criterion, double?> valueOf, IReadOnlyList<string> faults)
    {
        var results = criteria.Select(c => c.Judge(valueOf(c))).ToList();
        var broken = results.Where(r => !r.Passed).Select(r => r.WhyNot()).ToList();
        if (faults.Count > 0)
            return new Verdict(VerdictOutcome.Invalid, results, [.. faults, .. broken], CurrentRuleVersion);
        if (valueOf(AnyRequest) is not > 0)
            return new Verdict(VerdictOutcome.Inconclusive, results, ["no request was made"], CurrentRuleVersion);
        return new Verdict(broken.Count == 0 ? VerdictOutcome.Passed : VerdictOutcome.Failed, results, broken, CurrentRuleVersion);
    }
}
