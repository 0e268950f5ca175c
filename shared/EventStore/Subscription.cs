using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Loadstone.EventStore;

/// <summary>Is given all events in the order of the feed, page by page, each at least once.</summary>
public interface ISubscription
{
    /// <summary>
    /// Handles one page. When it returns, the progress moves past the page in one transaction with what was queued on
    /// <paramref name="operations"/>; when it throws, the same events come again after a pause that grows from 100 ms to 10 s.
    /// </summary>
    Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken);
}

/// <summary>Lets a subscription speak to the daemon that feeds it.</summary>
public interface ISubscriptionController
{
    /// <summary>Whose progress this is.</summary>
    ShardName Name { get; }

    /// <summary>Reports that nothing of the page was handled: like throwing, after the method has returned.</summary>
    Task ReportCriticalFailureAsync(Exception ex);

    /// <summary>Reports that the page was handled up to the event with this <see cref="IEvent.Sequence"/>, and no further.</summary>
    Task ReportCriticalFailureAsync(Exception ex, long lastProcessed);
}

/// <summary>What a subscription is called and given.</summary>
public interface ISubscriptionOptions
{
    /// <summary>Name of its progress; the class name to begin with.</summary>
    string Name { get; set; }

    /// <summary>A new version starts again from the first event.</summary>
    uint Version { get; set; }

    /// <summary>How it is fed.</summary>
    AsyncOptions Options { get; }

    /// <summary>Gives it only the types of events that are named here, and what derives from them.</summary>
    void IncludeType<T>();
}

/// <summary>Is told when the transaction commits that moves a subscription's progress.</summary>
public interface IChangeListener
{
    /// <summary>After the commit. What it throws is logged, no more.</summary>
    Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token);

    /// <summary>Before the commit. What it throws rolls the page back.</summary>
    Task BeforeCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token);
}

/// <summary>What one transaction wrote.</summary>
public interface IChangeSet
{
    /// <summary>The events it appended.</summary>
    IEnumerable<IEvent> GetEvents();
}

/// <summary>Listens to nothing.</summary>
public sealed class NullChangeListener : IChangeListener
{
    private NullChangeListener()
    {
    }

    /// <summary>The only one.</summary>
    public static IChangeListener Instance { get; } = new NullChangeListener();

    /// <inheritdoc />
    public Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => Task.CompletedTask;

    /// <inheritdoc />
    public Task BeforeCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) => Task.CompletedTask;
}

/// <summary>A page of events.</summary>
/// <param name="shardName">Whose progress it is.</param>
/// <param name="floor">Sequence of the last event before the page.</param>
/// <param name="ceiling">Sequence of the last event of the page, which need not be its highest.</param>
public sealed class EventRange(ShardName shardName, long floor, long ceiling)
{
    /// <summary>Whose progress it is.</summary>
    public ShardName ShardName { get; } = shardName;

    /// <summary>Sequence of the last event before the page; 0 at the start.</summary>
    public long SequenceFloor { get; } = floor;

    /// <summary>Sequence of the last event of the page. Late committers may follow with lower ones.</summary>
    public long SequenceCeiling { get; } = ceiling;

    /// <summary>The events, of each stream in the order of its versions.</summary>
    [SuppressMessage("Design", "MA0016:Prefer collection abstraction", Justification = "The type is Marten's")]
    public List<IEvent> Events { get; set; } = [];
}

/// <summary>Name of a projection's or subscription's progress.</summary>
/// <param name="Name">As it was given.</param>
/// <param name="Identity">As it is stored: <c>Name:All</c>, or <c>Name:V2:All</c> from the second version on.</param>
public sealed record ShardName(string Name, string Identity)
{
    internal static ShardName Compose(string name, uint version) =>
        new(name, version > 1 ? $"{name}:V{version}:All" : $"{name}:All");
}

/// <summary>A subscription that says itself what it is called and given.</summary>
public abstract class SubscriptionBase : ISubscription, ISubscriptionOptions
{
    private readonly List<Type> _included = [];

    /// <summary>Named after its class.</summary>
    protected SubscriptionBase() => Name = GetType().Name;

    /// <inheritdoc />
    public string Name { get; set; }

    /// <inheritdoc />
    public uint Version { get; set; } = 1;

    /// <inheritdoc />
    public AsyncOptions Options { get; } = new();

    internal string ProgressName => ShardName.Compose(Name, Version).Identity;

    /// <summary>Whether it asked for certain types only.</summary>
    internal bool IsFiltered => _included.Count > 0;

    /// <inheritdoc />
    public void IncludeType<T>() => _included.Add(typeof(T));

    /// <inheritdoc />
    public abstract Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken);

    internal bool Includes(Type eventType) => _included.Count == 0 || _included.Exists(type => type.IsAssignableFrom(eventType));
}

internal sealed class SubscriptionWrapper : SubscriptionBase
{
    private readonly ISubscription _subscription;

    public SubscriptionWrapper(ISubscription subscription) => (_subscription, Name) = (subscription, subscription.GetType().Name);

    public override Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken) =>
        _subscription.ProcessEventsAsync(page, controller, operations, cancellationToken);
}

/// <summary>Takes the subscription from a scope of its own for each page.</summary>
internal sealed class ScopedSubscription<T> : SubscriptionBase
    where T : class, ISubscription
{
    private readonly IServiceProvider _services;

    public ScopedSubscription(IServiceProvider services) => (_services, Name) = (services, typeof(T).Name);

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        await using var scope = _services.CreateAsyncScope();
        var subscription = scope.ServiceProvider.GetRequiredService<T>();
        return await subscription.ProcessEventsAsync(page, controller, operations, cancellationToken);
    }
}
