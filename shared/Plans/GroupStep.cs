namespace Loadstone.Plans;

/// <summary>
/// Steps in order, measured as a whole besides each by itself: a transaction. Its time runs from when its first step was due to
/// the end of its last one, pauses between them included; it fails when one of them does. It is an operation of its own name and
/// counts among no requests.
/// </summary>
public sealed record GroupStep : Step
{
    /// <summary>The steps; 1 to 100.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    internal override string InWords => $"as one, '{Name}': {PlanExplanation.OfSteps(Steps)}";

    internal override IEnumerable<HeldSteps> Holds => [new("steps", Steps)];

    internal static GroupStep Read(DocumentNode node) => new() { Name = node.RequiredText("name"), Steps = ReadHeld(node, "steps") };
}
