using System.Data.Common;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>Reads what appends build on and do not know yet: the version of the stream, and the inline snapshots to fold into.</summary>
internal sealed class AppendBasis(DocumentStore store, IReadOnlyList<StreamAction> streams)
{
    private readonly List<(StreamAction Stream, Projection? Projection)> _reads = [];

    public async Task ReadAsync(CancellationToken token)
    {
        foreach (var stream in streams)
            Plan(stream);
        if (_reads.Count == 0)
            return;
        await using var batch = store.DataSource.CreateBatch();
        foreach (var (stream, projection) in _reads)
            batch.BatchCommands.Add(Command(stream, projection));
        await using var reader = await batch.ExecuteReaderAsync(token);
        StreamAction? previous = null;
        foreach (var (stream, projection) in _reads)
        {
            Take(stream, projection, await StreamHead.ReadAsync(reader, store, projection, token), isFirst: stream != previous);
            await reader.NextResultAsync(token);
            previous = stream;
        }
    }

    private void Plan(StreamAction stream)
    {
        stream.BaseVersion = stream.StartingVersion ?? 0;
        if (stream.StartingVersion is null)
            stream.Snapshots.Clear();
        var missing = store.InlineProjections
            .Where(projection => stream.Concerns(projection) && !stream.Snapshots.ContainsKey(projection)).ToList();
        if (stream.StartingVersion == 0)
            missing.ForEach(projection => stream.Snapshots[projection] = new FoldedSnapshot(document: null));
        else if (missing.Count > 0)
            _reads.AddRange(missing.Select(projection => (stream, (Projection?)projection)));
        else if (stream.StartingVersion is null)
            _reads.Add((stream, null));
    }

    private NpgsqlBatchCommand Command(StreamAction stream, Projection? projection) =>
        new(projection?.Document.Sql.StreamWithSnapshot ?? store.Options.Scripts["stream_version"])
        {
            Parameters = { Parameter.Of(stream.Id) },
        };

    /// <summary>The first read gives the version; a snapshot read later may only be newer, and then the append is refused.</summary>
    private static void Take(StreamAction stream, Projection? projection, StreamHead head, bool isFirst)
    {
        if (head.IsArchived)
            throw new InvalidStreamOperationException($"Stream {stream.Id} is archived");
        if (stream.StartingVersion is { } expected && expected != head.Version)
            throw new EventStreamUnexpectedMaxEventIdException(stream.Id, stream.AggregateType, expected, head.Version);
        if (isFirst)
            stream.BaseVersion = head.Version;
        if (projection is not null)
            stream.Snapshots[projection] = new FoldedSnapshot(head.Snapshot);
    }
}

/// <summary>Where a stream stands: version 0 if it does not exist.</summary>
internal readonly record struct StreamHead(long Version, bool IsArchived, object? Snapshot)
{
    /// <summary>Reads version, is_archived and, for a projection, data.</summary>
    public static async Task<StreamHead> ReadAsync(
        DbDataReader reader, DocumentStore store, Projection? projection, CancellationToken token)
    {
        if (!await reader.ReadAsync(token))
            return default;
        var snapshot = projection is null || reader.IsDBNull(2)
            ? null
            : store.Options.Serializer.FromJson(reader.GetFieldValue<byte[]>(2), projection.Document.DocumentType);
        return new StreamHead(reader.GetInt64(0), reader.GetBoolean(1), snapshot);
    }
}
