using System.Data.Common;
using Npgsql;

namespace Loadstone.EventStore;

/// <summary>Rows of mt_events to events. All statements that read events begin with these columns in this order.</summary>
internal sealed class EventReader(EventMappings mappings, Serializer serializer)
{
    /// <summary>The type of the rows with which Marten fills holes in the sequence.</summary>
    private const string TombstoneType = "tombstone";

    private const int SeqId = 0, Id = 1, StreamId = 2, Version = 3, Data = 4, Type = 5, Timestamp = 6, DotNetType = 7,
        CorrelationId = 8, CausationId = 9, Headers = 10, IsArchived = 11;

    public static long SequenceOf(DbDataReader row) => row.GetInt64(SeqId);

    /// <summary>
    /// Whether the row is an event for a reader of certain types, or of all (null). An event of a type that nobody knows any more is
    /// passed over by those who want certain types, and stops all others when it is read.
    /// </summary>
    public bool IsWanted(DbDataReader row, Predicate<Type>? wants)
    {
        if (row.GetBoolean(IsArchived) || string.Equals(row.GetString(Type), TombstoneType, StringComparison.Ordinal))
            return false;
        return wants is null || (MappingOf(row) is { } mapping && wants(mapping.EventType));
    }

    /// <exception cref="UnknownEventTypeException">Neither the alias nor the .NET type is known.</exception>
    public Event Read(DbDataReader row)
    {
        var mapping = MappingOf(row) ?? throw new UnknownEventTypeException(row.GetString(Type), TextOrNull(row, DotNetType));
        var e = mapping.Wrap(serializer.FromJson(row.GetFieldValue<byte[]>(Data), mapping.EventType));
        e.Sequence = row.GetInt64(SeqId);
        e.Id = row.GetGuid(Id);
        e.StreamId = row.GetGuid(StreamId);
        e.Version = row.GetInt64(Version);
        e.EventTypeName = row.GetString(Type);
        e.Timestamp = row.GetFieldValue<DateTimeOffset>(Timestamp);
        e.DotNetTypeName = TextOrNull(row, DotNetType) ?? e.DotNetTypeName;
        e.CorrelationId = TextOrNull(row, CorrelationId);
        e.CausationId = TextOrNull(row, CausationId);
        e.Headers = row.IsDBNull(Headers) ? null : Serializer.HeadersFromJson(row.GetFieldValue<byte[]>(Headers));
        e.IsArchived = row.GetBoolean(IsArchived);
        return e;
    }

    public async Task<List<IEvent>> ReadAllAsync(NpgsqlCommand command, Predicate<Type>? wants, CancellationToken token)
    {
        var events = new List<IEvent>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            if (IsWanted(reader, wants))
                events.Add(Read(reader));
        }

        return events;
    }

    private EventMapping? MappingOf(DbDataReader row) => mappings.Find(row.GetString(Type), TextOrNull(row, DotNetType));

    private static string? TextOrNull(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
