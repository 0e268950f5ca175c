using Loadstone.Contracts;
using Loadstone.Ingestion;

namespace Loadstone.Services.Tests;

public sealed class RunAccountsTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_second_closes_when_every_live_shard_has_reported_it()
    {
        var run = Run(Alive(0), Alive(1));

        Assert.False(run.CanClose(0, new([0], IsLaterHeard: false), Start.AddSeconds(1)));
        Assert.True(run.CanClose(0, new([0, 1], IsLaterHeard: false), Start.AddSeconds(1)));
    }

    [Fact]
    public void A_second_closes_without_a_silent_shard_two_seconds_late()
    {
        var run = Run(Alive(0), Alive(1));

        Assert.False(run.CanClose(4, new([0], IsLaterHeard: false), Start.AddSeconds(6.9)));
        Assert.True(run.CanClose(4, new([0], IsLaterHeard: false), Start.AddSeconds(7)));
    }

    [Fact]
    public void A_second_that_no_shard_has_reported_closes_when_a_later_one_is_heard_whatever_other_tools_say()
    {
        var run = Run(Alive(0));

        Assert.False(run.CanClose(4, new([], IsLaterHeard: false), Start.AddHours(1)));
        Assert.False(run.CanClose(4, new([-1], IsLaterHeard: false), Start.AddHours(1)));
        Assert.True(run.CanClose(4, new([], IsLaterHeard: true), Start.AddSeconds(7)));
    }

    [Fact]
    public void A_shard_that_has_finished_or_is_lost_is_not_waited_for()
    {
        Assert.Equal([0], Run(Alive(0), Finished(1, last: 4), Lost(2)).ExpectedAt(5));
        Assert.Equal([0, 1], Run(Alive(0), Finished(1, last: 5), Lost(2)).ExpectedAt(5));
    }

    [Fact]
    public void Nothing_closes_before_it_is_known_when_the_run_began_or_after_it_has_ended()
    {
        Assert.False(new RunAccounts(null, [Alive(0)]).CanClose(0, new([0], IsLaterHeard: false), Start.AddHours(1)));
        Assert.False(Run(Finished(0, last: 9)).CanClose(10, new([], IsLaterHeard: false), Start.AddSeconds(11)));
    }

    [Fact]
    public void A_run_is_sealed_at_once_when_every_second_and_every_total_is_there()
    {
        var run = Run(Finished(0, last: 9, sent: 100));

        Assert.True(run.CanSeal([new StoredWindows(0, 10, 9, 100, 100)], Start.AddSeconds(10)));
        Assert.Empty(run.Gaps([new StoredWindows(0, 10, 9, 100, 100)]));
        Assert.False(Run(Alive(0)).CanSeal([new StoredWindows(0, 10, 9, 100, 100)], Start.AddHours(1)));
    }

    [Fact]
    public void What_is_missing_is_waited_for_ten_seconds_and_then_named()
    {
        var run = Run(Finished(0, last: 9, sent: 100));
        StoredWindows[] short_ = [new StoredWindows(0, 9, 9, 90, 90)];

        Assert.False(run.CanSeal(short_, Start.AddSeconds(19.9)));
        Assert.True(run.CanSeal(short_, Start.AddSeconds(20)));
        Assert.Equal(["shard 0 has 9 of its 10 seconds"], run.Gaps(short_));
    }

    [Fact]
    public void Totals_that_disagree_are_a_gap() => Assert.Equal(
        ["shard 0 says it sent 100 requests with 100 outcomes, its seconds have 99 and 99"],
        Run(Finished(0, last: 9, sent: 100)).Gaps([new StoredWindows(0, 10, 9, 99, 99)]));

    [Fact]
    public void A_lost_shard_is_a_gap_after_its_last_second() => Assert.Equal(
        ["shard 1 was lost after its second 6, with requests sent that nobody counted"], Run(Finished(0, last: 9, sent: 1), Lost(1)).Gaps([new StoredWindows(0, 10, 9, 1, 1), new StoredWindows(1, 7, 6, 5, 5, 6)]));

    [Fact]
    public void Of_a_shard_that_was_never_heard_no_second_is_named() => Assert.Equal(
        ["shard 1 was lost before a second of it was heard, with requests sent that nobody counted"], Run(Finished(0, last: 9, sent: 1), Lost(1)).Gaps([new StoredWindows(0, 10, 9, 1, 1)]));

    [Fact]
    public void Seconds_between_a_lost_shard_and_the_one_that_carries_on_close_late_and_empty_and_those_after_in_time()
    {
        var run = Run(Lost(0), Alive(1) with { Parent = 0, FirstSecond = 12 });

        Assert.False(run.CanClose(10, new([], IsLaterHeard: true), Start.AddSeconds(12.9)));
        Assert.True(run.CanClose(10, new([], IsLaterHeard: true), Start.AddSeconds(13)));
        Assert.False(run.CanClose(12, new([], IsLaterHeard: false), Start.AddSeconds(13)));
        Assert.True(run.CanClose(12, new([1], IsLaterHeard: false), Start.AddSeconds(13)));
        Assert.False(Run(Lost(0), Alive(1) with { Parent = 0 }).CanClose(10, new([], IsLaterHeard: true), Start.AddSeconds(12.9)));
    }

    [Fact]
    public void A_lost_shard_whose_share_was_carried_on_is_noted_and_is_no_gap()
    {
        var run = Run(Lost(0), Finished(1, last: 19, sent: 80) with { Parent = 0, FirstSecond = 12 });
        StoredWindows[] stored = [new(0, 7, 6, 70, 70, 6), new(1, 8, 19, 80, 80)];

        Assert.False(run.CanSeal(stored, Start.AddSeconds(17.9)));
        Assert.True(run.CanSeal(stored, Start.AddSeconds(18)));
        Assert.Empty(run.Gaps(stored));
        Assert.Equal(["shard 0 was lost after its second 6, with requests sent that nobody counted; shard 1 carried its share on from second 12"], run.Notes(stored));
        Assert.Equal(["shard 1 has 7 of its 8 seconds"], run.Gaps([stored[0], new(1, 7, 19, 70, 70)]));
    }

    [Fact]
    public void A_lost_shard_that_tells_what_it_did_is_waited_for_and_leaves_nothing_unknown()
    {
        var told = Lost(0) with { LastSequence = 9, Sent = 70, Outcomes = 70, Planned = new PlannedWork(1, [10, 20]) };
        var run = Run(told, Finished(1, last: 19, sent: 80) with { Parent = 0, FirstSecond = 12 });
        StoredWindows[] stored = [new(0, 10, 9, 70, 70, 6), new(1, 8, 19, 80, 80)];

        Assert.True(run.CanSeal(stored, Start.AddSeconds(10)));
        Assert.Equal(0, run.UnknownMax(stored));
        Assert.Equal(["shard 0 was lost after its second 6, and all it sent is counted; shard 1 carried its share on from second 12"], run.Notes(stored));
        Assert.False(run.CanSeal([stored[0] with { Count = 9 }, stored[1]], Start.AddSeconds(10)));
    }

    [Fact]
    public void What_a_lost_shard_may_have_sent_unheard_is_no_more_than_it_had_planned_and_begun()
    {
        // Lost in second 8, heard up to its second 5: up to two seconds of ten arrivals, and three that had begun, of two requests each.
        var run = Run(Lost(0) with { Planned = new PlannedWork(2, [10, 20, 30, 80]) });

        Assert.Equal(46, run.UnknownMax([new(0, 6, 5, 60, 57, 5, OpenIterations: 3)]));
        Assert.Equal(160, run.UnknownMax([]));
        Assert.Equal(["shard 0 was lost after its second 5, with at most 46 requests sent that nobody counted"], run.Gaps([new(0, 6, 5, 60, 57, 5, OpenIterations: 3)]));
        Assert.Null(Run(Lost(0)).UnknownMax([]));
        Assert.Equal(0, Run(Lost(0) with { Parent = 7, Planned = new PlannedWork(2, [10, 20]) }).UnknownMax([]));
    }

    [Fact]
    public void A_share_that_was_carried_on_and_lost_again_unheard_is_only_held_to_what_was_due_since_it_was_carried_on()
    {
        // The other carried it on from second 6, and was lost in second 8.
        var run = Run(Lost(1) with { Parent = 0, FirstSecond = 6, Planned = new PlannedWork(2, [10, 20, 30, 80]) });

        Assert.Equal(40, run.UnknownMax([]));
    }

    private static RunAccounts Run(params ShardAccount[] shards) => new(Start, shards);

    private static ShardAccount Alive(int shard) => new(shard, ShardState.Running, null, null, null, null);

    private static ShardAccount Finished(int shard, int last, long sent = 0) => new(shard, ShardState.Finished, last, sent, sent, Start.AddSeconds(10));

    private static ShardAccount Lost(int shard) => new(shard, ShardState.Lost, null, null, null, Start.AddSeconds(8));
}
