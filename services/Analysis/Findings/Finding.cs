namespace Loadstone.Analysis.Findings;

public enum FindingType
{
    /// <summary>A few requests take far longer than most.</summary>
    LatencySpike,

    /// <summary>From some second on, everything takes longer.</summary>
    LatencyStep,

    /// <summary>Too many requests fail.</summary>
    ErrorRate,

    /// <summary>For some seconds many requests fail.</summary>
    ErrorBurst,

    /// <summary>More users get no more done.</summary>
    ThroughputPlateau,

    /// <summary>Memory grows and does not come back.</summary>
    MemoryDrift,

    /// <summary>The target's processor or memory is used up.</summary>
    ResourceSaturation,

    /// <summary>Connections or waiting work pile up.</summary>
    QueueGrowth,
}

public enum Severity
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>Something in a run that a person should know of (requirements R8.2, R17.9): which rule saw it, in which series, in which seconds.</summary>
/// <param name="Rule">The rule's own name, which never changes its meaning.</param>
/// <param name="Type">What kind of thing it is.</param>
/// <param name="Component">Where: an operation, or a part of the system.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Details">What was seen, with figures.</param>
/// <param name="Recommendation">What to do about it.</param>
/// <param name="Phase">The phase it began in; null in a run without phases.</param>
/// <param name="Series">The series that shows it.</param>
/// <param name="FirstSecond">The first second that shows it.</param>
/// <param name="LastSecond">The last one.</param>
public sealed record Finding(
    string Rule, FindingType Type, string Component, Severity Severity, string Details, string Recommendation, string? Phase, string Series, int FirstSecond,
    int LastSecond);

/// <summary>Advice drawn from findings (requirements R8.3).</summary>
public sealed record Recommendation(string Priority, string Category, string Title, string Description, string EstimatedImpact);
