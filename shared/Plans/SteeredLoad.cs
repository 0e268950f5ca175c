namespace Loadstone.Plans;

/// <summary>What somebody asked of a running load: another load from an instant on, or the next phase at once.</summary>
/// <param name="At">From when, by the schedule's clock: time from the start, pauses left out.</param>
/// <param name="Target">Users, or arrivals per second, from then on; null to go on to the next phase.</param>
public sealed record LoadChange(TimeSpan At, double? Target);

/// <summary>
/// The load of a plan with everything that was changed of it while it ran. A pure value: whoever knows the changes knows the
/// same load, and it is what it was up to each change.
/// </summary>
/// <param name="Shape">The load over time.</param>
/// <param name="Phases">The phases; empty when the plan has none.</param>
public sealed record SteeredLoad(LoadShape Shape, IReadOnlyList<TestPhase> Phases)
{
    /// <summary>The load of a plan, changed in order.</summary>
    public static SteeredLoad Of(TestPlan plan, IEnumerable<LoadChange> changes) =>
        changes.Aggregate(new SteeredLoad(plan.Shape, plan.Phases ?? []), (load, change) => load.After(change));

    /// <summary>True when another phase comes after the one at an offset.</summary>
    public bool HasPhaseAfter(TimeSpan offset) => TestPhase.IndexAt(Phases, offset) < Phases.Count - 1;

    // Another load holds to the end of its phase, or of a run without phases; the phases after it are as planned.
    private SteeredLoad After(LoadChange change)
    {
        var (index, before) = (TestPhase.IndexAt(Phases, change.At), Shape.Until(change.At));
        var after = TestPhase.ShapeOf(Phases.Skip(index + 1)).Stages;
        if (change.Target is { } target)
        {
            var end = Phases.Count == 0 ? Shape.Duration : EndOf(index);
            return this with { Shape = Shape with { Stages = [.. before, new Stage(TimeSpan.Zero, target), new Stage(end - change.At, target), .. after] } };
        }

        var cut = Phases[index].Duration - (EndOf(index) - change.At);
        var phases = Phases.Select((p, i) => i == index ? p with { Duration = cut, RampUp = p.RampUp < cut ? p.RampUp : cut } : p);
        return new SteeredLoad(Shape with { Stages = [.. before, .. after] }, [.. phases]);
    }

    private TimeSpan EndOf(int index) => Phases.Take(index + 1).Aggregate(TimeSpan.Zero, (sum, p) => sum + p.Duration);
}
