using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A run in phases: who is at work when, doing what, and to which phase each second belongs.</summary>
public sealed class PhaseTests
{
    private const string ThreePhases = """
        name: x
        phases:
          - { name: warm-up, target_users: 4, ramp_up: 2s, duration: 10s, scenarios: [ { type: look, users: 3 }, { type: buy, users: 1 } ] }
          - { name: peak, target_users: 10, duration: 10s, scenarios: [ { type: buy, parameters: { item: large } } ] }
          - { name: rest, target_users: 2, duration: 5s }
        scenario_config:
          think_time: 0
          scenarios:
            - { name: look, user_journey: [ { action: http, name: look, path: /500ms } ] }
            - { name: buy, data_templates: { item: small }, user_journey: [ { action: http, name: "buy", path: /500ms, body: "{{item}}" } ] }
        """;

    [Fact]
    public async Task Each_phase_has_its_users_doing_its_scenarios()
    {
        var end = await WholeAsync();

        Assert.Equal([2, 4, 10, 10, 2], new[] { 0, 5, 11, 19, 22 }.Select(second => Windows(end)[second].VirtualUsers));
        Assert.Equal((6, 2), (SentIn(end, 5, "look"), SentIn(end, 5, "buy")));
        Assert.Equal((0, 20), (SentIn(end, 15, "look"), SentIn(end, 15, "buy")));
        Assert.Equal((2, 2), (SentIn(end, 23, "look"), SentIn(end, 23, "buy")));
    }

    [Fact]
    public async Task A_second_belongs_to_the_phase_in_which_it_began()
    {
        var phases = PhasePerformance.Of(Windows(await WholeAsync()));

        Assert.Equal([("warm-up", 0, 9), ("peak", 10, 19)], phases.Take(2).Select(p => (p.Phase, p.FirstSecond, p.LastSecond)));
        Assert.Equal(["rest"], phases.Skip(2).Select(p => p.Phase));
        Assert.InRange(phases[1].Figures.TotalRequests, 190, 200);
    }

    [Fact]
    public async Task A_pause_puts_off_the_phases_after_it()
    {
        await using var run = VirtualRun.OfPlan(ThreePhases, PretendJourney.Requests([]));
        run.AdvanceTo(5);
        run.Control.Pause();
        run.AdvanceTo(9);
        run.Control.Resume();
        await run.FinishAsync(40);

        Assert.Equal(["warm-up", "peak", "peak", "rest"], new[] { 13, 14, 23, 24 }.Select(second => run.Windows[second].Phase));
    }

    [Fact]
    public async Task The_parameters_of_a_phase_stand_in_for_the_scenarios_data()
    {
        await using var server = ScriptedServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await RealRun.Of("""
            name: x
            phases:
              - { name: one, target_users: 1, duration: 1s, scenarios: [ { type: buy } ] }
              - { name: two, target_users: 1, duration: 1s, scenarios: [ { type: buy, parameters: { item: "large {{user.index}}" } } ] }
            scenario_config:
              think_time: 100ms
              scenarios:
                - { name: buy, data_templates: { item: small }, user_journey: [ { action: http, method: POST, path: /, body: "{{item}}" } ] }
            """, server.Url);

        var bodies = server.Texts.Select(text => text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).ToList();
        Assert.Equal(["small", "large 1"], bodies.Distinct());
    }

    private static async Task<(RunEnd End, List<MetricWindow> Windows)> WholeAsync()
    {
        await using var run = VirtualRun.OfPlan(ThreePhases, PretendJourney.Requests([]));
        var end = await run.FinishAsync(40);
        Ledger.AssertBalanced(end, run.Windows);
        return (end, run.Windows);
    }

    private static List<MetricWindow> Windows((RunEnd End, List<MetricWindow> Windows) run) => run.Windows;

    private static long SentIn((RunEnd End, List<MetricWindow> Windows) run, int second, string operation) =>
        run.Windows[second].Operations.Where(o => o.Operation == operation).Sum(o => o.Sent);
}
