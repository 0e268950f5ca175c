using System.Diagnostics;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>
/// Tells the others what happened: reads the events in their order and publishes what each means to workers and services. The
/// checkpoint moves only when the broker has confirmed, so everything is told at least once.
/// </summary>
public sealed class Announcer(IPublishEndpoint bus, InternalIdentity identity, ILogger<Announcer> log) : ISubscription
{
    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events)
        {
            var execution = await operations.LoadAsync<Execution>(e.StreamId, cancellationToken);
            using var span = Telemetry.Continue($"announce {e.EventTypeName}", e.GetHeader("traceparent"), ActivityKind.Producer);
            foreach (var message in Meaning(e.Data, execution!))
                await TellAsync(message, cancellationToken);
            if (StateAfter(e) is { } state)
                await TellAsync(state, cancellationToken);
        }

        return NullChangeListener.Instance;
    }

    /// <summary>The commands that tell workers what an execution wants of one shard now.</summary>
    public static IEnumerable<object> CommandsFor(Execution x, Shard shard, InternalIdentity identity)
    {
        var (worker, id, number) = (shard.WorkerId, x.Id, shard.Number);
        if (shard.IsOver)
            yield break;
        if (x.IsOver || x.Stop is not null)
            yield return new Contracts.StopShard(worker, id, number);
        else if (shard.Stage == ShardStage.Assigned && (x.Phase == ExecutionPhase.Preparing || shard.IsMoved))
            yield return Prepare(x, shard, identity);
        else if (x.StartAt is { } startAt && (!shard.IsMoved || shard.Joined is not null))
            yield return new Contracts.StartShard(worker, id, number, startAt, shard.Joined?.FirstSecond, shard.Joined?.PausedSeconds ?? 0);
    }

    private static Contracts.PrepareShard Prepare(Execution x, Shard shard, InternalIdentity identity) => new(
        shard.WorkerId, x.Id, shard.Number, shard.Assigned.ShareIndex, shard.Assigned.ShareOf, x.Plan,
        x.Request.Configuration.BaseUrls, x.Request.Configuration.Variables, x.Request.Seed, x.Day,
        x.Request.Configuration.EnvironmentId, x.Request.Configuration.SecretNames,
        identity.SignRun(x.Id, x.Request.Configuration.EnvironmentId), x.Request.Configuration.MaxRps, x.Changes, shard.Assigned.ShareWidth,
        AsksProbes(x, shard) ? x.Request.Configuration.Probes : null);

    // One worker does: that of the first shard, and when it is lost whoever carries its share on.
    private static bool AsksProbes(Execution x, Shard shard) => shard.Assigned.Parent is { } parent ? AsksProbes(x, x.Shards.Single(s => s.Number == parent)) : shard.Number == 0;

    /// <summary>Who asks the probes now that shards are lost; null while it is who was prepared to.</summary>
    public static Contracts.AskProbes? ProbesTakenOver(Execution x)
    {
        if (x.Request.Configuration.Probes is not { Count: > 0 } probes || x.Shards.Any(s => AsksProbes(x, s) && s.Stage != ShardStage.Lost))
            return null;
        return x.Shards.Where(s => !s.IsOver).MinBy(s => s.Number) is { } next ? new Contracts.AskProbes(next.WorkerId, x.Id, next.Number, probes) : null;
    }

    private IEnumerable<object> Meaning(object e, Execution x) => e switch
    {
        ExecutionRequested request => [Public(request, x)],
        ShardsAssigned => x.Shards.SelectMany(s => CommandsFor(x, s, identity)),
        ExecutionStarted started => [
            new Contracts.ExecutionStarted(x.Id, x.Day, started.StartAt, [.. x.Shards.Select(s => s.Number)], [.. x.Shards.Select(s => s.Assigned.WorkerName)]),
            .. x.Shards.SelectMany(s => CommandsFor(x, s, identity))],
        ExecutionPaused => x.Shards.Where(s => !s.IsOver).Select(s => new Contracts.PauseShard(s.WorkerId, x.Id, s.Number, x.Steerings)),
        ExecutionResumed => x.Shards.Where(s => !s.IsOver).Select(s => new Contracts.ResumeShard(s.WorkerId, x.Id, s.Number, x.Steerings)),
        LoadChanged => x.Shards.Where(s => !s.IsOver).Select(s => new Contracts.SteerShard(s.WorkerId, x.Id, s.Number, x.Changes)),
        StopRequested => x.Shards.SelectMany(s => CommandsFor(x, s, identity)),
        ShardMoved moved => [Added(x, moved.Shard.Shard), .. CommandsFor(x, x.Shards.Single(s => s.Number == moved.Shard.Shard), identity)],
        ShardJoined joined => [Added(x, joined.Shard), .. CommandsFor(x, x.Shards.Single(s => s.Number == joined.Shard), identity)],
        ShardLost lost => [new Contracts.ShardLost(x.Id, lost.Shard, lost.At, lost.Planned), .. ProbesTakenOver(x) is { } asker ? [asker] : Array.Empty<object>()],
        ExecutionCompleted or ExecutionFailed or ExecutionCancelled => [
            new Contracts.ExecutionEnded(x.Id, NameOf(x.Status), x.Reason, x.Analysis?.Verdict.Outcome, x.EndedAt!.Value),
            .. x.Shards.SelectMany(s => CommandsFor(x, s, identity))],
        _ => [],
    };

    private static Contracts.ShardAdded Added(Execution x, int number)
    {
        var shard = x.Shards.Single(s => s.Number == number);
        return new Contracts.ShardAdded(x.Id, number, shard.Assigned.Parent!.Value, shard.Assigned.WorkerName, shard.Joined?.FirstSecond);
    }

    // By the event and not by the state of the execution, which may be further on already.
    private static Contracts.ExecutionStateChanged? StateAfter(IEvent e) => e.Data switch
    {
        ExecutionRequested => StateOf(e, ExecutionStatus.Scheduled),
        ExecutionStarted or ExecutionResumed => StateOf(e, ExecutionStatus.Running),
        ExecutionPaused => StateOf(e, ExecutionStatus.Paused),
        LoadChanged changed => StateOf(e, changed.IsPaused ? ExecutionStatus.Paused : ExecutionStatus.Running, Interventions.InWords(changed)),
        ExecutionCompleted => StateOf(e, ExecutionStatus.Completed),
        ExecutionFailed failed => StateOf(e, ExecutionStatus.Failed, failed.Reason),
        ExecutionCancelled cancelled => StateOf(e, ExecutionStatus.Cancelled, cancelled.Reason),
        _ => null,
    };

    private static Contracts.ExecutionStateChanged StateOf(IEvent e, ExecutionStatus status, string? reason = null) =>
        new(e.StreamId, e.Version, NameOf(status), reason, e.GetHeader("actor")?.ToString(), e.Timestamp);

    /// <summary>A status as it is written outside.</summary>
    public static string NameOf(ExecutionStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>What is told of a run that was asked for. The rows of its data are nobody's business but the workers'.</summary>
    public static Contracts.ExecutionRequested Public(ExecutionRequested e, Execution x) => new(
        e.Id, e.Configuration.ConfigurationId, e.Name,
        e.Configuration.Plan with { ScenarioConfig = e.Configuration.Plan.ScenarioConfig with { DataGeneration = null } },
        e.Configuration.Environment, x.Day, e.RequestedBy, e.At);

    // A worker that is not there any more is no reason to hold all others up: commands are sent again until answered.
    private async Task TellAsync(object message, CancellationToken cancellation)
    {
        try
        {
            await bus.Publish(message, message.GetType(), context => ((RabbitMqSendContext)context).Mandatory = IsCommand(message), cancellation);
        }
        catch (MessageReturnedException) when (IsCommand(message))
        {
            log.LogWarning("No worker takes {Command}", message.GetType().Name);
        }
    }

    private static bool IsCommand(object message) =>
        message is Contracts.PrepareShard or Contracts.StartShard or Contracts.StopShard or Contracts.PauseShard or Contracts.ResumeShard
            or Contracts.SteerShard;
}
