using Npgsql;
using NpgsqlTypes;

namespace Loadstone.EventStore;

/// <summary>Parameters with their types said, so that no statement is prepared twice.</summary>
internal static class Parameter
{
    public static NpgsqlParameter Of(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value };

    public static NpgsqlParameter Of(Guid[] values) => Typed(values, NpgsqlDbType.Array | NpgsqlDbType.Uuid);

    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value };

    public static NpgsqlParameter Of(DateTimeOffset value) =>
        Typed(value.UtcDateTime, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Of(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar };

    public static NpgsqlParameter Of(string[] values) => Typed(values, NpgsqlDbType.Array | NpgsqlDbType.Varchar);

    public static NpgsqlParameter TransactionId(ulong value) => Typed(value, NpgsqlDbType.Xid8);

    /// <summary>UTF-8 JSON, or null.</summary>
    public static NpgsqlParameter Json(byte[]? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    /// <summary>The id of a document: a Guid or a string.</summary>
    public static NpgsqlParameter Id(object id) => id is Guid guid ? Of(guid) : Of((string)id);

    private static NpgsqlParameter<T> Typed<T>(T value, NpgsqlDbType type) => new() { TypedValue = value, NpgsqlDbType = type };
}
