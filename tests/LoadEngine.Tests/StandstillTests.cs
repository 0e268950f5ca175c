namespace Loadstone.LoadEngine.Tests;

/// <summary>The engine's process is frozen for a while: its share may be another's by the time it wakes.</summary>
public sealed class StandstillTests
{
    private const string Rate = "duration: 20s\nmax_virtual_users: 50\nload_pattern: { type: constant_arrival_rate, rate: 10 }";
    private const string Users = "duration: 20s\nmax_virtual_users: 8\nload_pattern: { type: constant }";

    [Theory]
    [InlineData(Rate, 50, 52)]
    [InlineData(Users, 400, 410)]
    public async Task What_stood_still_for_too_long_sends_nothing_more_and_says_so(string load, int least, int most)
    {
        await using var run = VirtualRun.Of(load, _ => 100 * VirtualRun.Ms, endsAtStandstill: true);
        run.AdvanceTo(5.05);
        run.FreezeUntil(8.2);
        var end = await run.FinishAsync(9);

        Assert.InRange(end.Total.Total().Sent, least, most);
        Assert.True(end.Cancelled);
        Assert.InRange(end.StoodStill!.Value.TotalSeconds, 3.1, 3.2);
        Assert.InRange(run.Windows.Sum(w => w.Seconds), 5, 5.1);
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Theory]
    [InlineData(true, 1.9)]
    [InlineData(false, 5)]
    public async Task What_stood_still_for_a_short_time_or_has_its_share_for_itself_catches_up(bool endsAtStandstill, double seconds)
    {
        await using var run = VirtualRun.Of(Rate, endsAtStandstill: endsAtStandstill);
        run.AdvanceTo(5.05);
        run.FreezeUntil(5.05 + seconds);
        var end = await run.FinishAsync(25);

        Assert.Equal((200, null), (end.Total.Iterations.Started, end.StoodStill));
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Fact]
    public async Task What_stood_still_before_the_common_start_does_not_begin()
    {
        await using var run = VirtualRun.Of(Rate, startsIn: TimeSpan.FromSeconds(6), endsAtStandstill: true);
        run.AdvanceTo(1);
        run.FreezeUntil(5);
        var end = await run.FinishAsync(40);

        Assert.Equal((0, true), (end.Total.Iterations.Started, end.StoodStill > TimeSpan.FromSeconds(3.9)));
        Ledger.AssertBalanced(end, run.Windows);
    }
}
