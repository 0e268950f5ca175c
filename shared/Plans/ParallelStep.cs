namespace Loadstone.Plans;

/// <summary>
/// Steps begun at once, each on connections of its own; the user goes on when all have ended. They share the user's variables,
/// rows and cookies, but none sees what another of them extracts. A critical one that fails ends the iteration when all have ended.
/// Nothing measures the whole; a group around it does.
/// </summary>
public sealed record ParallelStep : Step
{
    private const int Fewest = 2;
    private const int Most = 20;

    /// <summary>The steps; 2 to 20.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    internal override string InWords => $"at once: {PlanExplanation.OfSteps(Steps)}";

    internal override IEnumerable<HeldSteps> Holds => [new("steps", Steps, AtOnce: true)];

    internal static ParallelStep Read(DocumentNode node) => new() { Name = "parallel", Steps = ReadHeld(node, "steps", Fewest, Most) };
}
