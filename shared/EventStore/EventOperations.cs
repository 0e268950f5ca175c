namespace Loadstone.EventStore;

internal sealed class EventOperations(DocumentStore store, UnitOfWork work) : EventQueries(store), IEventStoreOperations
{
    public StreamAction StartStream<TAggregate>(Guid id, params object[] events)
        where TAggregate : class =>
        Start(id, typeof(TAggregate), events);

    public StreamAction StartStream<TAggregate>(Guid id, IEnumerable<object> events)
        where TAggregate : class =>
        Start(id, typeof(TAggregate), events);

    public StreamAction StartStream(Guid id, params object[] events) => Start(id, aggregateType: null, events);

    public StreamAction StartStream(Guid id, IEnumerable<object> events) => Start(id, aggregateType: null, events);

    public StreamAction Append(Guid stream, params object[] events) => Add(stream, events);

    public StreamAction Append(Guid stream, IEnumerable<object> events) => Add(stream, events);

    public StreamAction Append(Guid stream, long expectedVersion, params object[] events) => Add(stream, expectedVersion, events);

    public StreamAction Append(Guid stream, long expectedVersion, IEnumerable<object> events) => Add(stream, expectedVersion, events);

    public Task<IEventStream<T>> FetchForWriting<T>(Guid id, CancellationToken cancellation = default)
        where T : class =>
        FetchAsync<T>(id, expectedVersion: null, cancellation);

    public Task<IEventStream<T>> FetchForWriting<T>(Guid id, long expectedVersion, CancellationToken cancellation = default)
        where T : class =>
        FetchAsync<T>(id, expectedVersion, cancellation);

    public async ValueTask<T?> FetchLatest<T>(Guid id, CancellationToken cancellation = default)
        where T : class =>
        (T?)(await HeadOfAsync<T>(id, cancellation)).Snapshot;

    public IEnumerable<Event> Wrap(IEnumerable<object> events) =>
        events.Select(e => e as Event ?? Store.Options.Events.Mappings.For(e.GetType()).Wrap(e));

    public void Enlist(StreamAction stream) => work.Enlist(stream);

    private StreamAction Start(Guid id, Type? aggregateType, IEnumerable<object> events)
    {
        var stream = new StreamAction(id, aggregateType, startingVersion: 0) { MustStart = true };
        stream.Add(Wrap(events));
        if (stream.Pending.Count == 0)
            throw new EmptyEventStreamException(id);
        work.Enlist(stream);
        return stream;
    }

    private StreamAction Add(Guid id, IEnumerable<object> events)
    {
        var stream = work.Find(id) ?? new StreamAction(id, aggregateType: null, startingVersion: null);
        stream.Add(Wrap(events));
        work.Enlist(stream);
        return stream;
    }

    private StreamAction Add(Guid id, long expectedVersion, IEnumerable<object> events)
    {
        var stream = Add(id, events);
        var starting = expectedVersion - stream.Pending.Count;
        if (starting < 0 || (stream.StartingVersion is { } known && known != starting))
            throw new EventStreamUnexpectedMaxEventIdException(id, stream.AggregateType, starting, stream.StartingVersion ?? 0);
        stream.StartingVersion = starting;
        return stream;
    }

    private async Task<IEventStream<T>> FetchAsync<T>(Guid id, long? expectedVersion, CancellationToken token)
        where T : class
    {
        var head = await HeadOfAsync<T>(id, token);
        if (head.IsArchived)
            throw new InvalidStreamOperationException($"Stream {id} is archived");
        if (expectedVersion is { } expected && expected != head.Version)
            throw new ConcurrencyException($"Expected the existing version to be {expected}, but was {head.Version}", typeof(T), id);

        // What is queued already was decided on what was read then: its version stands.
        var queued = work.Find(id);
        var stream = queued is { Pending.Count: > 0, StartingVersion: not null } ? queued : Restart<T>(queued, id, head);
        work.Enlist(stream);
        return new EventStream<T>(stream, (T?)head.Snapshot, this);
    }

    private StreamAction Restart<T>(StreamAction? queued, Guid id, StreamHead head)
        where T : class
    {
        var stream = queued ?? new StreamAction(id, typeof(T), head.Version) { MustStart = head.Version == 0 };
        stream.AggregateType ??= typeof(T);
        stream.StartingVersion = head.Version;
        stream.Snapshots.Clear();
        if (Store.InlineProjectionOf(typeof(T)) is { } projection)
            stream.Snapshots[projection] = new FoldedSnapshot(head.Snapshot);
        return stream;
    }

    /// <summary>Version and aggregate of one moment: the snapshot if it is kept inline, else the events folded.</summary>
    private async Task<StreamHead> HeadOfAsync<T>(Guid id, CancellationToken token)
        where T : class
    {
        if (Store.InlineProjectionOf(typeof(T)) is { } projection)
            return await SnapshotOfAsync(projection, id, token);
        var events = await FetchStreamAsync(id, token: token);
        var aggregate = Store.Options.Projections.AggregatorOf(typeof(T)).Fold(aggregate: null, events);
        return new StreamHead(events.Count == 0 ? 0 : events[^1].Version, IsArchived: false, aggregate);
    }

    private async Task<StreamHead> SnapshotOfAsync(Projection projection, Guid id, CancellationToken token)
    {
        await Store.Storage.EnsureAsync(token);
        await using var command = Store.DataSource.CreateCommand(projection.Document.Sql.StreamWithSnapshot);
        command.Parameters.Add(Parameter.Of(id));
        await using var reader = await command.ExecuteReaderAsync(token);
        return await StreamHead.ReadAsync(reader, Store, projection, token);
    }
}

internal sealed class EventStream<T>(StreamAction stream, T? aggregate, EventOperations operations) : IEventStream<T>
    where T : class
{
    private StreamAction _stream = stream;

    public Guid Id => _stream.Id;

    public T? Aggregate => aggregate;

    public long? StartingVersion => _stream.StartingVersion;

    public long? CurrentVersion => _stream.StartingVersion + _stream.Pending.Count;

    public IReadOnlyList<IEvent> Events => _stream.Events;

    public void AppendOne(object @event) => AppendMany([@event]);

    public void AppendMany(params object[] events) => AppendMany((IEnumerable<object>)events);

    public void AppendMany(IEnumerable<object> events)
    {
        if (_stream.IsSaved)
            _stream = _stream.FastForward();
        operations.Enlist(_stream);
        _stream.Add(operations.Wrap(events));
    }
}
