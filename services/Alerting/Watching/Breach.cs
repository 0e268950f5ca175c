namespace Loadstone.Alerting.Watching;

/// <summary>What is wrong with a run, and the figures that show it.</summary>
/// <param name="Key">The same for every breach of the same thing.</param>
/// <param name="Source">Who asked for it to be watched.</param>
/// <param name="AlertType">What kind of trouble it is.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="MetricName">What was measured.</param>
/// <param name="Operation">The operation it was measured on; null for the whole run.</param>
/// <param name="Threshold">What the value was not to cross.</param>
/// <param name="Value">What it was.</param>
/// <param name="Message">All that in a sentence.</param>
/// <param name="RuleId">The rule that asked for it; null when no rule did.</param>
public sealed record Breach(
    string Key, AlertSource Source, AlertType AlertType, Severity Severity, string MetricName, string? Operation, double Threshold, double Value, string Message,
    Guid? RuleId = null);

/// <summary>A breach that began, grew or ended with a second.</summary>
/// <param name="Breach">What is, or was, wrong.</param>
/// <param name="Occurrence">Which breach of its key in this run, from 1.</param>
/// <param name="Kind">What became of it.</param>
public sealed record Change(Breach Breach, int Occurrence, ChangeKind Kind)
{
    public string Key => Breach.Key;

    public bool IsOver => Kind == ChangeKind.Ended;
}

public enum ChangeKind
{
    Began,

    /// <summary>More of the same joined it.</summary>
    Grew,

    Ended,
}
