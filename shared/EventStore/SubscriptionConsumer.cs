using Microsoft.Extensions.Logging;

namespace Loadstone.EventStore;

/// <summary>Gives the feed to a subscription.</summary>
internal sealed class SubscriptionConsumer(DocumentStore store, SubscriptionBase subscription)
    : FeedConsumer(store, ShardName.Compose(subscription.Name, subscription.Version), subscription.Options)
{
    protected override Predicate<Type>? Wants => subscription.IsFiltered ? subscription.Includes : null;

    protected override async Task HandleAsync(FeedPage page, CancellationToken token)
    {
        var session = new DocumentSession(Store);
        if (page.Events.Count == 0)
        {
            await CommitAsync(page.Floor, page.Ceiling, session, NullChangeListener.Instance, token);
            return;
        }

        var range = new EventRange(Name, page.Floor.Sequence, page.Ceiling.Sequence) { Events = [.. page.Events] };
        var controller = new Controller(Name);
        var listener = await subscription.ProcessEventsAsync(range, controller, session, token);
        if (controller.Failure is null)
            await CommitAsync(page.Floor, page.Ceiling, session, listener, token);
        else
            await CommitHandledAsync(page, controller, session, listener, token);
    }

    /// <summary>Keeps what was handled before the failure, and fails.</summary>
    private async Task CommitHandledAsync(
        FeedPage page, Controller controller, DocumentSession session, IChangeListener listener, CancellationToken token)
    {
        if (page.Events.Find(e => e.Sequence == controller.LastProcessed) is Event last)
            await CommitAsync(page.Floor, last.Position, session, listener, token);
        throw new InvalidOperationException($"{Name.Identity} reported a failure", controller.Failure);
    }

    private async Task CommitAsync(
        FeedPosition floor, FeedPosition ceiling, DocumentSession session, IChangeListener listener, CancellationToken token)
    {
        var prepared = await session.Work.PrepareAsync(token);
        await using (var connection = await Store.DataSource.OpenConnectionAsync(token))
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await Progress.MoveAsync(connection, floor, ceiling, token);
            await prepared.WriteAsync(connection, token);
            await listener.BeforeCommitAsync(session, session.Work, token);
            await transaction.CommitAsync(token);
        }

        await TellCommittedAsync(session, listener, token);
    }

    private async Task TellCommittedAsync(DocumentSession session, IChangeListener listener, CancellationToken token)
    {
        try
        {
            await listener.AfterCommitAsync(session, session.Work, token);
        }
        catch (Exception failure) when (!token.IsCancellationRequested)
        {
            Logger.LogError(failure, "The listener of {Consumer} failed after the commit", Name.Identity);
        }
    }

    private sealed class Controller(ShardName name) : ISubscriptionController
    {
        public ShardName Name => name;

        public Exception? Failure { get; private set; }

        public long LastProcessed { get; private set; } = -1;

        public Task ReportCriticalFailureAsync(Exception ex) => ReportCriticalFailureAsync(ex, -1);

        public Task ReportCriticalFailureAsync(Exception ex, long lastProcessed)
        {
            (Failure, LastProcessed) = (ex, lastProcessed);
            return Task.CompletedTask;
        }
    }
}
