using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>A scenario within a phase.</summary>
/// <param name="Type">The scenario's name: one of the plan's own, a stored one, or a shipped one.</param>
/// <param name="Users">How many of the phase's users run it; null leaves it to the scenario's weight.</param>
/// <param name="Parameters">Templates that stand in for the scenario's <c>data_templates</c> of the same names.</param>
public sealed record PhaseScenario(string Type, int? Users, IReadOnlyDictionary<string, string>? Parameters);

/// <summary>One part of a run after another: its users, and what they do. Results are kept for each.</summary>
/// <param name="Name">Its name; no two of a plan are the same.</param>
/// <param name="TargetUsers">Users at work once the ramp is over; 0 to 100,000.</param>
/// <param name="RampUp">The way there from the users of the phase before; at most the duration.</param>
/// <param name="Duration">The whole phase, its ramp included.</param>
/// <param name="Scenarios">What its users do; none means the plan's own mix.</param>
public sealed record TestPhase(
    string Name,
    int TargetUsers,
    [property: JsonConverter(typeof(DurationTextConverter))] TimeSpan RampUp,
    [property: JsonConverter(typeof(DurationTextConverter))] TimeSpan Duration,
    IReadOnlyList<PhaseScenario> Scenarios)
{
    private const int Most = 50;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(120);

    /// <summary>The load of phases one after the other: a climb or fall to each one's users, then the hold.</summary>
    public static LoadShape ShapeOf(IEnumerable<TestPhase> phases) => new(
        LoadUnit.Users, 0, [.. phases.SelectMany(p => new[] { new Stage(p.RampUp, p.TargetUsers), new Stage(p.Duration - p.RampUp, p.TargetUsers) })]);

    /// <summary>The phase at an offset from the start, pauses left out; from the end on the last. Null when there are none.</summary>
    public static TestPhase? At(IReadOnlyList<TestPhase> phases, TimeSpan offset) => phases.Count == 0 ? null : phases[IndexAt(phases, offset)];

    /// <summary>The place of the phase at an offset from the start, pauses left out; from the end on that of the last.</summary>
    internal static int IndexAt(IReadOnlyList<TestPhase> phases, TimeSpan offset)
    {
        var index = 0;
        for (; index < phases.Count - 1 && offset >= phases[index].Duration; index++)
            offset -= phases[index].Duration;
        return index;
    }

    internal static IReadOnlyList<TestPhase> ReadAll(DocumentNode plan)
    {
        var phases = new List<TestPhase>();
        foreach (var (value, path) in plan.List("phases", Most))
        {
            var phase = Read(new DocumentNode(value, path, plan.Errors));
            if (phases.Any(p => p.Name == phase.Name))
                plan.Errors.Add($"{path}.name", $"names two phases: {phase.Name}");
            phases.Add(phase);
        }

        if (plan.Has("phases") && phases.Count == 0)
            plan.Error("phases", "must have at least one phase");
        var whole = phases.Aggregate(TimeSpan.Zero, (sum, p) => sum + p.Duration);
        if (whole > Longest)
            plan.Error("phases", $"must add up to at most {DurationText.Format(Longest)}, not {DurationText.Format(whole)}");
        return phases;
    }

    private static TestPhase Read(DocumentNode node)
    {
        foreach (var name in new[] { "target_users", "duration" }.Where(name => !node.Has(name)))
            node.Error(name, "is required");
        var duration = node.Minutes("duration", TimeSpan.FromSeconds(1), Longest) ?? TimeSpan.FromSeconds(1);
        var phase = new TestPhase(
            node.RequiredText("name"), node.Whole("target_users", 0, 100_000) ?? 0, node.Minutes("ramp_up", TimeSpan.Zero, Longest) ?? TimeSpan.Zero, duration,
            [.. node.List("scenarios", 100).Select(s => ReadScenario(new DocumentNode(s.Value, s.Path, node.Errors)))]);
        if (phase.RampUp > duration)
            node.Error("ramp_up", $"is longer than the phase, which takes {DurationText.Format(duration)}");
        CheckUsers(node, phase);
        node.RefuseUnknown();
        return phase;
    }

    private static PhaseScenario ReadScenario(DocumentNode node)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var (name, map) in node.Map("parameters"))
        {
            parameters[name] = map.Text(name, 10_000, min: 0) ?? "";
            if (!Template.TryParse(parameters[name], out _, out var error))
                map.Error(name, error);
        }

        var scenario = new PhaseScenario(node.RequiredText("type"), node.Whole("users", 1, 100_000), parameters.Count == 0 ? null : parameters);
        node.RefuseUnknown();
        return scenario;
    }

    private static void CheckUsers(DocumentNode node, TestPhase phase)
    {
        var exact = phase.Scenarios.Where(s => s.Users is not null).Sum(s => (long)s.Users!);
        if (phase.Scenarios.Select(s => s.Type).Distinct().Count() < phase.Scenarios.Count)
            node.Error("scenarios", "has one scenario twice");
        if (exact > 0 && phase.Scenarios.Any(s => s.Users is null))
            node.Error("scenarios", "gives users for some scenarios and not for others");
        else if (exact > 0 && exact != phase.TargetUsers)
            node.Error("scenarios", $"have {exact} users together, but the phase has {phase.TargetUsers}");
    }
}
