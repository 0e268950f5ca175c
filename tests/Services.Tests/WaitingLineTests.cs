using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.Scheduler;

namespace Loadstone.Services.Tests;

/// <summary>Who gets workers next when there are too few for everybody.</summary>
public sealed class WaitingLineTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nobody_is_overtaken_by_a_smaller_run_that_would_fit_sooner()
    {
        var (large, small) = (Asked(at: 0, users: 800), Asked(at: 1, users: 100));
        FreeWorker[] workers = [Worker(free: 500, capacity: 1000)];

        Assert.Null(WaitingLine.Next([large, small], workers, Noon));
        Assert.False(WaitingLine.IsTurnOf(small, [large, small], workers));
        Assert.False(WaitingLine.IsTurnOf(Asked(at: 2, users: 1), [large, small], workers));
        Assert.Equal(large.Id, WaitingLine.Next([small, large], [Worker(free: 1000, capacity: 1000)], Noon)!.Value.Run.Id);
    }

    [Fact]
    public void A_run_that_these_workers_could_never_make_holds_nobody_up()
    {
        var (tooLarge, small) = (Asked(at: 0, users: 5000), Asked(at: 1, users: 100));

        Assert.Equal(small.Id, WaitingLine.Next([tooLarge, small], [Worker(free: 500, capacity: 1000)], Noon)!.Value.Run.Id);
    }

    [Fact]
    public void Who_waits_is_told_the_place_and_what_for()
    {
        var (first, second) = (Asked(at: 0, users: 800), Asked(at: 1, users: 100, workers: 2));
        FreeWorker[] workers = [Worker(free: 40, capacity: 1000), Worker(free: 60, capacity: 1000)];

        Assert.Equal(new QueuePlace(1, "1 worker with room for 800 virtual users; 0 of 2 have it now"), WaitingLine.PlaceOf(first, [second, first], workers));
        Assert.Equal(new QueuePlace(2, "2 workers with room for 50 virtual users each; 1 of 2 have it now"), WaitingLine.PlaceOf(second, [second, first], workers));
        var given = first.Then(ExecutionDecisions.Assign(first, [Worker(free: 1000, capacity: 1000)], Noon));
        Assert.Null(WaitingLine.PlaceOf(given, [given, second], workers));
    }

    private static FreeWorker Worker(int free, int capacity) => new(Guid.NewGuid(), "w", free, 1, CapacityUsers: capacity);

    private static Execution Asked(int at, int users, int workers = 1)
    {
        var plan = new TestPlan { Name = "x", MaxVirtualUsers = users, Duration = TimeSpan.FromSeconds(60), LoadPattern = new ConstantLoad(), WorkerCount = workers };
        var configuration = new RunnableConfiguration(Guid.NewGuid(), 1, plan, "sample", ["http://127.0.0.1:1"], new Dictionary<string, string>());
        return Execution.Create(new Scheduler.ExecutionRequested(Guid.NewGuid(), "x", configuration, 1, "me", null, Noon.AddSeconds(at)));
    }
}
