using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>What happens when a worker is gone: its share is carried on by another, is left out, or the run ends, as its plan says.</summary>
public static partial class ExecutionDecisions
{
    /// <summary>How long a lost share waits for a worker with room, its own one perhaps, started again.</summary>
    public static readonly TimeSpan LongestWaitForHeir = TimeSpan.FromSeconds(10);

    // Enough for a worker to hear of it.
    private static readonly TimeSpan JoinLead = TimeSpan.FromMilliseconds(300);
    private const int MostMoves = 10;

    // The seconds that are told one by one. A worker not heard for longer is held to all that was due since the start: more, but still a bound.
    private const int PlannedSeconds = 120;

    /// <summary>A worker is gone. By the plan's policy its share moves, the run goes on without it, or ends as failed.</summary>
    /// <param name="x">The run.</param>
    /// <param name="shard">The worker's shard.</param>
    /// <param name="reason">What happened to it.</param>
    /// <param name="now">When that was found out.</param>
    /// <param name="heir">A worker with room for the share; null when there is none.</param>
    public static IEnumerable<object> Lost(Execution x, int shard, string reason, DateTimeOffset now, FreeWorker? heir = null)
    {
        if (!Has(x, shard) || x.IsOver)
            yield break;
        if (x.Phase == ExecutionPhase.Preparing)
        {
            yield return new ExecutionFailed(reason, now);
            yield break;
        }

        yield return new ShardLost(shard, reason, now, PlannedBefore(x, shard, now));
        if (MayMove(x) && heir is not null)
            yield return new ShardMoved(Heir(x, shard, heir), now);
        else if (x.Stop is null && x.Plan.LostWorkerPolicy == LostWorkerPolicy.Fail)
            yield return new StopRequested("scheduler", reason, AsFailure: true, now);
    }

    /// <summary>A worker has not been heard for too long. Its share goes to one with room at once; while there is none, that is waited for.</summary>
    public static IEnumerable<object> Silent(Execution x, Shard shard, TimeSpan silence, IReadOnlyList<FreeWorker> workers, DateTimeOffset now)
    {
        var heir = MayMove(x) ? HeirFor(shard, workers.Where(w => w.Id != shard.WorkerId)) : null;
        return heir is null && MayMove(x) && silence < Fleet.LostAfter + LongestWaitForHeir
            ? []
            : Lost(x, shard.Number, $"the worker {shard.Assigned.WorkerName} was lost", now, heir);
    }

    // While shares of lost workers are to be carried on.
    private static bool MayMove(Execution x) => x.Plan.LostWorkerPolicy == LostWorkerPolicy.Move && x.Stop is null
        && x.Phase is ExecutionPhase.Running or ExecutionPhase.Paused && x.Shards.Count(s => s.IsMoved) < MostMoves;

    private static FreeWorker? HeirFor(Shard shard, IEnumerable<FreeWorker> workers) =>
        workers.Where(w => w.FreeUsers >= shard.Assigned.Users && w.IsIn(shard.Assigned.Region)).MaxBy(w => w.FreeUsers);

    /// <summary>Moved shards that are ready begin at the next whole second, unless the run is held.</summary>
    public static IEnumerable<object> Join(Execution x, DateTimeOffset now)
    {
        if (x.Phase != ExecutionPhase.Running || x.Stop is not null)
            return [];
        var first = (int)Math.Ceiling((now + JoinLead - x.StartAt!.Value).TotalSeconds);
        return x.Shards.Where(s => s is { IsMoved: true, Stage: ShardStage.Prepared, Joined: null })
            .Select(s => new ShardJoined(s.Number, first, x.PausedFor.TotalSeconds, now));
    }

    /// <summary>
    /// A worker ended its share by itself. To the run it is lost from there on, whatever was measured before; whoever has room carries it
    /// on, the same worker perhaps, which is there and well again.
    /// </summary>
    public static IEnumerable<object> GaveUp(Execution x, int shard, string reason, IReadOnlyList<FreeWorker> workers, DateTimeOffset now) =>
        x.Shards.FirstOrDefault(s => s.Number == shard) is { } known
            ? Lost(x, shard, $"the worker {known.Assigned.WorkerName} {reason}", now, MayMove(x) ? HeirFor(known, workers.Select(w => WithoutShard(w, known))) : null)
            : [];

    // What it gave up is no load of its any more.
    private static FreeWorker WithoutShard(FreeWorker worker, Shard shard) =>
        worker.Id == shard.WorkerId ? worker with { FreeUsers = worker.FreeUsers + shard.Assigned.Users } : worker;

    /// <summary>The shards a worker says it has and no run wants of it any more: it was called lost and came back.</summary>
    public static IEnumerable<Contracts.StopShard> Strays(Contracts.WorkerReported worker, IReadOnlyList<Execution> active) => worker.Shards
        .Where(reported => !active.Any(x => x.Id == reported.ExecutionId && x.Shards.Any(s => s.Number == reported.Shard && s.WorkerId == worker.WorkerId && !s.IsOver)))
        .Select(reported => new Contracts.StopShard(worker.WorkerId, reported.ExecutionId, reported.Shard));

    /// <summary>What a share was to do in the time before it was lost; null when its plan sets no number.</summary>
    public static PlannedWork? PlannedBefore(Execution x, int shard, DateTimeOffset now)
    {
        if (x.Plan.ScenarioConfig.MostRequests is not { } each || x.Load.Shape.ArrivalsUntil(TimeSpan.Zero) is null)
            return null;
        var (lost, share) = (x.Elapsed(now), x.Shards.Single(s => s.Number == shard).Assigned);
        var seconds = Math.Min(PlannedSeconds, (int)lost.TotalSeconds);
        return new PlannedWork(each, [.. Enumerable.Range(1, seconds).Select(last => PlannedSince(lost - TimeSpan.FromSeconds(last))), PlannedSince(TimeSpan.Zero)]);

        // A part of a whole number of arrivals is off by less than one at either end.
        long PlannedSince(TimeSpan from) => (long)Math.Ceiling((x.Load.Shape.ArrivalsUntil(lost) - x.Load.Shape.ArrivalsUntil(from))!.Value * share.ShareWidth / share.ShareOf) + share.ShareWidth;
    }

    private static AssignedShard Heir(Execution x, int shard, FreeWorker worker) =>
        x.Shards.Single(s => s.Number == shard).Assigned with
        {
            Shard = x.Shards.Max(s => s.Number) + 1,
            WorkerId = worker.Id,
            WorkerName = worker.Name,
            Facts = worker.Facts,
            Parent = shard,
        };
}
