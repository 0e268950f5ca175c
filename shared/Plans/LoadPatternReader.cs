namespace Loadstone.Plans;

/// <summary>A plan's load while it is read: the pattern, and the members beside it that must add up with it.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Duration">The whole run.</param>
/// <param name="RampUp">Null for patterns without ramps.</param>
/// <param name="RampDown">Null for patterns without ramps.</param>
/// <param name="MaxStartDelay">How long an arrival may wait; null when not given.</param>
internal sealed record PlannedLoad(LoadPattern Pattern, TimeSpan Duration, TimeSpan? RampUp, TimeSpan? RampDown, TimeSpan? MaxStartDelay);

/// <summary>Reads <c>load_pattern</c> with the duration and ramps that stand beside it in a plan.</summary>
internal static class LoadPatternReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(120);
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromMinutes(10);

    private enum PatternType
    {
        Constant,
        Linear,
        Spike,
        Step,
        Stages,
        Phases,
        ConstantArrivalRate,
        RampingArrivalRate,
        CapacitySearch,
        SharedIterations,
        PerUserIterations,
    }

    private enum Preset
    {
        Linear,
        Spike,
    }

    public static PlannedLoad Read(DocumentNode plan, IReadOnlyList<TestPhase> phases)
    {
        var duration = plan.MinutesUnderEither("duration", "duration_minutes", Shortest, Longest);
        var node = plan.Object("load_pattern") ?? new DocumentNode(new System.Text.Json.Nodes.JsonObject(), "load_pattern", plan.Errors);
        var up = Ramp(plan, node, "ramp_up");
        var down = Ramp(plan, node, "ramp_down");
        var pattern = ReadPattern(node, duration, plan.Has("phases"));
        var whole = pattern.Shape(new LoadFrame(duration ?? DefaultDuration, 1, TimeSpan.Zero, TimeSpan.Zero) { Phases = phases }).Duration;
        if (pattern.Ramps == RampUse.Never)
            RefuseRamps(plan, node, pattern);
        var peak = pattern is LinearLoad ? node.Minutes("peak_duration_minutes", TimeSpan.Zero, Longest) : (pattern as SpikeLoad)?.PeakDuration;
        var delay = MaxStartDelay(plan, node, pattern);
        node.RefuseUnknown();
        if (duration is { } given && whole != given)
            plan.Error("duration", $"is {DurationText.Format(given)}, but the {(pattern is PhasedLoad ? "phases" : "stages")} add up to {DurationText.Format(whole)}");
        if (pattern.Ramps == RampUse.Never)
            return new PlannedLoad(pattern, whole, null, null, delay);
        var share = pattern.Ramps == RampUse.Always ? 1 : 0;
        var load = new PlannedLoad(pattern, whole,
            up ?? Smaller(TimeSpan.FromMinutes(5), whole * 0.3 * share), down ?? Smaller(TimeSpan.FromMinutes(2), whole * 0.1 * share), delay);
        CheckSum(plan, load, peak);
        return load;
    }

    private static LoadPattern ReadPattern(DocumentNode node, TimeSpan? duration, bool phased)
    {
        var type = node.OneOf<PatternType>("type") ?? (phased ? PatternType.Phases : PatternType.Linear);
        if (phased != (type == PatternType.Phases))
            node.Error("type", phased ? "stands beside phases, which are the load: leave it out" : "is for plans with phases");
        return ReadPattern(type, node, duration);
    }

    private static LoadPattern ReadPattern(PatternType type, DocumentNode node, TimeSpan? duration) => type switch
    {
        PatternType.Phases => new PhasedLoad(),
        PatternType.Constant => new ConstantLoad(),
        PatternType.Spike => ReadSpike(node, duration ?? DefaultDuration),
        PatternType.Step => new StepLoad(node.Whole("steps", 1, 100) ?? 5),
        PatternType.Stages => new StagesLoad(node.OneOf<Preset>("preset") is { } preset ? ReadPreset(node, preset, duration) : ReadStages(node, 100_000)),
        PatternType.ConstantArrivalRate => new ConstantArrivalRate(Required(node, "rate", 0.001, 1_000_000), node.Flag("poisson", false)),
        PatternType.RampingArrivalRate => new RampingArrivalRate(
            node.Number("start_rate", 0, 1_000_000) ?? 0, ReadStages(node, 1_000_000), node.Flag("poisson", false)),
        PatternType.CapacitySearch => CapacitySearch.Read(node),
        PatternType.SharedIterations => new SharedIterations((long)Required(node, "iterations", 1, 1e12)),
        PatternType.PerUserIterations => new PerUserIterations((int)Required(node, "iterations", 1, 1e9)),
        _ => new LinearLoad(),
    };

    private static double Required(DocumentNode node, string name, double min, double max)
    {
        if (!node.Has(name))
            node.Error(name, "is required");
        return node.Number(name, min, max) ?? min;
    }

    private static List<Stage> ReadStages(DocumentNode node, double most)
    {
        var stages = new List<Stage>();
        foreach (var (value, path) in node.List("stages", 200))
        {
            var stage = new DocumentNode(value, path, node.Errors);
            foreach (var name in new[] { "duration", "target" }.Where(name => !stage.Has(name)))
                stage.Error(name, "is required");
            stages.Add(new Stage(stage.Minutes("duration", TimeSpan.Zero, Longest) ?? Shortest, stage.Number("target", 0, most) ?? 0));
            stage.RefuseUnknown();
        }

        var whole = stages.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Duration);
        if (whole < Shortest || whole > Longest)
            node.Error("stages", stages.Count == 0 ? "is required" : $"must add up to between 1s and 2h, not {DurationText.Format(whole)}");
        return stages;
    }

    // The classic shapes, as shares of the peak: (minutes, percent). They are stretched to the run's duration.
    private static List<Stage> ReadPreset(DocumentNode node, Preset preset, TimeSpan? duration)
    {
        (double Minutes, double Percent)[] legs = preset == Preset.Linear
            ? [(2, 10), (5, 50), (10, 100), (5, 50), (2, 0)]
            : [(1, 10), (0.5, 100), (5, 100), (0.5, 10), (1, 0)];
        var peak = Required(node, "peak", 1, 100_000);
        var classicMinutes = legs.Sum(l => l.Minutes);
        var stretch = (duration ?? DurationText.FromMinutes(classicMinutes)).TotalMinutes / classicMinutes;
        var stages = legs.Select(l => new Stage(DurationText.FromMinutes(l.Minutes * stretch), peak * l.Percent / 100)).ToList();
        var missing = (duration ?? DurationText.FromMinutes(classicMinutes)) - stages.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Duration);
        stages[^1] = stages[^1] with { Duration = stages[^1].Duration + missing };
        return stages;
    }

    private static SpikeLoad ReadSpike(DocumentNode node, TimeSpan duration) => new(
        node.Number("base_load_percentage", 10, 100) ?? 20,
        node.Minutes("peak_duration_minutes", TimeSpan.Zero, Longest) ?? Smaller(TimeSpan.FromMinutes(5), duration * 0.4));

    private static TimeSpan? Ramp(DocumentNode plan, DocumentNode pattern, string name)
    {
        var beside = plan.Minutes(name + "_duration_minutes", TimeSpan.Zero, Longest);
        var inside = pattern.Minutes(name, TimeSpan.Zero, Longest);
        if (beside is not null && inside is not null && beside != inside)
            pattern.Error(name, $"contradicts {name}_duration_minutes: give one of them");
        return inside ?? beside;
    }

    // It may stand in the plan, or in a pattern of arrivals.
    private static TimeSpan? MaxStartDelay(DocumentNode plan, DocumentNode node, LoadPattern pattern)
    {
        const string Name = "max_start_delay";
        var beside = plan.Seconds(Name, TimeSpan.Zero, Longest);
        if (pattern is not (ConstantArrivalRate or RampingArrivalRate or CapacitySearch))
            return beside;
        var inside = node.Seconds(Name, TimeSpan.Zero, Longest);
        if (beside is not null && inside is not null && beside != inside)
            node.Error(Name, "contradicts the max_start_delay of the plan: give one of them");
        return inside ?? beside;
    }

    private static void RefuseRamps(DocumentNode plan, DocumentNode node, LoadPattern pattern)
    {
        foreach (var name in new[] { "ramp_up", "ramp_down" })
        {
            if (node.Has(name))
                node.Error(name, $"does not apply to the pattern {NameOf(pattern)}");
            if (plan.Has(name + "_duration_minutes"))
                plan.Error(name + "_duration_minutes", $"does not apply to the pattern {NameOf(pattern)}");
        }
    }

    private static void CheckSum(DocumentNode plan, PlannedLoad load, TimeSpan? peak)
    {
        var sum = load.RampUp + (peak ?? TimeSpan.Zero) + load.RampDown;
        if (sum <= load.Duration && (sum == load.Duration || peak is null || load.Pattern is not LinearLoad))
            return;
        var parts = $"{Show(load.RampUp)} up, {Show(peak)} at the peak and {Show(load.RampDown)} down";
        plan.Error("load_pattern", $"{parts} do not add up to a duration of {Show(load.Duration)}");

        static string Show(TimeSpan? part) => DurationText.Format(part ?? TimeSpan.Zero);
    }

    private static TimeSpan Smaller(TimeSpan most, TimeSpan share)
    {
        var toTheMs = TimeSpan.FromMilliseconds(Math.Floor(share.TotalMilliseconds));
        return most < toTheMs ? most : toTheMs;
    }

    private static string NameOf(LoadPattern pattern) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(pattern.GetType().Name.Replace("Load", "", StringComparison.Ordinal));
}
