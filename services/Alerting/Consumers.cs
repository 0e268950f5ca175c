using Loadstone.Contracts;
using MassTransit;

namespace Loadstone.Alerting;

/// <summary>Which runs there are to watch, and when they are over.</summary>
public sealed class SchedulerConsumer(IDocumentSession session, Watches watches) : IConsumer<ExecutionRequested>, IConsumer<ExecutionEnded>
{
    public async Task Consume(ConsumeContext<ExecutionRequested> context)
    {
        session.Store(WatchedRun.Of(context.Message));
        await session.SaveChangesAsync(context.CancellationToken);
    }

    public Task Consume(ConsumeContext<ExecutionEnded> context) => watches.EndAsync(context.Message.ExecutionId, context.CancellationToken);
}

/// <summary>The seconds of runs, as they close.</summary>
public sealed class IngestionConsumer(Watches watches) : IConsumer<WindowClosed>
{
    public Task Consume(ConsumeContext<WindowClosed> context) => watches.LookAsync(context.Message, context.CancellationToken);
}
