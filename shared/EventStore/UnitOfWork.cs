using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>
/// What a session has queued. Saving has two halves: first all that must be read is read, then all is written in one batch.
/// The order matters: versions read after a transaction's first write could put version 2 before version 1 in the feed.
/// </summary>
internal sealed class UnitOfWork(DocumentStore store, DocumentSession session) : IChangeSet
{
    private readonly List<StreamAction> _streams = [];
    private readonly List<StorageOperation> _documents = [];

    private IEnumerable<StreamAction> Appended => _streams.Where(stream => stream.Pending.Count > 0);

    public bool IsEmpty => _documents.Count == 0 && !Appended.Any();

    public IEnumerable<IEvent> GetEvents() => Appended.SelectMany(stream => stream.Events);

    public StreamAction? Find(Guid streamId) => _streams.Find(stream => stream.Id == streamId);

    public void Add(StorageOperation operation) => _documents.Add(operation);

    public void Enlist(StreamAction stream)
    {
        var enlisted = Find(stream.Id);
        if (enlisted == stream)
            return;
        if (enlisted is { Pending.Count: > 0 })
            throw new InvalidOperationException($"Something else is queued for stream {stream.Id} in this session");
        if (enlisted is not null)
            _streams.Remove(enlisted);
        _streams.Add(stream);
    }

    /// <summary>Reads the versions and snapshots that the appends build on, all in one round trip, and stamps the events.</summary>
    public async Task<PreparedWork> PrepareAsync(CancellationToken token)
    {
        await store.Storage.EnsureAsync(token);
        var now = Now();
        var appended = Appended.ToList();
        await new AppendBasis(store, appended).ReadAsync(token);
        var operations = new List<StorageOperation>();
        foreach (var stream in appended)
        {
            Stamp(stream, now);
            operations.Add(new WriteFirstEvent(stream, store.Options));
            operations.AddRange(stream.Pending.Skip(1).Select(e => new WriteNextEvent(stream, e, store.Options)));
            operations.AddRange(store.InlineProjections.Where(stream.Concerns).Select(projection => Snapshot(stream, projection)));
        }

        operations.AddRange(_documents);
        if (appended.Count > 0 && store.HasConsumers)
            operations.Add(new NotifyEvents(store.Options));
        return new PreparedWork(operations);
    }

    /// <summary>After the commit: nothing is queued any more.</summary>
    public void Clear()
    {
        _streams.ForEach(stream => stream.IsSaved = true);
        _streams.Clear();
        _documents.Clear();
    }

    private StorageOperation Snapshot(StreamAction stream, Projection projection)
    {
        var folded = stream.Snapshots[projection].Fold(projection.Aggregator, stream.Pending);
        return folded is null
            ? new DeleteDocument(projection.Document, stream.Id)
            : new StoreSnapshot(projection.Document, folded, stream.Id, stream.BaseVersion + stream.Pending.Count, store.Options);
    }

    private void Stamp(StreamAction stream, DateTimeOffset now)
    {
        for (var i = 0; i < stream.Pending.Count; i++)
        {
            var e = stream.Pending[i];
            e.Id = e.Id == Guid.Empty ? Guid.NewGuid() : e.Id;
            e.StreamId = stream.Id;
            e.Version = stream.BaseVersion + i + 1;
            e.Timestamp = now;
            (e.CorrelationId, e.CausationId) = (session.CorrelationId, session.CausationId);
            foreach (var (key, value) in session.Headers)
                (e.Headers ??= new Dictionary<string, object>(StringComparer.Ordinal)).TryAdd(key, value);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } traceparent })
                (e.Headers ??= new Dictionary<string, object>(StringComparer.Ordinal)).TryAdd("traceparent", traceparent);
            e.UserName ??= session.LastModifiedBy;
        }
    }

    /// <summary>The store's time at the precision that PostgreSQL keeps.</summary>
    private DateTimeOffset Now()
    {
        var now = store.Options.Events.TimeProvider.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}

/// <summary>The statements of one save, in order.</summary>
internal sealed class PreparedWork(List<StorageOperation> operations)
{
    /// <summary>Writes all or nothing: one round trip, in the transaction that is open, or else in one of its own.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, CancellationToken token)
    {
        if (operations.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var operation in operations)
            batch.BatchCommands.Add(operation.ToCommand());
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(token);
            await ReadResultsAsync(reader, token);
        }
        catch (PostgresException refusal)
        {
            var explained = Explain(batch, refusal);
            if (explained is null)
                throw;
            throw explained;
        }
    }

    private async Task ReadResultsAsync(DbDataReader reader, CancellationToken token)
    {
        foreach (var operation in operations.Where(operation => operation.ReturnsRows))
        {
            await operation.ReadAsync(reader, token);
            await reader.NextResultAsync(token);
        }
    }

    /// <summary>By the statement that failed; a data source of the caller's may not say which, then by the first it could be.</summary>
    private Exception? Explain(NpgsqlBatch batch, PostgresException refusal)
    {
        var index = refusal.BatchCommand is NpgsqlBatchCommand failed ? batch.BatchCommands.IndexOf(failed) : -1;
        var suspects = index < 0 ? operations : [operations[index]];
        return suspects.Select(operation => operation.Explain(refusal)).FirstOrDefault(explained => explained is not null);
    }
}
