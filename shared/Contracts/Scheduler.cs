using Loadstone.Plans;

namespace Loadstone.Contracts;

/// <summary>
/// scheduler → ingestion, alerting, analysis. A run was asked for. The configuration is copied in, without the rows of its
/// data, so that the run can be judged by what was asked, whatever is edited later.
/// </summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="ConfigurationId">The configuration it was made from.</param>
/// <param name="Name">The run's name.</param>
/// <param name="Plan">The plan, with every scenario filled in.</param>
/// <param name="Environment">The environment under test.</param>
/// <param name="Day">The UTC day its measurements are stored under; part of their key.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="RequestedAt">When.</param>
public sealed record ExecutionRequested(
    Guid ExecutionId, Guid ConfigurationId, string Name, TestPlan Plan, string Environment, DateOnly Day, string RequestedBy, DateTimeOffset RequestedAt);

/// <summary>scheduler → worker. Compile this share of a run and open its connections; answer ShardPrepared or ShardRefused. Sent again until answered.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard's number; never used again in this run.</param>
/// <param name="ShareIndex">Which share of the load it is, from 0.</param>
/// <param name="ShareOf">How many shares there are.</param>
/// <param name="Plan">The plan, with every scenario filled in and the rows of its data.</param>
/// <param name="BaseUrls">The only places requests may go; the first is the usual one.</param>
/// <param name="Variables">What templates read as <c>env.NAME</c>.</param>
/// <param name="Seed">The seed of everything random.</param>
/// <param name="Day">The UTC day measurements are stored under.</param>
/// <param name="EnvironmentId">The environment under test.</param>
/// <param name="SecretNames">What templates read as <c>env.NAME</c> too; the worker asks configuration for the values.</param>
/// <param name="RunToken">What it shows for them; good for some minutes, and for a worker only.</param>
/// <param name="MaxRps">Requests per second that all shards together do not go above; null for no ceiling.</param>
/// <param name="Changes">What was changed of the load so far.</param>
/// <param name="ShareWidth">How many of the shares it is, from <paramref name="ShareIndex"/> on.</param>
/// <param name="Probes">What this worker asks, beside its load, how the system under test stands; null for all shards of a run but one.</param>
public sealed record PrepareShard(
    Guid WorkerId, Guid ExecutionId, int Shard, int ShareIndex, int ShareOf, TestPlan Plan, IReadOnlyList<string> BaseUrls,
    IReadOnlyDictionary<string, string> Variables, int Seed, DateOnly Day,
    Guid EnvironmentId = default, IReadOnlyList<string>? SecretNames = null, string? RunToken = null, double? MaxRps = null,
    IReadOnlyList<LoadChange>? Changes = null, int ShareWidth = 1, IReadOnlyList<TargetProbe>? Probes = null);

/// <summary>scheduler → worker. Ask from now on how the system under test stands: the worker that did is lost, and nobody carries its share on.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard of it that the worker has.</param>
/// <param name="Probes">What it asks.</param>
public sealed record AskProbes(Guid WorkerId, Guid ExecutionId, int Shard, IReadOnlyList<TargetProbe> Probes);

/// <summary>scheduler → worker. Begin a prepared shard at an instant. Sent again until its windows come.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="StartAt">The common start, by the scheduler's clock. When it is past, the shard joins at the present offset.</param>
/// <param name="FirstSecond">For a share that another worker made up to there: the first second to make, from the start; null for all.</param>
/// <param name="PausedSeconds">For how long the schedule stood still before that.</param>
public sealed record StartShard(
    Guid WorkerId, Guid ExecutionId, int Shard, DateTimeOffset StartAt, int? FirstSecond = null, double PausedSeconds = 0);

/// <summary>scheduler → worker. End a shard's load now. Sent again until ShardFinished comes.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
public sealed record StopShard(Guid WorkerId, Guid ExecutionId, int Shard);

/// <summary>scheduler → worker. Hold a shard's schedule and its users between iterations.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Command">The number of this command within the run; one with a lower number than the last is late and void.</param>
public sealed record PauseShard(Guid WorkerId, Guid ExecutionId, int Shard, int Command);

/// <summary>scheduler → worker. Go on after a pause.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Command">The number of this command within the run; one with a lower number than the last is late and void.</param>
public sealed record ResumeShard(Guid WorkerId, Guid ExecutionId, int Shard, int Command);

/// <summary>scheduler → worker. Change a shard's load.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Changes">Everything that was changed of the run's load up to now, in order; a list shorter than the last is late and void.</param>
public sealed record SteerShard(Guid WorkerId, Guid ExecutionId, int Shard, IReadOnlyList<LoadChange> Changes);

/// <summary>scheduler → ingestion. Every shard is ready, and this is when they start together.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Day">The UTC day measurements are stored under.</param>
/// <param name="StartAt">The common start, by the scheduler's clock.</param>
/// <param name="Shards">The shards that make the load.</param>
/// <param name="Workers">The names of the workers that have them, in the same order.</param>
public sealed record ExecutionStarted(
    Guid ExecutionId, DateOnly Day, DateTimeOffset StartAt, IReadOnlyList<int> Shards, IReadOnlyList<string>? Workers = null);

/// <summary>scheduler → ingestion. The share of a lost shard is carried on by a new one. Sent when it is given to a worker, and when it begins.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The new shard.</param>
/// <param name="Parent">The lost one.</param>
/// <param name="Worker">The name of the worker that has it.</param>
/// <param name="FirstSecond">Its first second; null while that is not known.</param>
public sealed record ShardAdded(Guid ExecutionId, int Shard, int Parent, string Worker, int? FirstSecond);

/// <summary>scheduler → ingestion. A shard will send nothing more: its worker is lost.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Shard">The shard.</param>
/// <param name="LostAt">When it was given up, by the scheduler's clock.</param>
/// <param name="Planned">What it was to do before that; null when its plan sets no number.</param>
public sealed record ShardLost(Guid ExecutionId, int Shard, DateTimeOffset LostAt, PlannedWork? Planned = null);

/// <summary>What a share was to do at the most, so that whoever knows up to where it was heard can tell how much was not.</summary>
/// <param name="RequestsEach">The most requests of one iteration.</param>
/// <param name="IterationsInLast">Iterations planned in the last second before it was lost, in the last two, and so on; the last number is since the start.</param>
public sealed record PlannedWork(long RequestsEach, IReadOnlyList<long> IterationsInLast);

/// <summary>scheduler → ingestion, alerting. The run is over, and its verdict does not change any more.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Status">completed, failed or cancelled.</param>
/// <param name="Reason">Why it failed or was cancelled; null when completed.</param>
/// <param name="Outcome">What the result is worth; null when nothing was judged.</param>
/// <param name="EndedAt">When.</param>
public sealed record ExecutionEnded(Guid ExecutionId, string Status, string? Reason, VerdictOutcome? Outcome, DateTimeOffset EndedAt);

/// <summary>scheduler → gateway. A run's status changed; also the answer, by HTTP, to how it stands now.</summary>
/// <param name="ExecutionId">The run.</param>
/// <param name="Version">The version of the run's stream: of two of these the higher one is the later.</param>
/// <param name="Status">scheduled, running, paused, completed, failed or cancelled.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
/// <param name="By">Who changed it.</param>
/// <param name="At">When.</param>
public sealed record ExecutionStateChanged(Guid ExecutionId, long Version, string Status, string? Reason, string? By, DateTimeOffset At)
{
    /// <summary>True when nothing changes any more.</summary>
    public bool IsOver => Status is "completed" or "failed" or "cancelled";
}

/// <summary>scheduler → worker. The answer to WorkerReported: the scheduler is there, and this is its clock.</summary>
/// <param name="WorkerId">The worker it is for.</param>
/// <param name="WorkerSentAt">When the worker sent its report, by the worker's clock.</param>
/// <param name="ReceivedAt">When the scheduler had it, by the scheduler's clock.</param>
public sealed record WorkerEcho(Guid WorkerId, DateTimeOffset WorkerSentAt, DateTimeOffset ReceivedAt);

/// <summary>scheduler → worker. Is anybody there? The broker sends it back when the worker's queue is gone, which is how a death is known at once.</summary>
/// <param name="WorkerId">The worker it is for.</param>
public sealed record WorkerProbe(Guid WorkerId);

/// <summary>What somebody did to a running load.</summary>
public enum InterventionKind
{
    /// <summary>Its schedule is held from then on.</summary>
    Paused,

    /// <summary>It goes on from then on.</summary>
    Resumed,

    /// <summary>It is another one from then on.</summary>
    Changed,
}

/// <summary>scheduler → analysis, by HTTP. Somebody changed the load of a run while it went on.</summary>
/// <param name="Second">When it took effect, in seconds from the common start, pauses counted.</param>
/// <param name="Kind">What was done.</param>
/// <param name="InWords">The same in words.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When it was asked for, by the scheduler's clock.</param>
public sealed record Intervention(double Second, InterventionKind Kind, string InWords, string By, DateTimeOffset At);
