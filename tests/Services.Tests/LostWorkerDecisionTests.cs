using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.Scheduler;

namespace Loadstone.Services.Tests;

/// <summary>What becomes of the share of a lost worker, by the policy of its plan.</summary>
public sealed class LostWorkerDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid First = Guid.NewGuid();
    private static readonly Guid Second = Guid.NewGuid();

    [Fact]
    public void The_share_moves_to_a_worker_with_room_and_begins_at_a_whole_second()
    {
        var x = Running(LostWorkerPolicy.Move);
        var moved = x.Then(ExecutionDecisions.Silent(x, x.Shards[0], TimeSpan.FromSeconds(3), [Worker(First, 1000), Worker(Second, 500)], Noon.AddSeconds(5)));

        Assert.Equal((ExecutionPhase.Running, 1, 0, Second), (moved.Phase, moved.Shards[1].Number, moved.Shards[1].Assigned.Parent, moved.Shards[1].WorkerId));
        Assert.Equal((moved.Shards[0].Assigned.ShareIndex, moved.Shards[0].Assigned.ShareOf), (moved.Shards[1].Assigned.ShareIndex, moved.Shards[1].Assigned.ShareOf));
        Assert.Empty(ExecutionDecisions.Join(moved, Noon.AddSeconds(6)));
        var ready = moved.Then(ExecutionDecisions.Prepared(moved, 1, Second, 0, Noon.AddSeconds(6.2)));
        var joined = Assert.IsType<Scheduler.ShardJoined>(Assert.Single(ExecutionDecisions.Tick(ready, Noon.AddSeconds(6.3))));
        Assert.Equal((1, 7, 0.0), (joined.Shard, joined.FirstSecond, joined.PausedSeconds));
        Assert.Empty(ExecutionDecisions.Join(ready.Then([joined]), Noon.AddSeconds(6.4)));
    }

    [Fact]
    public void One_worker_asks_the_probes_and_when_it_is_lost_whoever_carries_its_share_on()
    {
        var identity = new ServiceHost.InternalIdentity("a key of more than thirty-two characters"u8.ToArray(), TimeProvider.System);
        var x = Running(LostWorkerPolicy.Move);
        x = x with { Request = x.Request with { Configuration = x.Request.Configuration with { Probes = [new TargetProbe { Name = "node" }] } } };
        var (first, other) = (x.Shards[0] with { Stage = ShardStage.Assigned }, x.Shards[0] with { Stage = ShardStage.Assigned, Assigned = x.Shards[0].Assigned with { Shard = 1 } });
        var heir = other with { Assigned = other.Assigned with { Shard = 2, Parent = 0 } };
        var heirOfOther = other with { Assigned = other.Assigned with { Shard = 3, Parent = 1 } };
        x = x with { Phase = ExecutionPhase.Preparing, Shards = [first, other, heir, heirOfOther] };

        Assert.Equal([1, 0, 1, 0], x.Shards.Select(s => Assert.IsType<PrepareShard>(Assert.Single(Announcer.CommandsFor(x, s, identity))).Probes?.Count ?? 0));
    }

    [Fact]
    public void When_nobody_carries_its_share_on_the_first_of_the_others_asks_the_probes()
    {
        var x = Running(LostWorkerPolicy.Continue);
        Shard Of(int number, int? parent = null) => x.Shards[0] with { Assigned = x.Shards[0].Assigned with { Shard = number, Parent = parent } };
        x = x with { Request = x.Request with { Configuration = x.Request.Configuration with { Probes = [new TargetProbe { Name = "node" }] } }, Shards = [Of(0), Of(1), Of(2)] };
        Execution Without(params int[] lost) => x with { Shards = [.. x.Shards.Select(s => lost.Contains(s.Number) ? s with { Stage = ShardStage.Lost } : s)] };

        Assert.Null(Announcer.ProbesTakenOver(Without(1)));
        Assert.Equal((1, "node"), Announcer.ProbesTakenOver(Without(0)) is { } first ? (first.Shard, Assert.Single(first.Probes).Name) : default);
        Assert.Equal(2, Announcer.ProbesTakenOver(Without(0, 1))?.Shard);
        Assert.Null(Announcer.ProbesTakenOver(Without(0, 1, 2)));
        Assert.Null(Announcer.ProbesTakenOver(Without(0) with { Shards = [.. Without(0).Shards, Of(3, parent: 0)] }));
    }

    [Fact]
    public void A_moved_share_waits_for_the_end_of_a_pause_and_knows_how_long_it_was()
    {
        var x = Running(LostWorkerPolicy.Move);
        var moved = x.Then(ExecutionDecisions.Lost(x, 0, "gone", Noon.AddSeconds(5), Worker(Second, 500)));
        var paused = moved.Then(ExecutionDecisions.Pause(moved, "me", Noon.AddSeconds(6)));
        var ready = paused.Then(ExecutionDecisions.Prepared(paused, 1, Second, 0, Noon.AddSeconds(7)));
        Assert.Empty(ExecutionDecisions.Join(ready, Noon.AddSeconds(8)));

        var resumed = ready.Then(ExecutionDecisions.Resume(ready, "me", Noon.AddSeconds(10)));
        Assert.Equal((11, 4.0), Assert.Single(ExecutionDecisions.Join(resumed, Noon.AddSeconds(10.5))) is Scheduler.ShardJoined j ? (j.FirstSecond, j.PausedSeconds) : default);
    }

    [Fact]
    public void A_worker_with_room_is_waited_for_and_then_the_run_goes_on_with_what_is_left_or_ends()
    {
        var x = Running(LostWorkerPolicy.Move);
        FreeWorker[] tooSmall = [Worker(First, 1000), Worker(Second, 99)];

        Assert.Empty(ExecutionDecisions.Silent(x, x.Shards[0], TimeSpan.FromSeconds(12.9), tooSmall, Noon.AddSeconds(20)));
        Assert.Equal(ExecutionPhase.Finishing, x.Then(ExecutionDecisions.Silent(x, x.Shards[0], TimeSpan.FromSeconds(13), tooSmall, Noon.AddSeconds(20))).Phase);
        var goesOn = Running(LostWorkerPolicy.Continue);
        Assert.IsType<Scheduler.ShardLost>(Assert.Single(ExecutionDecisions.Silent(goesOn, goesOn.Shards[0], TimeSpan.FromSeconds(3), tooSmall, Noon.AddSeconds(20))));
    }

    [Fact]
    public void A_worker_that_gave_its_share_up_may_carry_it_on_itself_as_a_new_shard()
    {
        var x = Running(LostWorkerPolicy.Move);

        var moved = x.Then(ExecutionDecisions.GaveUp(x, 0, "stood still for 2.4 s, and ended its load", [Worker(First, 0)], Noon.AddSeconds(5)));

        Assert.Equal((ShardStage.Lost, First, 1, 0), (moved.Shards[0].Stage, moved.Shards[1].WorkerId, moved.Shards[1].Number, moved.Shards[1].Assigned.Parent));
    }

    [Theory]
    [InlineData(LostWorkerPolicy.Fail, "ShardLost StopRequested")]
    [InlineData(LostWorkerPolicy.Continue, "ShardLost")]
    [InlineData(LostWorkerPolicy.Move, "ShardLost ShardMoved")]
    public void The_plan_says_what_is_done(LostWorkerPolicy policy, string events)
    {
        var x = Running(policy);

        Assert.Equal(events, string.Join(' ', ExecutionDecisions.Lost(x, 0, "gone", Noon, Worker(Second, 500)).Select(e => e.GetType().Name)));
    }

    [Fact]
    public void A_run_that_is_being_stopped_moves_nothing()
    {
        var x = Running(LostWorkerPolicy.Move);
        var stopping = x.Then(ExecutionDecisions.Stop(x, "me", "enough", asFailure: false, Noon));

        Assert.IsType<Scheduler.ShardLost>(Assert.Single(ExecutionDecisions.Lost(stopping, 0, "gone", Noon, Worker(Second, 500))));
    }

    private static FreeWorker Worker(Guid id, int room) => new(id, "w", room, 1);

    private static Execution Running(LostWorkerPolicy policy)
    {
        var plan = new TestPlan { Name = "x", MaxVirtualUsers = 100, Duration = TimeSpan.FromSeconds(60), LoadPattern = new ConstantLoad(), LostWorkerPolicy = policy };
        var configuration = new RunnableConfiguration(Guid.NewGuid(), 1, plan, "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>());
        var x = Execution.Create(new Scheduler.ExecutionRequested(Guid.NewGuid(), "x", configuration, 1, "me", null, Noon));
        x = x.Then(ExecutionDecisions.Assign(x, [Worker(First, 1000)], Noon));
        return x.Then(ExecutionDecisions.Prepared(x, 0, First, 0, Noon.AddMilliseconds(-100)));
    }
}
