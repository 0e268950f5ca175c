using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>A worker with room, as decisions see it.</summary>
public sealed record FreeWorker(Guid Id, string Name, int FreeUsers, double RoundTripMs, WorkerFacts? Facts = null, int CapacityUsers = int.MaxValue)
{
    /// <summary>True when it stands in a region, or none is asked for.</summary>
    public bool IsIn(string? region) => region is null || Facts?.Region == region;
}

/// <summary>
/// What happens to an execution: pure functions from its state and a command to events. A command that was carried out before
/// gives no events; one that the state does not allow is refused in words.
/// </summary>
public static partial class ExecutionDecisions
{
    public static readonly TimeSpan LongestWaitForWorkers = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan LongestPreparation = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan LongestOverrun = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan LongestSealing = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan LongestAnalysis = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ShortestLead = TimeSpan.FromMilliseconds(100);
    private const double LeadInRoundTrips = 3;

    /// <summary>Gives the shares of the load to the workers with the most room, one each, where they are to be; nothing while there are too few.</summary>
    public static IEnumerable<object> Assign(Execution x, IReadOnlyList<FreeWorker> workers, DateTimeOffset now)
    {
        if (x.Phase != ExecutionPhase.Waiting)
            return [];
        var left = workers.OrderByDescending(w => w.FreeUsers).ToList();
        var given = new List<AssignedShard>();
        foreach (var (share, region) in RegionShares.Of(x.Plan))
        {
            var users = (int)share.CountOf(x.Plan.MaxVirtualUsers);
            if (left.Find(w => w.IsIn(region)) is not { } worker || worker.FreeUsers < users)
                return [];
            left.Remove(worker);
            given.Add(new AssignedShard(given.Count, worker.Id, worker.Name, share.Index, share.Of, users, worker.Facts, null, share.Width, region));
        }

        return [new ShardsAssigned(given, now)];
    }

    /// <summary>A shard is ready; when it is the last, all start together.</summary>
    public static IEnumerable<object> Prepared(Execution x, int shard, Guid workerId, double slowestRoundTripMs, DateTimeOffset now)
    {
        if (x.Phase is not (ExecutionPhase.Preparing or ExecutionPhase.Running or ExecutionPhase.Paused) || !Is(x, shard, workerId, ShardStage.Assigned))
            yield break;
        yield return new ShardPrepared(shard, now);
        if (x.Phase == ExecutionPhase.Preparing && x.Shards.All(s => s.Number == shard || s.Stage == ShardStage.Prepared))
            yield return new ExecutionStarted(now + Longer(ShortestLead, TimeSpan.FromMilliseconds(LeadInRoundTrips * slowestRoundTripMs)), now);
    }

    public static IEnumerable<object> Refused(Execution x, int shard, Guid workerId, string reason, DateTimeOffset now)
    {
        if (!Is(x, shard, workerId, ShardStage.Assigned))
            return [];
        return x.Phase == ExecutionPhase.Preparing ? [new ShardRefused(shard, reason, now), new ExecutionFailed(reason, now)] : Lost(x, shard, reason, now);
    }

    public static IEnumerable<object> Pause(Execution x, string by, DateTimeOffset now)
    {
        MustBeGoingOn(x, "paused", now);
        return x.Phase == ExecutionPhase.Running ? [new ExecutionPaused(by, now)] : throw NotNow(x, "paused");
    }

    /// <summary>Refuses whatever is asked of a load that has not begun, or is over.</summary>
    public static void MustBeGoingOn(Execution x, string asked, DateTimeOffset now)
    {
        if (x.Stop is not null || x.Phase is not (ExecutionPhase.Running or ExecutionPhase.Paused))
            throw NotNow(x, asked);
        if (x.StartAt > now)
            throw new RefusalException(StatusCodes.Status400BadRequest, $"The execution is just about to begin, so it cannot be {asked} yet.");
    }

    public static IEnumerable<object> Resume(Execution x, string by, DateTimeOffset now) => x.Phase switch
    {
        ExecutionPhase.Paused when x.Stop is null => [new ExecutionResumed(by, now)],
        _ => throw NotNow(x, "resumed"),
    };

    /// <summary>Ends a run early: cancelled when a person asks, failed when a stop condition or the loss of a worker does.</summary>
    public static IEnumerable<object> Stop(Execution x, string by, string reason, bool asFailure, DateTimeOffset now)
    {
        var stop = new StopRequested(by, reason, asFailure, now);
        return x.Phase switch
        {
            ExecutionPhase.Running or ExecutionPhase.Paused => x.Stop is null ? [stop] : [],
            ExecutionPhase.Waiting or ExecutionPhase.Preparing => [stop, Ended(stop, now)],
            _ => throw NotNow(x, "stopped"),
        };
    }

    /// <summary>Takes a run out of the performance tests; one that goes on is stopped.</summary>
    public static IEnumerable<object> Hide(Execution x, string by, DateTimeOffset now)
    {
        if (x.IsHidden)
            return [];
        return [.. StopIfGoing(x, by, $"deleted by {by}", now), new ExecutionHidden(by, now)];
    }

    /// <summary>Stops a run that goes on or waits; one that is over, or about to end, is left as it is.</summary>
    public static IEnumerable<object> StopIfGoing(Execution x, string by, string reason, DateTimeOffset now) =>
        x.Phase is ExecutionPhase.Finishing or ExecutionPhase.Ended ? [] : Stop(x, by, reason, asFailure: false, now);

    public static IEnumerable<object> Finished(Execution x, int shard, int lastSequence, long sent, string? fault, DateTimeOffset now) =>
        Has(x, shard) && !x.IsOver ? [new ShardFinished(shard, lastSequence, sent, fault, now)] : [];

    /// <summary>The judgement is there. It makes the status final, unless that happened without it; then it is only kept.</summary>
    public static IEnumerable<object> Analyzed(Execution x, Verdict verdict, RunFigures figures, RunPeaks peaks, DateTimeOffset now)
    {
        if (x.Analysis is not null)
            yield break;
        yield return new ExecutionAnalyzed(verdict, figures, peaks, now);
        if (x.Phase == ExecutionPhase.Finishing)
            yield return Conclusion(x, now);
    }

    /// <summary>Time goes on: what has taken too long ends, in every phase, so that nothing waits for ever.</summary>
    public static IEnumerable<object> Tick(Execution x, DateTimeOffset now) => x.Phase switch
    {
        ExecutionPhase.Waiting when now - x.Request.At > LongestWaitForWorkers =>
            [new ExecutionFailed($"{WaitingLine.InWords(x.Plan)} could not be had within {DurationText.Format(LongestWaitForWorkers)}", now)],
        ExecutionPhase.Preparing when now - x.AssignedAt > LongestPreparation =>
            [new ExecutionFailed($"{Late(x, ShardStage.Assigned)} not ready within {DurationText.Format(LongestPreparation)}", now)],
        ExecutionPhase.Running when now > Latest(x) =>
            x.Shards.Where(s => !s.IsOver).Select(s => new ShardLost(s.Number, "it did not finish in time", now)),
        ExecutionPhase.Running => Join(x, now),
        // The judgement may overtake the last shard's own word.
        ExecutionPhase.Finishing when x.Analysis is not null || now - x.LoadEndedAt > LongestSealing + LongestAnalysis => [Conclusion(x, now)],
        _ => [],
    };

    private static object Conclusion(Execution x, DateTimeOffset now)
    {
        if (x.Stop is { AsPlanned: false } stop)
            return Ended(stop, now);
        return x.Fault is { } fault ? new ExecutionFailed($"the load engine failed: {fault}", now)
            : x.Shards.All(s => s.Stage == ShardStage.Lost) ? new ExecutionFailed("every worker was lost", now)
            : new ExecutionCompleted(now);
    }

    private static object Ended(StopRequested stop, DateTimeOffset now) =>
        stop.AsFailure ? new ExecutionFailed(stop.Reason, now) : new ExecutionCancelled(stop.By, stop.Reason, now);

    private static DateTimeOffset Latest(Execution x) => x.Stop is { } stop
        ? stop.At + LongestOverrun
        : x.StartAt!.Value + x.Load.Shape.Duration + x.PausedFor + LongestOverrun;

    private static string Late(Execution x, ShardStage stage) =>
        "the worker " + string.Join(", ", x.Shards.Where(s => s.Stage == stage).Select(s => s.Assigned.WorkerName)) + " was";

    private static bool Is(Execution x, int shard, Guid workerId, ShardStage stage) =>
        x.Shards.Any(s => s.Number == shard && s.WorkerId == workerId && s.Stage == stage);

    private static bool Has(Execution x, int shard) => x.Shards.Any(s => s.Number == shard && !s.IsOver);

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static RefusalException NotNow(Execution x, string what) => new(StatusCodes.Status400BadRequest,
        x.Stop is not null && !x.IsOver ? $"The execution is already being stopped, so it cannot be {what}."
            : $"The execution is {x.Status.ToString().ToLowerInvariant()}{(x.Phase == ExecutionPhase.Finishing ? " and about to end" : "")}, so it cannot be {what}.");
}
