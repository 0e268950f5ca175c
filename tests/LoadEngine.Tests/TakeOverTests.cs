using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A share taken up where another engine left it: the rest of the plan, no more, in the same seconds.</summary>
public sealed class TakeOverTests
{
    private const string Rate = "duration: 20s\nmax_virtual_users: 50\nload_pattern: { type: constant_arrival_rate, rate: 10 }";
    private const string Users = "duration: 20s\nmax_virtual_users: 8\nload_pattern: { type: linear, ramp_up: 4s, ramp_down: 0s }";

    [Fact]
    public async Task Arrivals_begin_at_the_first_second_and_nothing_before_it_is_counted()
    {
        var end = await RestOf(Rate, new TakeOver(12, TimeSpan.Zero), out var windows);

        Assert.Equal((80, 80, 0), (end.Total.Iterations.Planned, end.Total.Iterations.Started, end.Total.Iterations.Dropped));
        Assert.Equal(Enumerable.Range(12, 8), windows.Where(w => w.Seconds > 0).Select(w => w.Sequence));
        Assert.Equal(8, end.Total.Seconds, 3);
        Ledger.AssertBalanced(end, windows);
    }

    [Fact]
    public async Task Two_that_make_a_share_one_after_the_other_make_exactly_the_share()
    {
        var whole = await VirtualRun.WholeAsync(Rate, 30);
        await using var first = VirtualRun.Of(Rate);
        first.AdvanceTo(11.999);
        first.Control.Stop();
        var begun = await first.FinishAsync(12);
        var rest = await RestOf(Rate, new TakeOver(12, TimeSpan.Zero), out _);

        Assert.Equal(whole.Total.Iterations.Planned, begun.Total.Iterations.Planned + rest.Total.Iterations.Planned);
    }

    [Fact]
    public async Task Users_are_those_that_the_plan_has_by_then()
    {
        var end = await RestOf(Users, new TakeOver(2, TimeSpan.Zero), out var windows);

        Assert.Equal([2, 6, 8, 8], new[] { windows[0].Sequence, windows[0].VirtualUsers, windows[1].VirtualUsers, windows[10].VirtualUsers });
        Assert.Equal(18, end.Total.Seconds, 3);
        Ledger.AssertBalanced(end, windows);
    }

    [Fact]
    public async Task Time_that_the_schedule_stood_still_before_is_made_up_for()
    {
        var end = await RestOf(Rate, new TakeOver(12, TimeSpan.FromSeconds(5)), out var windows);

        Assert.Equal(130, end.Total.Iterations.Planned);
        Assert.Equal(13, end.Total.Seconds, 3);
        Assert.Equal(24, windows.Last(w => w.Seconds > 0).Sequence);
    }

    [Fact]
    public async Task A_run_that_is_held_before_it_has_begun_begins_when_it_is_let_go()
    {
        await using var run = VirtualRun.Of(Rate, startsIn: TimeSpan.FromSeconds(1));
        run.Control.Pause();
        run.AdvanceTo(4);
        Assert.Equal(0, run.Windows.Sum(w => w.Iterations.Planned));
        run.Control.Resume();
        var end = await run.FinishAsync(60);

        Assert.Equal(200, end.Total.Iterations.Planned);
        Ledger.AssertBalanced(end, run.Windows);
    }

    private static Task<RunEnd> RestOf(string load, TakeOver takeOver, out List<MetricWindow> windows)
    {
        var run = VirtualRun.Of(load, startsIn: TimeSpan.FromSeconds(0.5 - takeOver.FirstSecond), think: "100ms", takeOver: takeOver);
        windows = run.Windows;
        return EndAsync(run);
    }

    private static async Task<RunEnd> EndAsync(VirtualRun run)
    {
        await using (run)
            return await run.FinishAsync(60);
    }
}
