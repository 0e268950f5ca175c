using Loadstone.Contracts;
using MassTransit;

namespace Loadstone.Ingestion;

/// <summary>Which runs there are, and which shards make them.</summary>
public sealed class SchedulerConsumer(RunLedger ledger, Arrivals arrivals)
    : IConsumer<ExecutionRequested>, IConsumer<ExecutionStarted>, IConsumer<ShardAdded>, IConsumer<ShardLost>, IConsumer<ExecutionEnded>
{
    public Task Consume(ConsumeContext<ExecutionRequested> context) =>
        ledger.KnowRunAsync(context.Message.ExecutionId, context.Message.Day, context.CancellationToken);

    public Task Consume(ConsumeContext<ExecutionStarted> context) => ledger.StartedAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<ShardAdded> context) => ledger.AddedAsync(context.Message, context.CancellationToken);

    public async Task Consume(ConsumeContext<ShardLost> context)
    {
        var m = context.Message;
        var account = new ShardAccount(m.Shard, ShardState.Lost, null, null, null, m.LostAt.ToUniversalTime(), Planned: m.Planned);
        await ledger.ShardOverAsync(m.ExecutionId, account, context.CancellationToken);
        arrivals.Signal();
    }

    public Task Consume(ConsumeContext<ExecutionEnded> context) => ledger.EndedAsync(context.Message.ExecutionId, context.CancellationToken);
}
