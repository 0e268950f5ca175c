using System.Globalization;

namespace Loadstone.Plans;

/// <summary>Says in a few sentences what a plan will do, so that its author can see whether that is what was meant.</summary>
public static class PlanExplanation
{
    private const int MostSteps = 12;

    /// <summary>The sentences, in the order: what, load, mix, the journey of each scenario given inline, how requests travel if the plan says so, criteria.</summary>
    public static IEnumerable<string> Of(TestPlan plan)
    {
        var shape = plan.Shape;
        yield return $"{plan.Name}: {KindOf(plan.TestType)} of {DurationText.Format(shape.Duration)}"
            + (plan.Environment is null ? "" : $" on the environment {plan.Environment}");
        yield return LoadOf(plan, shape);
        foreach (var phase in plan.Phases ?? [])
            yield return InWords(phase);
        if (plan.Phases?.All(p => p.Scenarios.Count > 0) != true)
            yield return "scenarios: " + string.Join(", ", MixOf(plan));
        foreach (var scenario in plan.ScenarioConfig.Scenarios.Where(s => !s.IsNameOnly))
            yield return $"{scenario.Name}: {OfSteps(scenario.Journey)}";
        if (plan.ScenarioConfig.Http is { } http)
            yield return $"requests travel {http.InWords}";
        if (plan.Regions is { } regions)
            yield return $"made by {plan.WorkerCount} workers: " + string.Join(", ", regions.Select(r => FormattableString.Invariant($"{100.0 * r.Value / regions.Values.Sum():0.#} % in {r.Key}")));
        if (plan.AbTest is { } ab)
            yield return $"in turns of {DurationText.Format(ab.Slice)} against the base and the candidate {ab.Candidate}; the candidate must not be worse, and for it what follows must hold";
        yield return "passes if " + string.Join("; ", plan.SuccessCriteria.All().Select(c => c.Title));
    }

    private static string KindOf(TestType type) => type switch
    {
        TestType.Ab => "an A/B test",
        TestType.Endurance => "an endurance test",
        _ => $"a {type.ToString().ToLowerInvariant()} test",
    };

    /// <summary>Each scenario's share of the mix in %, by the plan's weights or its exact users.</summary>
    public static IEnumerable<(string Name, double Percent)> SharesOf(TestPlan plan)
    {
        var config = plan.ScenarioConfig;
        var shares = config.Scenarios.Select(s => (s.Name, Share: config.ShareOf(s))).ToList();
        var whole = shares.Sum(s => s.Share);
        return shares.Select(s => (s.Name, 100.0 * s.Share / whole));
    }

    /// <summary>What some steps do, one after the other; of a long list its beginning.</summary>
    internal static string OfSteps(IReadOnlyList<Step> steps)
    {
        var said = steps.Take(MostSteps).Select(s => s.Holds.Any() ? $"({s.InWords})" : s.InWords);
        return string.Join(", ", steps.Count > MostSteps ? said.Append($"and {steps.Count - MostSteps} more") : said);
    }

    private static IEnumerable<string> MixOf(TestPlan plan) => plan.ScenarioConfig.Scenarios.Count == 0
        ? [ScenarioLibrary.Default]
        : SharesOf(plan).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {s.Percent:0.#} %"));

    private static string InWords(TestPhase phase)
    {
        var scenarios = phase.Scenarios.Select(s => s.Users is { } users ? $"{users} {s.Type}" : s.Type);
        return $"phase {phase.Name}: {phase.TargetUsers} users for {DurationText.Format(phase.Duration)}"
            + (phase.RampUp > TimeSpan.Zero ? $", {DurationText.Format(phase.RampUp)} of it to get there" : "")
            + (phase.Scenarios.Count > 0 ? $": {string.Join(", ", scenarios)}" : "");
    }

    private static string LoadOf(TestPlan plan, LoadShape shape)
    {
        if (plan.LoadPattern is CapacitySearch search)
            return string.Create(CultureInfo.InvariantCulture, $"arrivals: a search between {search.From:0.###}/s and {search.To:0.###}/s for the largest rate at which what follows holds, to {search.Precision:0.#} %, in steps of {DurationText.Format(search.Step)}, by at most {plan.MaxVirtualUsers} users at once");
        var (what, unit) = shape.Unit == LoadUnit.Users ? ("users", "") : ("arrivals", "/s");
        var legs = new List<string>();
        var level = shape.Start;
        foreach (var stage in shape.Stages)
        {
            legs.Add(Leg(level, stage, unit));
            level = stage.Target;
        }

        var pool = shape.Unit == LoadUnit.Users ? "" : $", by at most {plan.MaxVirtualUsers} users at once";
        var limit = shape.SharedIterations is { } all ? $", until {all} iterations are done"
            : shape.IterationsPerUser is { } each ? $", until each user has done {each} iterations" : "";
        return $"{what}: {string.Join(", ", legs.Where(l => l.Length > 0))}{pool}{limit}";
    }

    private static string Leg(double from, Stage stage, string unit)
    {
        var target = stage.Target.ToString("0.###", CultureInfo.InvariantCulture) + unit;
        if (stage.Duration == TimeSpan.Zero)
            return from.Equals(stage.Target) ? "" : $"jump to {target}";
        var length = DurationText.Format(stage.Duration);
        return from.Equals(stage.Target) ? $"{target} for {length}"
            : $"{(from < stage.Target ? "climb" : "fall")} to {target} over {length}";
    }
}
