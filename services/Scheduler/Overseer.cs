using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>
/// Looks at every execution four times a second: finds workers for those that wait, ends what takes too long, calls shards lost
/// whose worker is gone, and sends commands again that were not answered. Any number of instances may do so at once.
/// </summary>
public sealed class Overseer(
    Executions executions, Fleet fleet, Pulse pulse, AssignmentTurn turns, Instruments instruments, IBus bus, InternalIdentity identity, TimeProvider time, ILogger<Overseer> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        time.RepeatAsync(Every, BeatAndLookAsync, reason => log.LogWarning("The executions cannot be looked after now: {Reason}", reason), stoppingToken);

    private async Task BeatAndLookAsync(CancellationToken stopping)
    {
        pulse.Beat();
        await SendPulseAsync(stopping);
        await LookAsync(stopping);
    }

    private async Task SendPulseAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Every);
        try
        {
            await bus.Publish(new SchedulerPulse(pulse.Instance, time.GetUtcNow()), context => context.TimeToLive = Every * 2, patience.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The broker is away: the pulse will not come back, and that says it.
            return;
        }
    }

    /// <summary>One look.</summary>
    internal async Task LookAsync(CancellationToken stopping)
    {
        // Reports first: whatever they name was in the store before.
        var present = fleet.Present();
        var active = await executions.ActiveAsync(stopping);
        instruments.Show(active);
        foreach (var stray in present.SelectMany(worker => ExecutionDecisions.Strays(worker, active)))
            await bus.Publish(stray, stopping);
        if (pulse.MayCallWorkersLost())
            await AskLateWorkersAsync(active, stopping);
        if (WaitingLine.Next(active, fleet.Free(active), time.GetUtcNow()) is not null)
            active = await AssignAsync(stopping);
        foreach (var execution in active)
        {
            var now = time.GetUtcNow();
            var events = Decide(execution, active, now).ToList();
            if (events.Count > 0)
                await executions.DecideAsync(execution.Id, x => Decide(x, active, now), "scheduler", stopping);
            else
                await RepeatCommandsAsync(execution, now, stopping);
        }
    }

    // As many as there is room for, in their order.
    private async Task<IReadOnlyList<Execution>> AssignAsync(CancellationToken stopping)
    {
        await using var turn = await turns.TakeAsync(stopping);
        var active = await executions.ActiveAsync(stopping);
        while (true)
        {
            if (WaitingLine.Next(active, fleet.Free(active), time.GetUtcNow()) is not { } next)
                return active;
            var after = await executions.DecideAsync(next.Run.Id, x => x.Phase == ExecutionPhase.Waiting ? [next.Given] : [], "scheduler", stopping);
            active = [.. active.Select(x => x.Id == after.Id ? after : x)];
        }
    }

    // A process that dies takes its queue with it, and the broker knows that long before silence tells.
    private async Task AskLateWorkersAsync(IReadOnlyList<Execution> active, CancellationToken stopping)
    {
        foreach (var worker in fleet.Late(active.SelectMany(x => x.Shards).Where(s => !s.IsOver).Select(s => s.WorkerId).Distinct()).ToList())
        {
            try
            {
                await bus.Publish(new Contracts.WorkerProbe(worker), context => ((RabbitMqSendContext)context).Mandatory = true, stopping);
            }
            catch (MessageReturnedException)
            {
                log.LogWarning("The worker {Worker} is gone: it has no queue any more", worker);
                fleet.Bury(worker);
            }
        }
    }

    private IEnumerable<object> Decide(Execution x, IReadOnlyList<Execution> active, DateTimeOffset now)
    {
        if (pulse.MayCallWorkersLost() && x.Shards.FirstOrDefault(s => !s.IsOver && fleet.Find(s.WorkerId) is null) is { } silent)
            return ExecutionDecisions.Silent(x, silent, fleet.SilenceOf(silent.WorkerId), fleet.Free(active), now);
        return ExecutionDecisions.Tick(x, now);
    }

    // A worker says in its reports how far its shards are; one that is behind has missed a command.
    private async Task RepeatCommandsAsync(Execution x, DateTimeOffset now, CancellationToken stopping)
    {
        foreach (var shard in x.Shards.Where(s => !s.IsOver))
        {
            if (fleet.Find(shard.WorkerId) is not { } worker || !IsBehind(x, shard, worker, now))
                continue;
            foreach (var command in Announcer.CommandsFor(x, shard, identity))
                await bus.Publish(command, command.GetType(), stopping);
        }
    }

    private static bool IsBehind(Execution x, Shard shard, Contracts.WorkerReported worker, DateTimeOffset now)
    {
        var phase = worker.Shards.FirstOrDefault(s => s.ExecutionId == x.Id && s.Shard == shard.Number)?.Phase;
        return x.Phase switch
        {
            ExecutionPhase.Preparing => shard.Stage == ShardStage.Assigned && phase is not Contracts.ShardPhase.Preparing && now - x.AssignedAt > AnswerWithin,
            ExecutionPhase.Running or ExecutionPhase.Paused => phase is Contracts.ShardPhase.Prepared && now - (shard.Joined?.At ?? x.StartAt) > AnswerWithin
                || shard is { IsMoved: true, Stage: ShardStage.Assigned } && phase is not Contracts.ShardPhase.Preparing && now - shard.MovedAt > AnswerWithin
                || x.Stop is not null && phase is not null && now - x.Stop.At > AnswerWithin,
            _ => false,
        };
    }
}
