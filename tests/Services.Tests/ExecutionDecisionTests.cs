using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.Scheduler;
using Loadstone.ServiceHost;
using ExecutionAnalyzed = Loadstone.Scheduler.ExecutionAnalyzed;
using ExecutionRequested = Loadstone.Scheduler.ExecutionRequested;
using ExecutionStarted = Loadstone.Scheduler.ExecutionStarted;
using ShardLost = Loadstone.Scheduler.ShardLost;
using ShardPrepared = Loadstone.Scheduler.ShardPrepared;
using ShardRefused = Loadstone.Scheduler.ShardRefused;

namespace Loadstone.Services.Tests;

/// <summary>Given what happened, when something is asked, then these events: no bus, no database, no clock.</summary>
public sealed class ExecutionDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid First = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Second = new("00000000-0000-0000-0000-000000000002");
    private static readonly Verdict Passed = new(VerdictOutcome.Passed, [], [], 1);
    private static readonly RunPeaks Peaks = new(1, 1, 1, 1, new Dictionary<string, long>());

    [Fact]
    public void The_load_goes_to_the_workers_with_the_most_room_in_exact_shares()
    {
        var assigned = Assert.IsType<ShardsAssigned>(Assert.Single(ExecutionDecisions.Assign(
            Requested(workers: 2, users: 101), [Worker(First, 60), Worker(Second, 500), Worker(Guid.NewGuid(), 10)], Noon)));

        Assert.Equal([(0, Second, 51), (1, First, 50)], assigned.Shards.Select(s => (s.Shard, s.WorkerId, s.Users)));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 49)]
    public void A_run_that_does_not_fit_waits(int workers, int room) =>
        Assert.Empty(ExecutionDecisions.Assign(Requested(workers: 2), Enumerable.Range(0, workers).Select(_ => Worker(Guid.NewGuid(), room)).ToList(), Noon));

    [Fact]
    public void A_run_that_waits_too_long_for_workers_fails_with_the_reason() =>
        Assert.Equal("2 workers with room for 50 virtual users each could not be had within 10m", Assert.IsType<ExecutionFailed>(Assert.Single(
            ExecutionDecisions.Tick(Requested(workers: 2), Noon.AddMinutes(11)))).Reason);

    [Fact]
    public void All_shards_start_together_when_the_last_is_ready()
    {
        var preparing = Assigned(workers: 2);
        var oneReady = preparing.Then(ExecutionDecisions.Prepared(preparing, 0, First, 0, Noon));

        Assert.Equal([typeof(ShardPrepared), typeof(ExecutionStarted)], ExecutionDecisions.Prepared(oneReady, 1, Second, 50, Noon).Select(e => e.GetType()));
        Assert.Equal(Noon.AddMilliseconds(150), ExecutionDecisions.Prepared(oneReady, 1, Second, 50, Noon).OfType<ExecutionStarted>().Single().StartAt);
        Assert.Equal(Noon.AddMilliseconds(100), ExecutionDecisions.Prepared(oneReady, 1, Second, 1, Noon).OfType<ExecutionStarted>().Single().StartAt);
    }

    [Fact]
    public void What_comes_twice_changes_nothing()
    {
        var preparing = Assigned(workers: 2);
        var oneReady = preparing.Then(ExecutionDecisions.Prepared(preparing, 0, First, 0, Noon));
        var finishing = Finishing();
        var analyzed = finishing.Then(ExecutionDecisions.Analyzed(finishing, Passed, new RunFigures(), Peaks, Noon));

        Assert.Empty(ExecutionDecisions.Prepared(oneReady, 0, First, 0, Noon));
        Assert.Empty(ExecutionDecisions.Finished(finishing, 0, 9, 100, null, Noon));
        Assert.Empty(ExecutionDecisions.Analyzed(analyzed, Passed, new RunFigures(), Peaks, Noon));
        Assert.Empty(ExecutionDecisions.Lost(finishing, 0, "gone", Noon));
    }

    [Fact]
    public void A_worker_that_was_not_asked_cannot_answer() =>
        Assert.Empty(ExecutionDecisions.Prepared(Assigned(workers: 1), 0, Second, 0, Noon));

    [Fact]
    public void A_refused_shard_fails_the_run_with_the_workers_reason() =>
        Assert.Equal([new ShardRefused(0, "no such host", Noon), new ExecutionFailed("no such host", Noon)],
            ExecutionDecisions.Refused(Assigned(workers: 1), 0, First, "no such host", Noon));

    [Fact]
    public void A_run_that_is_stopped_while_it_waits_or_prepares_is_over_at_once()
    {
        foreach (var early in new[] { Requested(), Assigned() })
            Assert.Equal([typeof(StopRequested), typeof(ExecutionCancelled)], Stop(early).Select(e => e.GetType()));
    }

    [Fact]
    public void A_running_one_is_asked_to_stop_once_and_is_cancelled_when_it_was_judged()
    {
        var stopping = Running().Then(Stop(Running()));
        Assert.Empty(Stop(stopping));

        var finishing = stopping.Then(ExecutionDecisions.Finished(stopping, 0, 3, 10, null, Noon));
        Assert.Equal([new ExecutionAnalyzed(Passed, new RunFigures(), Peaks, Noon), new ExecutionCancelled("me", "stopped by me", Noon)],
            ExecutionDecisions.Analyzed(finishing, Passed, new RunFigures(), Peaks, Noon));
    }

    [Fact]
    public void A_stop_condition_makes_it_a_failure()
    {
        var stopping = Running().Then(ExecutionDecisions.Stop(Running(), "stop condition", "too many errors", asFailure: true, Noon));
        var finishing = stopping.Then(ExecutionDecisions.Finished(stopping, 0, 3, 10, null, Noon));

        Assert.Equal("too many errors", ExecutionDecisions.Analyzed(finishing, Passed, new RunFigures(), Peaks, Noon).OfType<ExecutionFailed>().Single().Reason);
    }

    [Fact]
    public void A_judgement_that_overtakes_the_last_shards_word_ends_the_run_all_the_same()
    {
        var judged = Running().Then(ExecutionDecisions.Analyzed(Running(), Passed, new RunFigures(), Peaks, Noon));
        Assert.Equal(ExecutionPhase.Running, judged.Phase);
        var finishing = judged.Then(ExecutionDecisions.Finished(judged, 0, 3, 10, null, Noon));

        Assert.IsType<ExecutionCompleted>(Assert.Single(ExecutionDecisions.Tick(finishing, Noon.AddSeconds(0.2))));
    }

    [Fact]
    public void Pauses_are_left_out_of_what_has_elapsed()
    {
        var paused = Running().Then(ExecutionDecisions.Pause(Running(), "me", Noon.AddSeconds(4)));
        var resumed = paused.Then(ExecutionDecisions.Resume(paused, "me", Noon.AddSeconds(10)));

        Assert.Equal((ExecutionStatus.Paused, ExecutionStatus.Running), (paused.Status, resumed.Status));
        Assert.Equal(TimeSpan.FromSeconds(4), paused.Elapsed(Noon.AddSeconds(9)));
        Assert.Equal(TimeSpan.FromSeconds(6), resumed.Elapsed(Noon.AddSeconds(12)));
        Assert.Equal(2, resumed.Steerings);
    }

    [Fact]
    public void What_the_state_does_not_allow_is_refused_with_a_400()
    {
        var over = Finishing().Then(ExecutionDecisions.Analyzed(Finishing(), Passed, new RunFigures(), Peaks, Noon));
        Func<object>[] refused =
        [
            () => ExecutionDecisions.Pause(Requested(), "me", Noon), () => ExecutionDecisions.Resume(Running(), "me", Noon),
            () => Stop(Finishing()), () => Stop(over), () => ExecutionDecisions.Pause(over, "me", Noon),
        ];

        Assert.All(refused, ask => Assert.Equal(400, Assert.Throws<RefusalException>(ask).Status));
    }

    [Fact]
    public void A_run_that_is_about_to_begin_says_so_when_it_cannot_be_paused() => Assert.Equal(
        "The execution is just about to begin, so it cannot be paused yet.",
        Assert.Throws<RefusalException>(() => ExecutionDecisions.Pause(Running(), "me", Noon.AddSeconds(-1)).ToList()).Message);

    [Fact]
    public void A_lost_worker_ends_the_run_as_failed_unless_the_plan_says_to_go_on()
    {
        var fail = Running(policy: LostWorkerPolicy.Fail);
        var goOn = Running(policy: LostWorkerPolicy.Continue, workers: 2);

        Assert.Equal([typeof(ShardLost), typeof(StopRequested)], ExecutionDecisions.Lost(fail, 0, "gone", Noon).Select(e => e.GetType()));
        Assert.Equal([typeof(ShardLost)], ExecutionDecisions.Lost(goOn, 0, "gone", Noon).Select(e => e.GetType()));
        Assert.Equal(ExecutionPhase.Running, goOn.Then(ExecutionDecisions.Lost(goOn, 0, "gone", Noon)).Phase);
    }

    [Fact]
    public void Every_phase_ends_in_bounded_time()
    {
        Assert.IsType<ExecutionFailed>(Assert.Single(ExecutionDecisions.Tick(Assigned(), Noon.AddSeconds(61))));
        Assert.IsType<ShardLost>(Assert.Single(ExecutionDecisions.Tick(Running(), Noon.AddSeconds(10 + 61))));
        Assert.IsType<ExecutionCompleted>(Assert.Single(ExecutionDecisions.Tick(Finishing(), Noon.AddSeconds(41))));
        Assert.All([Requested(), Assigned(), Running(), Finishing()], x => Assert.Empty(ExecutionDecisions.Tick(x, Noon.AddSeconds(9))));
    }

    [Fact]
    public void A_fault_of_the_engine_fails_the_run()
    {
        var running = Running();
        var finishing = running.Then(ExecutionDecisions.Finished(running, 0, 3, 10, "the pacer broke", Noon));

        Assert.Equal("the load engine failed: the pacer broke", ExecutionDecisions.Analyzed(finishing, Passed, new RunFigures(), Peaks, Noon).OfType<ExecutionFailed>().Single().Reason);
    }

    [Fact]
    public void A_judgement_that_comes_after_the_end_is_kept_and_changes_no_status()
    {
        var finishing = Finishing();
        var over = finishing.Then(ExecutionDecisions.Tick(finishing, Noon.AddSeconds(41)));
        var late = over.Then(ExecutionDecisions.Analyzed(over, Passed, new RunFigures(), Peaks, Noon.AddSeconds(60)));

        Assert.Equal((ExecutionStatus.Completed, VerdictOutcome.Passed), (late.Status, late.Analysis!.Verdict.Outcome));
        Assert.Equal(over.EndedAt, late.EndedAt);
    }

    [Fact]
    public void A_test_that_is_deleted_is_stopped_when_it_goes_on_and_hidden_once()
    {
        var running = Running();
        var hidden = running.Then(ExecutionDecisions.Hide(running, "me", Noon));

        Assert.Equal(("deleted by me", true), (hidden.Stop!.Reason, hidden.IsHidden));
        Assert.Empty(ExecutionDecisions.Hide(hidden, "me", Noon));
        Assert.Equal(ExecutionStatus.Cancelled, Requested().Then(ExecutionDecisions.Hide(Requested(), "me", Noon)).Status);
        Assert.IsType<ExecutionHidden>(Assert.Single(ExecutionDecisions.Hide(Finishing(), "me", Noon)));
    }

    [Fact]
    public void A_worker_that_ended_its_share_by_itself_is_lost_to_the_run_and_says_why()
    {
        var fail = Running();
        var ended = fail.Then(ExecutionDecisions.GaveUp(fail, 0, "stopped its load by itself", [], Noon));
        Assert.Equal(("the worker w stopped its load by itself", true, ExecutionPhase.Finishing), (ended.Stop!.Reason, ended.Stop.AsFailure, ended.Phase));
        Assert.Empty(ExecutionDecisions.GaveUp(ended, 0, "stopped its load by itself", [], Noon));

        var goOn = Running(policy: LostWorkerPolicy.Continue, workers: 2);
        Assert.Equal([typeof(ShardLost)], ExecutionDecisions.GaveUp(goOn, 1, "stopped", [], Noon).Select(e => e.GetType()));
    }

    [Fact]
    public void A_worker_that_was_called_lost_and_comes_back_is_told_to_stop()
    {
        var x = Running(workers: 2, policy: LostWorkerPolicy.Continue);
        Contracts.WorkerReported Says(Guid worker, int shard) => new(worker, "w", "local", 1, 1, Noon, 1, 0, [new Contracts.ReportedShard(x.Id, shard, Contracts.ShardPhase.Running)]);

        Assert.Empty(ExecutionDecisions.Strays(Says(First, 0), [x]));
        var lost = x.Then(ExecutionDecisions.Lost(x, 0, "gone", Noon));
        Assert.Equal(new Contracts.StopShard(First, x.Id, 0), Assert.Single(ExecutionDecisions.Strays(Says(First, 0), [lost])));
        Assert.Empty(ExecutionDecisions.Strays(Says(Second, 1), [lost]));
        Assert.Single(ExecutionDecisions.Strays(Says(Second, 1), []));
    }

    private static FreeWorker Worker(Guid id, int room) => new(id, "w", room, 1);

    private static IEnumerable<object> Stop(Execution x) => ExecutionDecisions.Stop(x, "me", "stopped by me", asFailure: false, Noon);

    private static Execution Requested(int workers = 1, int users = 100, LostWorkerPolicy policy = LostWorkerPolicy.Fail)
    {
        var plan = new TestPlan { Name = "x", WorkerCount = workers, MaxVirtualUsers = users, Duration = TimeSpan.FromSeconds(10), LoadPattern = new ConstantLoad(), LostWorkerPolicy = policy };
        var configuration = new RunnableConfiguration(Guid.NewGuid(), 1, plan, "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>());
        return Execution.Create(new ExecutionRequested(Guid.NewGuid(), "x", configuration, 1, "me", null, Noon));
    }

    private static Execution Assigned(int workers = 1, LostWorkerPolicy policy = LostWorkerPolicy.Fail)
    {
        var requested = Requested(workers, policy: policy);
        return requested.Then(ExecutionDecisions.Assign(requested, [Worker(First, 1000), Worker(Second, 900)], Noon));
    }

    private static Execution Running(LostWorkerPolicy policy = LostWorkerPolicy.Fail, int workers = 1)
    {
        var x = Assigned(workers, policy);
        foreach (var shard in x.Shards)
            x = x.Then(ExecutionDecisions.Prepared(x, shard.Number, shard.WorkerId, 0, Noon.AddMilliseconds(-100)));
        return x;
    }

    private static Execution Finishing() => Running().Then(ExecutionDecisions.Finished(Running(), 0, 9, 100, null, Noon));
}
