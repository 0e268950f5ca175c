namespace Loadstone.LoadEngine.Tests;

/// <summary>However a run ends in the middle of steps that hold steps, everything begun has its outcome.</summary>
public sealed class NestedEndTests
{
    private const string Forever = "load_pattern: { type: constant }";

    [Theory]
    [InlineData("{ action: group, name: g, steps: [ { name: a, path: /100ms }, { name: b, path: /100ms } ] }", "a 0-100")]
    [InlineData("{ action: repeat, times: 9, steps: [ { name: a, path: /100ms } ] }", "a 0-100")]
    [InlineData("{ action: conditional, probability: 1, then: [ { action: wait, duration: 10s }, { name: never, path: /1ms } ] }", "")]
    [InlineData("{ action: parallel, steps: [ { name: a, path: /100ms }, { action: wait, duration: 10s }, { action: repeat, times: 9, steps: [ { name: b, path: /20ms } ] } ] }", "b 0-20, b 20-40, b 40-60, a 0-100")]
    [InlineData("{ action: group, name: g, steps: [ { action: wait, duration: 10s } ] }", "")]
    public async Task A_stop_ends_waits_at_once_lets_requests_finish_and_begins_nothing(string step, string expected)
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of($"- {step}\n- {{ name: never, path: /1ms }}", done, Forever);
        run.AdvanceTo(0.05);
        run.Control.Stop();
        var end = await run.FinishAsync(0.2);

        Assert.Equal(expected, string.Join(", ", done));
        Assert.Equal((1, 0, 1), (end.Total.Iterations.Started, end.Total.Iterations.Completed, end.Total.Iterations.CutShort));
        Assert.Equal(done.Count, end.Total.Total().Ok);
    }

    [Fact]
    public async Task A_group_the_stop_breaks_off_is_aborted_and_none_of_the_targets_failures()
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of("- { action: group, name: g, steps: [ { path: /100ms }, { path: /100ms } ] }", done, Forever);
        run.AdvanceTo(0.05);
        run.Control.Stop();
        var group = (await run.FinishAsync(0.2)).Total.Operations.Single(o => o.Operation == "g");

        Assert.Equal((1, 1, 0), (group.Sent, group.Aborted, group.Failed));
        Assert.Equal(0, group.Response.Count);
    }

    [Fact]
    public async Task A_group_whose_last_request_comes_home_after_the_stop_is_whole()
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of("- { action: group, name: g, steps: [ { path: /100ms } ] }", done, Forever);
        run.AdvanceTo(0.05);
        run.Control.Stop();
        var end = await run.FinishAsync(0.2);

        Assert.Equal((1, 1), (end.Total.Operations.Single(o => o.Operation == "g").Ok, end.Total.Iterations.Completed));
    }

    [Theory]
    [InlineData("load_pattern: { type: linear, ramp_up: 5s, ramp_down: 5s }", 20)]
    [InlineData("load_pattern: { type: constant_arrival_rate, rate: 10 }", 15)]
    public async Task The_ledger_balances_each_second_for_requests_and_groups_alike(string load, int users)
    {
        var done = new List<Done>();
        await using var run = PretendJourney.Of("""
            - { action: group, name: g, steps: [ { name: a, path: /300ms }, { action: parallel, steps: [ { name: b, path: /500ms },
                { action: group, name: inner, steps: [ { name: c, path: /100ms }, { action: conditional, probability: 0.5, then: [ { name: d, path: /fail } ] } ] } ] } ] }
            - { action: repeat, times: { min: 0, max: 3 }, steps: [ { name: e, path: /200ms, think_time: 100ms } ] }
            """, done, load, users, think: "50ms");
        var end = await run.FinishAsync(120);

        foreach (var operation in end.Total.Operations)
        {
            var inFlight = 0L;
            foreach (var window in run.Windows.Select(w => w.Operations.SingleOrDefault(o => o.Operation == operation.Operation)).OfType<Measurement.OperationWindow>())
            {
                Assert.Equal(inFlight, window.InFlightBefore);
                inFlight = window.InFlightAfter;
            }

            Assert.Equal(0, inFlight);
        }

        Assert.Equal(done.Count, end.Total.Total().Sent);
        Assert.Equal(end.Total.Iterations.Started, end.Total.Iterations.Completed + end.Total.Iterations.CutShort);
        Assert.Equal(end.Total.Iterations.Started, end.Total.Operations.Single(o => o.Operation == "g").Sent);
    }
}
