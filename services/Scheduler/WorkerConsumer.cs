using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>What workers say of their shards.</summary>
public sealed class WorkerConsumer(Executions executions, Fleet fleet, TimeProvider time)
    : IConsumer<Contracts.ShardPrepared>, IConsumer<Contracts.ShardRefused>, IConsumer<Contracts.ShardFinished>
{
    public Task Consume(ConsumeContext<Contracts.ShardPrepared> context)
    {
        var m = context.Message;
        return executions.DecideAsync(m.ExecutionId, x => ExecutionDecisions.Prepared(
            x, m.Shard, m.WorkerId, fleet.SlowestRoundTripMs(x.Shards.Select(s => s.WorkerId)), time.GetUtcNow()), "worker", context.CancellationToken);
    }

    public Task Consume(ConsumeContext<Contracts.ShardRefused> context)
    {
        var m = context.Message;
        return executions.DecideAsync(m.ExecutionId, x => ExecutionDecisions.Refused(x, m.Shard, m.WorkerId, m.Reason, time.GetUtcNow()), "worker", context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<Contracts.ShardFinished> context)
    {
        var m = context.Message;
        var workers = m.StoppedBecause is null ? [] : fleet.Free(await executions.ActiveAsync(context.CancellationToken));
        await executions.DecideAsync(m.ExecutionId, x => m.StoppedBecause is { } reason
            ? ExecutionDecisions.GaveUp(x, m.Shard, reason, workers, time.GetUtcNow())
            : ExecutionDecisions.Finished(x, m.Shard, m.LastSequence, m.Sent, m.Fault, time.GetUtcNow()), "worker", context.CancellationToken);
    }
}
