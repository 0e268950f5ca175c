using Loadstone.Contracts;
using MassTransit;

namespace Loadstone.Ingestion;

/// <summary>What workers measured, and how much they say it was.</summary>
public sealed class WorkerConsumer(WindowStore windows, RunLedger ledger, Arrivals arrivals, TimeProvider time)
    : IConsumer<MetricWindowRecorded>, IConsumer<ShardFinished>
{
    public async Task Consume(ConsumeContext<MetricWindowRecorded> context)
    {
        if (!await windows.StoreAsync(context.Message, context.CancellationToken))
            return;
        Instruments.WindowsStored.Add(1);
        arrivals.Signal();
    }

    public async Task Consume(ConsumeContext<ShardFinished> context)
    {
        var m = context.Message;
        await ledger.KnowRunAsync(m.ExecutionId, m.Day, context.CancellationToken);
        var account = new ShardAccount(m.Shard, ShardState.Finished, m.LastSequence, m.Sent, m.Ended, time.GetUtcNow());
        await ledger.ShardOverAsync(m.ExecutionId, account, context.CancellationToken);
        arrivals.Signal();
    }
}
