namespace Loadstone.EventStore.Tests;

/// <summary>Handles all of its first page but the last event.</summary>
public sealed class HalfWay : SubscriptionBase
{
    private readonly List<string> _pages = [];

    public IReadOnlyList<string> Pages => _pages;

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        _pages.Add(string.Join(' ', page.Events.Select(e => e.Version)));
        if (Pages.Count == 1)
            await controller.ReportCriticalFailureAsync(new InvalidOperationException("half way"), page.Events[^2].Sequence);
        return NullChangeListener.Instance;
    }
}

public sealed class Listening(IChangeListener listener) : SubscriptionBase
{
    public override Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        operations.Store(new Note { Id = "written" });
        return Task.FromResult(listener);
    }
}

/// <summary>Refuses the first commit, and counts what others can see before and after the second.</summary>
public sealed class CommitListener : IChangeListener
{
    private long _before;

    public int Befores { get; private set; }

    public TaskCompletionSource<(long Before, long After)> Committed { get; } = new();

    public async Task BeforeCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        if (++Befores == 1)
            throw new InvalidOperationException("not this time");
        _before = await CountAsync(session);
    }

    public async Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) =>
        Committed.TrySetResult((_before, await CountAsync(session)));

    private static async Task<long> CountAsync(IDocumentSession session) => (await session.QueryAsync<Note>("where true")).Count;
}

public sealed class Scoped(Recorder recorder) : ISubscription
{
    public Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken) =>
        recorder.ProcessEventsAsync(page, controller, operations, cancellationToken);
}
