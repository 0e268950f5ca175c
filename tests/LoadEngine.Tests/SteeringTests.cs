using FsCheck;
using FsCheck.Fluent;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A run whose load people change while it goes on does from then on exactly what the changed load says, and did before what was planned.</summary>
public sealed class SteeringTests
{
    private const string Users = "duration: 20s\nmax_virtual_users: 10\nload_pattern: { type: stages, stages: [ { duration: 0s, target: 4 }, { duration: 20s, target: 4 } ] }";
    private const string Rate = "duration: 20s\nmax_virtual_users: 50\nload_pattern: { type: constant_arrival_rate, rate: 10 }";
    private const string ThreePhases = """
        max_virtual_users: 10
        phases:
          - { name: warm-up, target_users: 2, duration: 10s }
          - { name: peak, target_users: 6, duration: 10s }
          - { name: rest, target_users: 1, duration: 5s }
        """;

    [Theory]
    [InlineData(9, new[] { 4, 4, 9, 9, 9 })]
    [InlineData(1, new[] { 4, 4, 1, 1, 1 })]
    [InlineData(0, new[] { 4, 4, 0, 0, 0 })]
    public async Task Users_come_and_go_at_the_instant_of_the_change(int users, int[] shown)
    {
        await using var run = VirtualRun.Of(Users, think: "100ms");
        run.AdvanceTo(4.2);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(5), users));
        var end = await run.FinishAsync(40);

        Assert.Equal(shown, new[] { 0, 3, 6, 12, 18 }.Select(second => run.Windows[second].VirtualUsers));
        Assert.Equal(20, end.Total.Seconds, 3);
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Fact]
    public async Task Another_rate_begins_at_its_instant_and_every_arrival_comes_once()
    {
        await using var run = VirtualRun.Of(Rate);
        run.AdvanceTo(4.2);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(5), 40));
        run.AdvanceTo(9);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(5), 40), new LoadChange(TimeSpan.FromSeconds(10), 0));
        run.AdvanceTo(14);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(5), 40), new LoadChange(TimeSpan.FromSeconds(10), 0), new LoadChange(TimeSpan.FromSeconds(15), 5));
        var end = await run.FinishAsync(40);

        Assert.Equal([10, 10, 40, 0, 5], new[] { 0, 4, 7, 12, 17 }.Select(second => run.Windows[second].Iterations.Planned));
        Assert.Equal(50 + 200 + 25, end.Total.Iterations.Planned);
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Fact]
    public async Task A_change_heard_late_is_made_at_once_and_nothing_is_made_up_for_twice()
    {
        await using var run = VirtualRun.Of(Rate);
        run.AdvanceTo(7);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(5), 1));
        var end = await run.FinishAsync(40);

        // 70 had come; by the changed load the 70th is due after its end.
        Assert.Equal(70, end.Total.Iterations.Planned, 1.0);
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Fact]
    public async Task A_phase_that_is_skipped_ends_there_and_the_run_is_shorter_by_what_was_left_of_it()
    {
        await using var run = VirtualRun.Of(ThreePhases, think: "100ms");
        run.AdvanceTo(3);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(4), null));
        var end = await run.FinishAsync(40);

        Assert.Equal(["warm-up", "peak", "peak", "rest"], new[] { 3, 4, 13, 14 }.Select(second => run.Windows[second].Phase));
        Assert.Equal([2, 6, 1], new[] { 2, 8, 17 }.Select(second => run.Windows[second].VirtualUsers));
        Assert.Equal(19, end.Total.Seconds, 3);
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Fact]
    public async Task Users_changed_in_a_phase_are_changed_for_that_phase()
    {
        await using var run = VirtualRun.Of(ThreePhases, think: "100ms");
        run.AdvanceTo(3);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(4), 9));
        await run.FinishAsync(40);

        Assert.Equal([2, 9, 6, 1], new[] { 2, 8, 15, 22 }.Select(second => run.Windows[second].VirtualUsers));
    }

    [Fact]
    public async Task What_is_changed_during_a_pause_begins_when_the_run_goes_on()
    {
        await using var run = VirtualRun.Of(ThreePhases, think: "100ms");
        run.AdvanceTo(3);
        run.Control.Pause();
        run.AdvanceTo(6);
        run.Steer(new LoadChange(TimeSpan.FromSeconds(3), 9));
        run.AdvanceTo(8);
        run.Control.Resume();
        var end = await run.FinishAsync(60);

        Assert.Equal(0, run.Windows[7].Total().Sent);
        Assert.Equal(9, run.Windows[10].VirtualUsers);
        Assert.Equal(25, end.Total.Seconds, 3);
        Ledger.AssertBalanced(end, run.Windows);
    }

    [Fact]
    public void Arrivals_that_follow_another_shape_are_those_of_that_shape()
    {
        var cases =
            from rate in Gen.Choose(1, 300)
            from target in Gen.Choose(0, 300)
            from atMs in Gen.Choose(1, 9_000)
            from heardMs in Gen.Choose(0, atMs)
            from seed in Gen.Choose(0, 9)
            from of in Gen.Choose(1, 4)
            select (rate, target, atMs, heardMs, seed, of);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var shape = new LoadShape(LoadUnit.ArrivalsPerSecond, c.rate, [new Stage(TimeSpan.FromSeconds(10), c.rate * 2)]) { Poisson = c.seed > 4 };
            var changed = shape with { Stages = [.. shape.Until(TimeSpan.FromMilliseconds(c.atMs)), new Stage(TimeSpan.Zero, c.target), new Stage(TimeSpan.FromSeconds(2), c.target)] };
            var followed = Enumerable.Range(0, c.of).SelectMany(i => Following(new Arrivals(shape, c.seed, new ShardShare(i, c.of)), changed, c.heardMs * 1_000_000L)).Order().ToList();
            var whole = Arrivals.Of(changed, c.seed, ShardShare.Whole).ToList();
            return followed.Select(a => a.Number).SequenceEqual(whole.Select(a => a.Number))
                && followed.Zip(whole).All(pair => Math.Abs(pair.First.DueNs - pair.Second.DueNs) <= 1000);
        }).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<(long Number, long DueNs)> Following(Arrivals arrivals, LoadShape then, long heardNs)
    {
        var followed = false;
        for (var more = arrivals.MoveNext(); ; more = arrivals.MoveNext())
        {
            if (!followed && (!more || arrivals.DueNs > heardNs))
                (followed, more) = (true, arrivals.Follow(then));
            if (!more)
                yield break;
            yield return (arrivals.Number, arrivals.DueNs);
        }
    }
}
