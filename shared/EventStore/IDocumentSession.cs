namespace Loadstone.EventStore;

/// <summary>Queues changes of documents and streams.</summary>
public interface IDocumentOperations : IQuerySession
{
    /// <summary>Streams.</summary>
    new IEventStoreOperations Events { get; }

    /// <summary>Inserts or overwrites. An empty Guid id is assigned at once.</summary>
    void Store<T>(params T[] entities)
        where T : notnull;

    /// <inheritdoc cref="Store{T}(T[])"/>
    void Store<T>(IEnumerable<T> entities)
        where T : notnull;

    /// <summary>Inserts; saving throws <see cref="DocumentAlreadyExistsException"/> when an id is taken.</summary>
    void Insert<T>(params T[] entities)
        where T : notnull;

    /// <inheritdoc cref="Insert{T}(T[])"/>
    void Insert<T>(IEnumerable<T> entities)
        where T : notnull;

    /// <summary>Deletes the document with this one's id, if it is there.</summary>
    void Delete<T>(T entity)
        where T : notnull;

    /// <summary>Deletes a document, if it is there.</summary>
    void Delete<T>(Guid id)
        where T : notnull;

    /// <summary>Deletes a document, if it is there.</summary>
    void Delete<T>(string id)
        where T : notnull;
}

/// <summary>A unit of work: all that is queued is written by one call in one transaction, or none of it.</summary>
public interface IDocumentSession : IDocumentOperations
{
    /// <summary>Stored as a header on every event that this session saves: who did it.</summary>
    string? LastModifiedBy { get; set; }

    /// <summary>Stores a header on every event that this session saves.</summary>
    void SetHeader(string key, object value);

    /// <summary>The header, or null.</summary>
    object? GetHeader(string key);

    /// <summary>
    /// Writes what is queued. The current activity is stored as header <c>traceparent</c> unless one was set. When it throws,
    /// nothing is written and everything stays queued.
    /// </summary>
    /// <exception cref="ConcurrencyException">Somebody else appended to one of the streams.</exception>
    /// <exception cref="ExistingStreamIdCollisionException">A stream was to be started that exists.</exception>
    /// <exception cref="DocumentAlreadyExistsException">A document was to be inserted that exists.</exception>
    /// <exception cref="InvalidStreamOperationException">A stream is archived.</exception>
    Task SaveChangesAsync(CancellationToken token = default);
}

/// <summary>Queues appends and reads what they are decided on.</summary>
public interface IEventStoreOperations : IQueryEventStore
{
    /// <summary>Starts a stream that must not exist.</summary>
    /// <exception cref="EmptyEventStreamException">No events are given.</exception>
    StreamAction StartStream<TAggregate>(Guid id, params object[] events)
        where TAggregate : class;

    /// <inheritdoc cref="StartStream{TAggregate}(Guid, object[])"/>
    StreamAction StartStream<TAggregate>(Guid id, IEnumerable<object> events)
        where TAggregate : class;

    /// <summary>Starts a stream without a type.</summary>
    StreamAction StartStream(Guid id, params object[] events);

    /// <inheritdoc cref="StartStream(Guid, object[])"/>
    StreamAction StartStream(Guid id, IEnumerable<object> events);

    /// <summary>Appends behind whatever is there when the changes are saved; starts the stream if it does not exist.</summary>
    StreamAction Append(Guid stream, params object[] events);

    /// <inheritdoc cref="Append(Guid, object[])"/>
    StreamAction Append(Guid stream, IEnumerable<object> events);

    /// <summary>Appends to a stream of known version.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="expectedVersion">The version that the stream must have AFTER the append.</param>
    /// <param name="events">What happened.</param>
    StreamAction Append(Guid stream, long expectedVersion, params object[] events);

    /// <inheritdoc cref="Append(Guid, long, object[])"/>
    StreamAction Append(Guid stream, long expectedVersion, IEnumerable<object> events);

    /// <summary>
    /// Loads an aggregate to decide on: its inline snapshot in one round trip, or else its events folded. What is appended to the
    /// returned stream is written by SaveChangesAsync, if nobody else appended in between.
    /// </summary>
    Task<IEventStream<T>> FetchForWriting<T>(Guid id, CancellationToken cancellation = default)
        where T : class;

    /// <inheritdoc cref="FetchForWriting{T}(Guid, CancellationToken)"/>
    /// <exception cref="ConcurrencyException">The stream is not at <paramref name="expectedVersion"/>.</exception>
    Task<IEventStream<T>> FetchForWriting<T>(Guid id, long expectedVersion, CancellationToken cancellation = default)
        where T : class;

    /// <summary>The aggregate as it is now, to read: its inline snapshot, or else its events folded; null if there is none.</summary>
    ValueTask<T?> FetchLatest<T>(Guid id, CancellationToken cancellation = default)
        where T : class;
}

/// <summary>An aggregate with the version that was read, and what is to be appended to its stream.</summary>
public interface IEventStream<out T>
    where T : notnull
{
    /// <summary>Id of the stream.</summary>
    Guid Id { get; }

    /// <summary>The aggregate as it was read; null if there is none.</summary>
    T? Aggregate { get; }

    /// <summary>The version that was read; 0 if there is no such stream. An append after a save makes it the version saved.</summary>
    long? StartingVersion { get; }

    /// <summary>The version with what was appended since, saved or not.</summary>
    long? CurrentVersion { get; }

    /// <summary>What was appended since.</summary>
    IReadOnlyList<IEvent> Events { get; }

    /// <summary>Queues one event.</summary>
    void AppendOne(object @event);

    /// <summary>Queues events.</summary>
    void AppendMany(params object[] events);

    /// <summary>Queues events.</summary>
    void AppendMany(IEnumerable<object> events);
}
