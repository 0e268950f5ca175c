namespace Loadstone.Plans;

/// <summary>Steps that are done only at times: by chance, or when a variable is as it should be. Exactly one of the two is given.</summary>
public sealed record ConditionalStep : Step
{
    /// <summary>How likely <see cref="Then"/> is; drawn anew each time.</summary>
    public Probability? Probability { get; init; }

    /// <summary>What must hold for <see cref="Then"/>.</summary>
    public Condition? When { get; init; }

    /// <summary>The steps that are done then; 1 to 100.</summary>
    public IReadOnlyList<Step> Then { get; init; } = [];

    /// <summary>The steps that are done otherwise, at most 100; null for none.</summary>
    public IReadOnlyList<Step>? Else { get; init; }

    internal override string InWords => (Probability is { } chance ? $"{chance.InWords}: " : $"if {When?.InWords}: ")
        + PlanExplanation.OfSteps(Then) + (Else is null ? "" : $"; else: {PlanExplanation.OfSteps(Else)}");

    internal override IEnumerable<HeldSteps> Holds => [new("then", Then), new("else", Else ?? [])];

    internal override IEnumerable<StepTemplate> Templates() => When?.Templates("when") ?? [];

    internal static ConditionalStep Read(DocumentNode node)
    {
        if (node.Has("probability") == node.Has("when"))
            node.Errors.Add(node.Path, "must have exactly one of probability and when");
        return new ConditionalStep
        {
            Name = "conditional",
            Probability = Plans.Probability.Read(node, "probability"),
            When = Condition.Read(node, "when"),
            Then = ReadHeld(node, "then"),
            Else = node.Has("else") ? ReadHeld(node, "else") : null,
        };
    }
}
