using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

public sealed class ClosedLoadTests
{
    [Fact]
    public async Task Every_user_does_one_request_after_the_other_with_its_think_time_between()
    {
        var end = await VirtualRun.WholeAsync(
            "duration: 10s\nmax_virtual_users: 5\nload_pattern: { type: constant }", 11, _ => 100 * VirtualRun.Ms, think: "400ms");

        // 0, 0.5 … 9.5 s: twenty each.
        Assert.Equal(100, end.Total.Total().Sent);
        Assert.Equal((100, 100), (end.Total.Iterations.Planned, end.Total.Iterations.Started));
        Assert.InRange(end.Total.Total().Response.MaxNs, 100 * VirtualRun.Ms, 101 * VirtualRun.Ms);
    }

    [Fact]
    public async Task A_ramp_brings_users_in_and_takes_them_out_on_time()
    {
        await using var run = VirtualRun.Of("duration: 20s\nmax_virtual_users: 50\nload_pattern: { type: linear, ramp_up: 5s, ramp_down: 5s }");
        await run.FinishAsync(25);

        Assert.Equal([10, 20, 30, 40, 50], run.Windows.Take(5).Select(w => w.VirtualUsers));
        Assert.All(run.Windows.Skip(5).Take(9), w => Assert.Equal(50, w.VirtualUsers));
        Assert.Equal([40, 30, 20, 10, 0], run.Windows.Skip(15).Take(5).Select(w => w.VirtualUsers));
    }

    [Fact]
    public async Task Users_who_leave_and_come_again_go_on()
    {
        await using var run = VirtualRun.Of("load_pattern: { type: stages, stages: [ { duration: 0s, target: 4 }, { duration: 2s, target: 4 }, { duration: 0s, target: 1 }, { duration: 2s, target: 1 }, { duration: 0s, target: 4 }, { duration: 2s, target: 4 } ] }", think: "100ms");
        await run.FinishAsync(8);

        Assert.Equal([4, 1, 4], new[] { 0, 2, 4 }.Select(second => run.Windows[second].VirtualUsers));
    }

    [Fact]
    public async Task Shared_iterations_are_done_exactly_once_and_the_run_ends_with_them()
    {
        await using var run = VirtualRun.Of("duration: 60s\nmax_virtual_users: 7\nload_pattern: { type: shared_iterations, iterations: 100 }", _ => 50 * VirtualRun.Ms);
        var end = await run.FinishAsync(5);

        Assert.Equal((100, 100), (end.Total.Total().Sent, end.Total.Iterations.Completed));
        Assert.False(end.Cancelled);
    }

    [Fact]
    public async Task Iterations_per_user_are_done_by_each_user()
    {
        await using var run = VirtualRun.Of("duration: 60s\nmax_virtual_users: 7\nload_pattern: { type: per_user_iterations, iterations: 3 }", _ => 50 * VirtualRun.Ms);
        var end = await run.FinishAsync(5);

        Assert.Equal(21, end.Total.Iterations.Completed);
    }

    [Fact]
    public async Task Shards_of_a_closed_load_make_its_users_between_them()
    {
        var sent = 0L;
        for (var i = 0; i < 3; i++)
        {
            await using var shard = VirtualRun.Of("duration: 10s\nmax_virtual_users: 10\nload_pattern: { type: constant }", _ => 100 * VirtualRun.Ms, new ShardShare(i, 3), "900ms");
            sent += (await shard.FinishAsync(11)).Total.Total().Sent;
        }

        Assert.Equal(100, sent);
    }

    [Fact]
    public async Task A_paused_run_does_nothing_and_then_goes_on_where_it_was()
    {
        await using var run = VirtualRun.Of("duration: 10s\nmax_virtual_users: 2\nload_pattern: { type: constant }", _ => 100 * VirtualRun.Ms, think: "900ms");
        run.AdvanceTo(3.5);
        run.Control.Pause();
        run.AdvanceTo(8.5);
        run.Control.Resume();
        var end = await run.FinishAsync(20);

        Assert.Equal([2, 2, 2, 2, 0, 0, 0, 0], run.Windows.Take(8).Select(w => w.Total().Sent));
        Assert.Equal(20, end.Total.Total().Sent);
        Assert.Equal(10, end.Total.Seconds, 3);
    }

    [Fact]
    public async Task A_stopped_run_ends_at_once_and_keeps_what_it_measured()
    {
        await using var run = VirtualRun.Of("duration: 60s\nmax_virtual_users: 2\nload_pattern: { type: constant }", _ => 100 * VirtualRun.Ms, think: "900ms");
        run.AdvanceTo(3.5);
        run.Control.Stop();
        var end = await run.FinishAsync(4);

        Assert.True(end.Cancelled);
        Assert.Equal(8, end.Total.Total().Sent);
        Assert.Equal(3.5, end.Total.Seconds, 3);
    }
}
