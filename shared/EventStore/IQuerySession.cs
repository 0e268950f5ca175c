namespace Loadstone.EventStore;

/// <summary>Reads documents and events. Every call is a short round trip of its own; no transaction stays open.</summary>
public interface IQuerySession : IDisposable, IAsyncDisposable
{
    /// <summary>The store that opened the session.</summary>
    IDocumentStore DocumentStore { get; }

    /// <summary>Streams.</summary>
    IQueryEventStore Events { get; }

    /// <summary>Stored on every event that this session saves: what caused them. The current activity's parent to begin with.</summary>
    string? CausationId { get; set; }

    /// <summary>Stored on every event that this session saves: what they belong to. The current activity's trace to begin with.</summary>
    string? CorrelationId { get; set; }

    /// <summary>The document, or null.</summary>
    Task<T?> LoadAsync<T>(Guid id, CancellationToken token = default)
        where T : notnull;

    /// <summary>The document, or null.</summary>
    Task<T?> LoadAsync<T>(string id, CancellationToken token = default)
        where T : notnull;

    /// <summary>Those of the documents that exist, in no order.</summary>
    Task<IReadOnlyList<T>> LoadManyAsync<T>(params Guid[] ids)
        where T : notnull;

    /// <summary>Those of the documents that exist, in no order.</summary>
    Task<IReadOnlyList<T>> LoadManyAsync<T>(CancellationToken token, params Guid[] ids)
        where T : notnull;

    /// <summary>Those of the documents that exist, in no order.</summary>
    Task<IReadOnlyList<T>> LoadManyAsync<T>(params string[] ids)
        where T : notnull;

    /// <summary>Those of the documents that exist, in no order.</summary>
    Task<IReadOnlyList<T>> LoadManyAsync<T>(CancellationToken token, params string[] ids)
        where T : notnull;

    /// <summary>
    /// Documents, or simple values, by SQL. Text that does not begin with select (or with … select) is put behind
    /// <c>select d.id, d.data from {table of T} as d where</c>; the word where is added unless the text begins with where or order
    /// or has one. Otherwise the first column is the JSON of T, or the value itself when T is a simple type.
    /// </summary>
    /// <param name="sql">SQL with <c>?</c> for each parameter, or <c>:name</c> for the members of one anonymous object.</param>
    /// <param name="parameters">The parameters' values in order, or one anonymous object.</param>
    Task<IReadOnlyList<T>> QueryAsync<T>(string sql, params object[] parameters);

    /// <inheritdoc cref="QueryAsync{T}(string, object[])"/>
    Task<IReadOnlyList<T>> QueryAsync<T>(string sql, CancellationToken token, params object[] parameters);
}

/// <summary>Reads streams.</summary>
public interface IQueryEventStore
{
    /// <summary>The events of a stream in order; none when there is no such stream or it is archived.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="version">The last version to read; 0 for all.</param>
    /// <param name="timestamp">The latest time to read.</param>
    /// <param name="fromVersion">The first version to read.</param>
    /// <param name="token">Cancels the call.</param>
    Task<IReadOnlyList<IEvent>> FetchStreamAsync(
        Guid streamId, long version = 0, DateTimeOffset? timestamp = null, long fromVersion = 0, CancellationToken token = default);

    /// <summary>Version and times of a stream, or null.</summary>
    Task<StreamState?> FetchStreamStateAsync(Guid streamId, CancellationToken token = default);

    /// <summary>Folds the events of a stream, whatever snapshot there may be; null when nothing creates the aggregate.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="version">The last version to fold; 0 for all.</param>
    /// <param name="timestamp">The latest time to fold.</param>
    /// <param name="state">What to begin with.</param>
    /// <param name="fromVersion">The first version to fold.</param>
    /// <param name="token">Cancels the call.</param>
    Task<T?> AggregateStreamAsync<T>(
        Guid streamId, long version = 0, DateTimeOffset? timestamp = null, T? state = null, long fromVersion = 0,
        CancellationToken token = default)
        where T : class;
}
