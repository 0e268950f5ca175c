using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

public sealed class OpenLoadTests
{
    private const string TwoHundredASecond = "duration: 20s\nload_pattern: { type: constant_arrival_rate, rate: 200 }";

    [Theory]
    [InlineData("load_pattern: { type: constant_arrival_rate, rate: 20000 }", 1, 1)]
    [InlineData("load_pattern: { type: constant_arrival_rate, rate: 50000 }", 1, 3)]
    [InlineData("load_pattern: { type: constant_arrival_rate, rate: 50000 }", 4, 1)]
    [InlineData("load_pattern: { type: constant_arrival_rate, rate: 900000 }", 1, 8)]
    [InlineData("load_pattern: { type: constant }", 1, 8)]
    public void Arrivals_take_no_more_lanes_than_they_need(string pattern, int shards, int lanes)
    {
        var plan = PlanFile.Parse($$"""
            name: lanes
            duration: 10s
            max_virtual_users: 1000
            {{pattern}}
            scenario_config: { scenarios: [ { name: one, user_journey: [ { action: http, path: / } ] } ] }
            """);

        Assert.Equal(lanes, LoadRun.LanesFor(new LoadOrder { Plan = plan, BaseUrls = [], Share = new ShardShare(0, shards) }, cores: 8));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(600)]
    public async Task A_frozen_target_is_charged_for_every_request_it_held_back(int users)
    {
        // 1 ms as a rule; from 10 s on the target answers nothing until 12 s.
        var end = await VirtualRun.WholeAsync($"{TwoHundredASecond}\nmax_virtual_users: {users}", 25, sentNs =>
            sentNs is > 10 * VirtualRun.Second and < 12 * VirtualRun.Second ? (12 * VirtualRun.Second) - sentNs : VirtualRun.Ms);

        // 400 of 4000 requests are due in the freeze and wait between 0 and 2 s: the truth is p95 = 1 s, p99 = 1.8 s.
        var response = end.Total.Total().Response;
        Assert.Equal((4000, 0), (end.Total.Total().Sent, end.Total.Iterations.Dropped));
        Assert.InRange(response.PercentileNs(95), 0.98 * VirtualRun.Second, 1.05 * VirtualRun.Second);
        Assert.InRange(response.PercentileNs(99), 1.764 * VirtualRun.Second, 1.836 * VirtualRun.Second);
    }

    [Fact]
    public async Task A_wait_for_a_free_user_is_the_targets_and_not_the_generators()
    {
        var end = await VirtualRun.WholeAsync($"{TwoHundredASecond}\nmax_virtual_users: 20", 25, sentNs =>
            sentNs is > 10 * VirtualRun.Second and < 12 * VirtualRun.Second ? (12 * VirtualRun.Second) - sentNs : VirtualRun.Ms);

        Assert.Equal(0, end.Total.Lag.MaxNs);
    }

    [Fact]
    public async Task An_arrival_that_waited_too_long_is_dropped_and_counted()
    {
        var end = await VirtualRun.WholeAsync(
            "duration: 10s\nmax_virtual_users: 1\nmax_start_delay: 2s\nload_pattern: { type: constant_arrival_rate, rate: 2 }", 30, _ => VirtualRun.Second);

        var iterations = end.Total.Iterations;
        Assert.Equal(20, iterations.Planned);
        Assert.Equal(iterations.Planned, iterations.Started + iterations.Dropped);
        Assert.InRange(iterations.Started, 9, 11);
    }

    [Fact]
    public async Task Arrivals_waiting_when_a_run_is_stopped_are_cancelled()
    {
        await using var run = VirtualRun.Of("duration: 10s\nmax_virtual_users: 1\nload_pattern: { type: constant_arrival_rate, rate: 10 }", _ => VirtualRun.Second);
        run.AdvanceTo(4.05);
        run.Control.Stop();
        var iterations = (await run.FinishAsync(6)).Total.Iterations;

        Assert.Equal((41, 36, 0), (iterations.Planned, iterations.Cancelled, iterations.Dropped));
        Assert.Equal(iterations.Planned, iterations.Started + iterations.Cancelled);
    }

    [Fact]
    public async Task Pausing_stops_the_schedules_clock()
    {
        await using var run = VirtualRun.Of("duration: 10s\nmax_virtual_users: 50\nload_pattern: { type: constant_arrival_rate, rate: 100 }");
        run.AdvanceTo(2.505);
        run.Control.Pause();
        run.AdvanceTo(7.505);
        run.Control.Resume();
        var end = await run.FinishAsync(20);

        Assert.Equal([100, 100, 51, 0, 0, 0, 0, 49, 100], run.Windows.Take(9).Select(w => w.Iterations.Planned));
        Assert.Equal((1000, 1000), (end.Total.Iterations.Planned, end.Total.Iterations.Started));
        Assert.Equal(10, end.Total.Seconds, 3);
    }

    [Fact]
    public async Task A_worker_that_joins_late_drops_what_was_due_before_and_says_so()
    {
        await using var run = VirtualRun.Of("duration: 10s\nmax_virtual_users: 50\nload_pattern: { type: constant_arrival_rate, rate: 100 }", startsIn: TimeSpan.FromSeconds(-4));
        var end = await run.FinishAsync(20);

        Assert.Equal((1000, 400, 600), (end.Total.Iterations.Planned, end.Total.Iterations.Dropped, end.Total.Iterations.Started));
        Assert.Equal(Enumerable.Range(0, run.Windows.Count), run.Windows.Select(w => w.Sequence));
    }

    [Fact]
    public async Task Arrivals_of_one_seed_are_the_same_again()
    {
        const string Load = "duration: 5s\nmax_virtual_users: 500\nload_pattern: { type: constant_arrival_rate, rate: 100, poisson: true }";
        var (first, again) = (await VirtualRun.WholeAsync(Load, 10, seed: 9), await VirtualRun.WholeAsync(Load, 10, seed: 9));

        Assert.Equal(first.Total.Total().Response.Encode(), again.Total.Total().Response.Encode());
        Assert.Equal(first.Total.Iterations, again.Total.Iterations);
    }
}
