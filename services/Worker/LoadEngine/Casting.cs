using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>Which journey a user, or an arrival, does, and when. A run without phases is one phase of all its scenarios.</summary>
internal sealed class Casting
{
    private readonly AbTest? _abTest;
    private (long EndNs, Mix Mix, Journey[] Journeys)[] _phases;

    /// <param name="plan">The plan.</param>
    /// <param name="journeys">The journey of each scenario, at its place; behind them, in an A/B test, those of the candidate in the same order.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="data">Where the parameters of phases draw from; null when there are none.</param>
    public Casting(TestPlan plan, Journey[] journeys, int seed, PlanData? data = null)
    {
        var config = plan.ScenarioConfig;
        var endNs = 0L;
        _abTest = plan.AbTest;
        _phases = plan.Phases is { Count: > 0 } phases
            ? [.. phases.Select(p => (endNs += p.Duration.Ticks * 100, new Mix(SharesIn(p, config), seed), JourneysIn(p, config, journeys, data)))]
            : [(long.MaxValue, new Mix([.. config.Scenarios.Select(config.ShareOf)], seed), journeys)];
    }

    /// <summary>Lets the phases end when these do. From any thread: lanes see the ends as they were or as they are.</summary>
    public void Follow(IReadOnlyList<TestPhase> phases)
    {
        var endNs = 0L;
        if (phases.Count > 0)
            _phases = [.. phases.Zip(_phases, (phase, cast) => (endNs += phase.Duration.Ticks * 100, cast.Mix, cast.Journeys))];
    }

    /// <summary>The journey of a user whose iteration is due at an instant of the schedule. It ends it, though the next phase may begin meanwhile.</summary>
    public Journey OfUser(int user, long scheduleNs)
    {
        var (phases, phase) = (_phases, 0);
        while (phase < phases.Length - 1 && scheduleNs >= phases[phase].EndNs)
            phase++;
        return Of(phases[phase].Journeys, phases[phase].Mix.OfUser(user), scheduleNs);
    }

    /// <summary>The journey of an arrival that is due at an instant of the schedule; plans of arrivals have no phases.</summary>
    public Journey OfArrival(long arrival, long scheduleNs) => Of(_phases[0].Journeys, _phases[0].Mix.OfArrival(arrival), scheduleNs);

    private Journey Of(Journey[] journeys, int scenario, long scheduleNs) =>
        journeys[_abTest?.IsCandidatesTurn(scheduleNs) == true ? scenario + (journeys.Length / 2) : scenario];

    private static int[] SharesIn(TestPhase phase, ScenarioConfig config) =>
        [.. config.Scenarios.Select(s => phase.Scenarios.FirstOrDefault(p => p.Type == s.Name) is { } cast ? cast.Users ?? config.ShareOf(s) : 0)];

    private static Journey[] JourneysIn(TestPhase phase, ScenarioConfig config, Journey[] journeys, PlanData? data) =>
        [.. config.Scenarios.Select((s, i) => phase.Scenarios.FirstOrDefault(p => p.Type == s.Name)?.Parameters is { } parameters
            ? journeys[i].With(parameters, data!)
            : journeys[i])];
}
