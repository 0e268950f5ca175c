using Loadstone.Measurement;

namespace Loadstone.Contracts;

/// <summary>worker → scheduler. A worker is there; once a second.</summary>
/// <param name="WorkerId">The worker's process; a restarted one has a new id.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Region">Where it stands.</param>
/// <param name="CapacityUsers">Virtual users it will take on.</param>
/// <param name="BusyUsers">Virtual users of the shards it has.</param>
/// <param name="SentAt">By the worker's clock.</param>
/// <param name="RoundTripMs">How long the last echo took, over the broker and back; 0 before the first.</param>
/// <param name="ClockOffsetMs">The worker's clock minus the scheduler's, by the last echo.</param>
/// <param name="Shards">Every shard it has, and how far each is.</param>
/// <param name="Hardware">What it runs on.</param>
/// <param name="Version">The version of its program.</param>
public sealed record WorkerReported(
    Guid WorkerId, string Name, string Region, int CapacityUsers, int BusyUsers, DateTimeOffset SentAt, double RoundTripMs, double ClockOffsetMs,
    IReadOnlyList<ReportedShard> Shards, WorkerHardware? Hardware = null, string? Version = null);

/// <summary>What a worker runs on; results are only comparable between like machines.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Cores the worker may use.</param>
/// <param name="MemoryBytes">Memory the worker may use.</param>
/// <param name="Os">The operating system.</param>
/// <param name="Runtime">The .NET runtime.</param>
public sealed record WorkerHardware(string Cpu, int Cores, long MemoryBytes, string Os, string Runtime);

/// <summary>A shard as its worker sees it.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Phase">How far it is.</param>
public sealed record ReportedShard(Guid ExecutionId, int Shard, ShardPhase Phase);

/// <summary>How far a shard is.</summary>
public enum ShardPhase
{
    /// <summary>It is being compiled and connected.</summary>
    Preparing,

    /// <summary>It waits for its start.</summary>
    Prepared,

    /// <summary>It makes load, or has been told when to begin.</summary>
    Running,
}

/// <summary>worker → scheduler. A shard is compiled and connected.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="WorkerId">The worker that has it.</param>
public sealed record ShardPrepared(Guid ExecutionId, int Shard, Guid WorkerId);

/// <summary>worker → scheduler. A shard cannot be run, and why.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="WorkerId">The worker that refuses it.</param>
/// <param name="Reason">One sentence for the person who asked for the run.</param>
public sealed record ShardRefused(Guid ExecutionId, int Shard, Guid WorkerId, string Reason);

/// <summary>worker → ingestion. One second of one shard. Its key is execution, shard and sequence; it may come twice, late or out of order.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Day">The UTC day it is stored under.</param>
/// <param name="Window">What was measured.</param>
public sealed record MetricWindowRecorded(Guid ExecutionId, int Shard, DateOnly Day, MetricWindow Window);

/// <summary>worker → scheduler, ingestion. A shard's load is over, and no request of it is on its way any more.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Day">The UTC day its windows are stored under.</param>
/// <param name="LastSequence">The sequence of its last window; −1 when it never started.</param>
/// <param name="Sent">Requests sent in all its windows.</param>
/// <param name="Ended">Outcomes booked in all its windows; equal to <paramref name="Sent"/>.</param>
/// <param name="Cancelled">True when it was stopped before its time.</param>
/// <param name="Fault">What went wrong in the engine itself; null in a sound run.</param>
/// <param name="StoppedBecause">Why the worker ended it by itself, to be read after its name; null when it did not.</param>
public sealed record ShardFinished(
    Guid ExecutionId, int Shard, DateOnly Day, int LastSequence, long Sent, long Ended, bool Cancelled, string? Fault, string? StoppedBecause = null);
