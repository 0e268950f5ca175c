using System.Data.Common;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>One statement of a save.</summary>
internal abstract class StorageOperation
{
    /// <summary>Whether the statement gives back rows, and so takes its turn among the batch's results.</summary>
    public virtual bool ReturnsRows => false;

    public abstract NpgsqlBatchCommand ToCommand();

    public virtual Task ReadAsync(DbDataReader reader, CancellationToken token) => Task.CompletedTask;

    /// <summary>What the database's refusal means here; null if nothing in particular.</summary>
    public virtual Exception? Explain(PostgresException refusal) => null;

    protected static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }
}

/// <summary>Writes one event, already stamped.</summary>
internal abstract class WriteEvent(StreamAction stream, Event e, StoreOptions options) : StorageOperation
{
    public sealed override bool ReturnsRows => true;

    protected Event Event => e;

    protected StreamAction Stream => stream;

    protected StoreOptions Options => options;

    public sealed override async Task ReadAsync(DbDataReader reader, CancellationToken token)
    {
        if (await reader.ReadAsync(token))
            e.Sequence = reader.GetInt64(0);
    }

    public sealed override Exception? Explain(PostgresException refusal)
    {
        if (!IsLostRace(refusal))
            return null;
        return stream is { MustStart: true, BaseVersion: 0 }
            ? new ExistingStreamIdCollisionException(stream.Id, stream.AggregateType, refusal)
            : new EventStreamUnexpectedMaxEventIdException(stream.Id, stream.AggregateType, stream.BaseVersion, -1, refusal);
    }

    protected NpgsqlBatchCommand WithEvent(NpgsqlBatchCommand command)
    {
        var parameters = command.Parameters;
        parameters.Add(Parameter.Of(e.Timestamp));
        parameters.Add(Parameter.Of(e.Id));
        parameters.Add(Parameter.Json(options.Serializer.ToJson(e.Data, e.EventType)));
        parameters.Add(Parameter.Of(e.EventTypeName));
        parameters.Add(Parameter.Of(e.DotNetTypeName));
        parameters.Add(Parameter.Json(Serializer.HeadersToJson(e.Headers)));
        parameters.Add(Parameter.Of(e.CorrelationId));
        parameters.Add(Parameter.Of(e.CausationId));
        return command;
    }

    private static bool IsLostRace(PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => refusal.ConstraintName is "pkey_mt_streams_id" or "pk_mt_events_stream_and_version",
        PostgresErrorCodes.NotNullViolation => refusal is { TableName: "mt_events", ColumnName: "version" },
        _ => false,
    };
}

/// <summary>Starts or moves a stream for all events of this save, and writes the first of them.</summary>
internal sealed class WriteFirstEvent(StreamAction stream, StoreOptions options) : WriteEvent(stream, stream.Pending[0], options)
{
    private long Version => Stream.BaseVersion + Stream.Pending.Count;

    public override NpgsqlBatchCommand ToCommand() => WithEvent(Stream.BaseVersion == 0 ? Start() : Move());

    private NpgsqlBatchCommand Start() => Command(Options.Scripts["start_stream"],
        Parameter.Of(Stream.Id), Parameter.Of(Stream.AggregateType is { } type ? Options.AggregateAlias(type) : null),
        Parameter.Of(Version));

    private NpgsqlBatchCommand Move() => Command(Options.Scripts["append_to_stream"],
        Parameter.Of(Stream.Id), Parameter.Of(Stream.BaseVersion), Parameter.Of(Version));
}

/// <summary>Writes a further event of a stream.</summary>
internal sealed class WriteNextEvent(StreamAction stream, Event e, StoreOptions options) : WriteEvent(stream, e, options)
{
    public override NpgsqlBatchCommand ToCommand() => WithEvent(Command(Options.Scripts["insert_event"],
        Parameter.Of(Stream.Id), Parameter.Of(Event.Version)));
}

/// <summary>Wakes whoever waits for events, when the transaction commits.</summary>
internal sealed class NotifyEvents(StoreOptions options) : StorageOperation
{
    public override bool ReturnsRows => true;

    public override NpgsqlBatchCommand ToCommand() => Command(options.Scripts["notify_events"]);
}

/// <summary>Writes a snapshot with the version of its stream.</summary>
internal sealed class StoreSnapshot(DocumentMapping mapping, object snapshot, Guid streamId, long version, StoreOptions options)
    : StorageOperation
{
    public override NpgsqlBatchCommand ToCommand() => Command(mapping.Sql.Store,
        Parameter.Of(streamId), Parameter.Json(options.Serializer.ToJson(snapshot, mapping.DocumentType)),
        Parameter.Of(version), Parameter.Of(mapping.DocumentType.FullName));
}

/// <summary>Writes a document under a new version, over the stored one or only where there is none.</summary>
internal sealed class StoreDocument(DocumentMapping mapping, object document, bool mustBeNew, StoreOptions options)
    : StorageOperation
{
    public override NpgsqlBatchCommand ToCommand() => Command(mustBeNew ? mapping.Sql.Insert : mapping.Sql.Store,
        Parameter.Id(mapping.IdOf(document)), Parameter.Json(options.Serializer.ToJson(document, mapping.DocumentType)),
        Parameter.Of(Guid.CreateVersion7()), Parameter.Of(mapping.DocumentType.FullName));

    public override Exception? Explain(PostgresException refusal) =>
        mustBeNew && string.Equals(refusal.ConstraintName, $"pkey_{mapping.TableName}_id", StringComparison.Ordinal)
            ? new DocumentAlreadyExistsException(mapping.DocumentType, mapping.IdOf(document), refusal)
            : null;
}

internal sealed class DeleteDocument(DocumentMapping mapping, object id) : StorageOperation
{
    public override NpgsqlBatchCommand ToCommand() => Command(mapping.Sql.Delete, Parameter.Id(id));
}
