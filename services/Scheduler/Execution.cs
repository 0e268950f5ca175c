using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

// The life of an execution, in order.

public sealed record ExecutionRequested(
    Guid Id, string Name, RunnableConfiguration Configuration, int Seed, string RequestedBy, string? RequestHash, DateTimeOffset At,
    Guid? RerunOf = null, string? ConfigurationHash = null, string? Version = null);

public sealed record ShardsAssigned(IReadOnlyList<AssignedShard> Shards, DateTimeOffset At);

/// <summary>A share of the load that a worker is to make.</summary>
/// <param name="Shard">Its number, never used again in the run.</param>
/// <param name="WorkerId">The worker.</param>
/// <param name="WorkerName">Its name.</param>
/// <param name="ShareIndex">Which share it is, from 0.</param>
/// <param name="ShareOf">How many shares there are.</param>
/// <param name="Users">Its users.</param>
/// <param name="Facts">What the worker was.</param>
/// <param name="Parent">The lost shard whose share it carries on; null for one from the beginning.</param>
/// <param name="ShareWidth">How many of the shares it is.</param>
/// <param name="Region">Where its worker must stand; null for anywhere.</param>
public sealed record AssignedShard(
    int Shard, Guid WorkerId, string WorkerName, int ShareIndex, int ShareOf, int Users, WorkerFacts? Facts = null, int? Parent = null, int ShareWidth = 1,
    string? Region = null);

/// <summary>What a worker was when it got its share.</summary>
public sealed record WorkerFacts(string Region, double ClockOffsetMs, string? Version, WorkerHardware? Hardware);

public sealed record ShardPrepared(int Shard, DateTimeOffset At);

public sealed record ShardRefused(int Shard, string Reason, DateTimeOffset At);

public sealed record ExecutionStarted(DateTimeOffset StartAt, DateTimeOffset At);

public sealed record ExecutionPaused(string By, DateTimeOffset At);

public sealed record ExecutionResumed(string By, DateTimeOffset At);

/// <summary>Somebody changed the load: so many users or arrivals per second from an instant of the schedule on, or the next phase.</summary>
public sealed record LoadChanged(
    string By, double FromSeconds, double? Users, double? Rate, string? SkippedPhase, bool IsPaused, DateTimeOffset At);

/// <summary>The load is to end early. As planned: the run has done what it was for, and is judged like any other.</summary>
public sealed record StopRequested(string By, string Reason, bool AsFailure, DateTimeOffset At, bool AsPlanned = false);

public sealed record ShardFinished(int Shard, int LastSequence, long Sent, string? Fault, DateTimeOffset At);

public sealed record ShardLost(int Shard, string Reason, DateTimeOffset At, PlannedWork? Planned = null);

/// <summary>The share of a lost shard goes to another worker, as a new shard.</summary>
public sealed record ShardMoved(AssignedShard Shard, DateTimeOffset At);

/// <summary>A moved shard begins: its first second is whole, counted from the common start.</summary>
public sealed record ShardJoined(int Shard, int FirstSecond, double PausedSeconds, DateTimeOffset At);

public sealed record ExecutionAnalyzed(Verdict Verdict, RunFigures Figures, RunPeaks Peaks, DateTimeOffset At);

public sealed record ExecutionCompleted(DateTimeOffset At);

public sealed record ExecutionFailed(string Reason, DateTimeOffset At);

public sealed record ExecutionCancelled(string By, string Reason, DateTimeOffset At);

/// <summary>The performance tests do not show it any more.</summary>
public sealed record ExecutionHidden(string By, DateTimeOffset At);

public enum ExecutionPhase
{
    /// <summary>Waits for workers with room for it.</summary>
    Waiting,

    /// <summary>Its shards are being compiled and connected.</summary>
    Preparing,

    /// <summary>Load is made, or about to begin at the common start.</summary>
    Running,

    /// <summary>Its schedule is held.</summary>
    Paused,

    /// <summary>The load is over; measurements are being sealed and judged.</summary>
    Finishing,

    /// <summary>Nothing changes any more.</summary>
    Ended,
}

public enum ExecutionStatus
{
    Scheduled,
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

public enum ShardStage
{
    Assigned,
    Prepared,
    Finished,
    Lost,
}

public sealed record Shard(AssignedShard Assigned, ShardStage Stage, DateTimeOffset? MovedAt = null, ShardJoined? Joined = null)
{
    public bool IsMoved => Assigned.Parent is not null;

    public int Number => Assigned.Shard;

    public Guid WorkerId => Assigned.WorkerId;

    public bool IsOver => Stage is ShardStage.Finished or ShardStage.Lost;
}

/// <summary>One run of a configuration, from the request to its final status: the state that decisions are made on.</summary>
public sealed partial record Execution
{
    public required Guid Id { get; init; }

    public required ExecutionRequested Request { get; init; }

    public ExecutionPhase Phase { get; init; }

    public IReadOnlyList<Shard> Shards { get; init; } = [];

    public DateTimeOffset? AssignedAt { get; init; }

    public DateTimeOffset? StartAt { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public TimeSpan PausedFor { get; init; }

    /// <summary>How many pauses and resumptions there were; workers void commands of lower numbers.</summary>
    public int Steerings { get; init; }

    /// <summary>What people changed of the load, in order.</summary>
    public IReadOnlyList<LoadChange> Changes { get; init; } = [];

    public StopRequested? Stop { get; init; }

    public string? Fault { get; init; }

    public DateTimeOffset? LoadEndedAt { get; init; }

    public ExecutionAnalyzed? Analysis { get; init; }

    public ExecutionStatus Status { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Since when the performance tests, where CI jobs look, leave it out.</summary>
    public DateTimeOffset? HiddenAt { get; init; }

    public bool IsHidden => HiddenAt is not null;

    public TestPlan Plan => Request.Configuration.Plan;

    /// <summary>The load as it is planned now.</summary>
    public SteeredLoad Load => SteeredLoad.Of(Plan, Changes);

    public bool IsOver => Phase == ExecutionPhase.Ended;

    public DateOnly Day => DateOnly.FromDateTime(Request.At.UtcDateTime);

    /// <summary>How long load has been due by now, pauses left out.</summary>
    public TimeSpan Elapsed(DateTimeOffset now)
    {
        if (StartAt is not { } start || start > now)
            return TimeSpan.Zero;
        return (LoadEndedAt ?? PausedAt ?? now) - start - PausedFor;
    }

    public static Execution Create(ExecutionRequested e) => new() { Id = e.Id, Request = e };

    public static Execution Apply(ShardsAssigned e, Execution x) => x with
    {
        Phase = ExecutionPhase.Preparing,
        AssignedAt = e.At,
        Shards = [.. x.Shards, .. e.Shards.Select(s => new Shard(s, ShardStage.Assigned))],
    };

    public static Execution Apply(ShardPrepared e, Execution x) => x.WithShard(e.Shard, ShardStage.Prepared);

    public static Execution Apply(ShardRefused e, Execution x) => x.WithShard(e.Shard, ShardStage.Lost);

    public static Execution Apply(ExecutionStarted e, Execution x) =>
        x with { Phase = ExecutionPhase.Running, Status = ExecutionStatus.Running, StartAt = e.StartAt };

    public static Execution Apply(ExecutionPaused e, Execution x) =>
        x with { Phase = ExecutionPhase.Paused, Status = ExecutionStatus.Paused, PausedAt = e.At, Steerings = x.Steerings + 1 };

    public static Execution Apply(ExecutionResumed e, Execution x) => x with
    {
        Phase = ExecutionPhase.Running,
        Status = ExecutionStatus.Running,
        PausedAt = null,
        PausedFor = x.PausedFor + (e.At - x.PausedAt!.Value),
        Steerings = x.Steerings + 1,
    };

    public static Execution Apply(LoadChanged e, Execution x) =>
        x with { Changes = [.. x.Changes, new LoadChange(TimeSpan.FromSeconds(e.FromSeconds), e.Users ?? e.Rate)] };

    public static Execution Apply(StopRequested e, Execution x) => x with { Stop = e };

    public static Execution Apply(ShardFinished e, Execution x) =>
        (x with { Fault = x.Fault ?? e.Fault }).WithShard(e.Shard, ShardStage.Finished).WithLoadEnded(e.At);

    public static Execution Apply(ShardLost e, Execution x) => x.WithShard(e.Shard, ShardStage.Lost).WithLoadEnded(e.At);

    public static Execution Apply(ShardMoved e, Execution x) => x with
    {
        Phase = x.PausedAt is null ? ExecutionPhase.Running : ExecutionPhase.Paused,
        LoadEndedAt = null,
        Shards = [.. x.Shards, new Shard(e.Shard, ShardStage.Assigned, e.At)],
    };

    public static Execution Apply(ShardJoined e, Execution x) =>
        x with { Shards = [.. x.Shards.Select(s => s.Number == e.Shard ? s with { Stage = ShardStage.Prepared, Joined = e } : s)] };

    public static Execution Apply(ExecutionAnalyzed e, Execution x) => x with { Analysis = e };

    public static Execution Apply(ExecutionCompleted e, Execution x) => x.Over(ExecutionStatus.Completed, null, e.At);

    public static Execution Apply(ExecutionFailed e, Execution x) => x.Over(ExecutionStatus.Failed, e.Reason, e.At);

    public static Execution Apply(ExecutionCancelled e, Execution x) => x.Over(ExecutionStatus.Cancelled, e.Reason, e.At);

    public static Execution Apply(ExecutionHidden e, Execution x) => x with { HiddenAt = e.At };

    private Execution WithShard(int number, ShardStage stage) =>
        this with { Shards = [.. Shards.Select(s => s.Number == number ? s with { Stage = stage } : s)] };

    private Execution WithLoadEnded(DateTimeOffset at) => Shards.All(s => s.IsOver)
        ? this with { Phase = ExecutionPhase.Finishing, LoadEndedAt = PausedAt ?? at }
        : this;

    private Execution Over(ExecutionStatus status, string? reason, DateTimeOffset at) =>
        this with { Phase = ExecutionPhase.Ended, Status = status, Reason = reason, EndedAt = at };
}
