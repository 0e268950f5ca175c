using System.Collections.Concurrent;

namespace Loadstone.EventStore;

/// <summary>What is made of the events: snapshots, projections and subscriptions.</summary>
public sealed class ProjectionOptions
{
    private readonly StoreOptions _options;
    private readonly List<Projection> _projections = [];
    private readonly List<SubscriptionBase> _subscriptions = [];
    private readonly ConcurrentDictionary<Type, Aggregator> _aggregators = new();

    internal ProjectionOptions(StoreOptions options) => _options = options;

    /// <summary>Whether and how this process runs what is asynchronous.</summary>
    public DaemonMode AsyncMode { get; set; } = DaemonMode.Disabled;

    internal IReadOnlyList<SubscriptionBase> Subscriptions => _subscriptions;

    internal IReadOnlyList<Projection> Inline => [.. _projections.Where(projection => projection.IsInline)];

    internal IReadOnlyList<Projection> Async => [.. _projections.Where(projection => !projection.IsInline)];

    /// <summary>Keeps the aggregate itself, which says by convention how it is made of its events, as a document.</summary>
    /// <exception cref="InvalidProjectionException">A handler of the aggregate could not work.</exception>
    public DocumentMappingExpression<T> Snapshot<T>(SnapshotLifecycle lifecycle, Action<AsyncOptions>? asyncConfiguration = null)
        where T : notnull
    {
        var options = new AsyncOptions();
        asyncConfiguration?.Invoke(options);
        var inline = lifecycle == SnapshotLifecycle.Inline;
        Add(new Projection(typeof(T).Name, 1, inline, new Aggregator(typeof(T)), _options.Document(typeof(T)), options));
        return new DocumentMappingExpression<T>(_options.Document(typeof(T)));
    }

    /// <summary>Adds a projection class.</summary>
    /// <exception cref="InvalidProjectionException">A handler of the projection could not work.</exception>
    public void Add<TProjection>(ProjectionLifecycle lifecycle, Action<AsyncOptions>? asyncConfiguration = null)
        where TProjection : ProjectionBase, new()
    {
        var projection = new TProjection();
        asyncConfiguration?.Invoke(projection.Options);
        var (type, inline) = (projection.DocumentType, lifecycle == ProjectionLifecycle.Inline);
        Add(new Projection(projection.Name, projection.Version, inline, new Aggregator(type, projection), _options.Document(type),
            projection.Options)
        { DeclaredBy = typeof(TProjection) });
    }

    /// <summary>Adds a subscriber to all events.</summary>
    public void Subscribe(ISubscription subscription, Action<ISubscriptionOptions>? configure = null)
    {
        var source = subscription as SubscriptionBase ?? new SubscriptionWrapper(subscription);
        configure?.Invoke(source);
        if (_subscriptions.Any(other => string.Equals(other.ProgressName, source.ProgressName, StringComparison.Ordinal)))
            throw new InvalidProjectionException($"There are two subscriptions named '{source.Name}'");
        _subscriptions.Add(source);
    }

    internal Projection? Find(Type projectionOrDocument) => _projections.FirstOrDefault(projection =>
        projection.DeclaredBy == projectionOrDocument || projection.Document.DocumentType == projectionOrDocument);

    /// <summary>How this type is folded: as its projection says, else by its own conventions.</summary>
    internal Aggregator AggregatorOf(Type type) => _aggregators.GetOrAdd(type, static key => new Aggregator(key));

    private void Add(Projection projection)
    {
        if (!_aggregators.TryAdd(projection.Document.DocumentType, projection.Aggregator))
            throw new InvalidProjectionException($"There are two projections to {projection.Document.DocumentType}");
        if (projection.Document.IdType != typeof(Guid))
            throw new InvalidProjectionException($"{projection.Document.DocumentType}.Id is not a Guid as streams need");
        projection.Document.IsSnapshot = true;
        _options.AggregateAlias(projection.Document.DocumentType);
        _projections.Add(projection);
    }
}

/// <summary>A document per stream, kept by an aggregator.</summary>
internal sealed record Projection(
    string Name, uint Version, bool IsInline, Aggregator Aggregator, DocumentMapping Document, AsyncOptions Options)
{
    public Type? DeclaredBy { get; init; }

    public string ProgressName => ShardName.Compose(Name, Version).Identity;
}
