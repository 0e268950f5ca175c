using Npgsql;

namespace Loadstone.Gateway.Keys;

/// <summary>A key as it may be shown: never the key itself.</summary>
internal sealed record ApiKeyView(
    Guid Id, string Name, string Prefix, string Role, IReadOnlyList<string> Scopes, string CreatedBy, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, string? RevokedBy);

/// <summary>The keys that were given out.</summary>
internal sealed class ApiKeys(Database database)
{
    private const string Columns = "id, name, prefix, role, scopes, created_by, created_at, expires_at, last_used_at, revoked_at, revoked_by";

    /// <summary>Keeps a new key; null when there is a key of that name.</summary>
    public async Task<ApiKeyView?> AddAsync(NewKey key, string text, string by, Guid? owner, CancellationToken cancellation) => (await database.QueryAsync(
        $"""
        insert into gateway.api_keys (id, name, prefix, hash, role, scopes, owner, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7::uuid, $8, $9::timestamptz)
        on conflict (name) where revoked_at is null do nothing returning {Columns}
        """,
        Read, cancellation, Guid.CreateVersion7(), key.Name, KeyText.PrefixOf(text), KeyText.HashOf(text), key.Role, key.Scopes.ToArray(), owner, by, key.ExpiresAt)).SingleOrDefault();

    /// <summary>Keys, newest first: all, or those of one owner.</summary>
    public Task<List<ApiKeyView>> ListAsync(Guid? owner, bool isActive, CancellationToken cancellation) => database.QueryAsync(
        $"select {Columns} from gateway.api_keys where ($1::uuid is null or owner = $1) and (revoked_at is null and (expires_at is null or expires_at > now())) = $2 order by created_at desc, id",
        Read, cancellation, owner, isActive);

    /// <summary>Revokes a key, of one owner if one is named; a second time changes nothing. Null when there is none.</summary>
    public async Task<ApiKeyView?> RevokeAsync(Guid id, Guid? owner, string by, CancellationToken cancellation) => (await database.QueryAsync(
        $"""
        update gateway.api_keys set revoked_by = case when revoked_at is null then $3 else revoked_by end, revoked_at = coalesce(revoked_at, now())
        where id = $1 and ($2::uuid is null or owner = $2) returning {Columns}
        """,
        Read, cancellation, id, owner, by)).SingleOrDefault();

    private static ApiKeyView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), (string[])row[4], row.GetString(5), Time(row[6])!.Value,
        Time(row[7]), Time(row[8]), Time(row[9]), row[10] as string);

    private static DateTimeOffset? Time(object value) => value is DateTime time ? new DateTimeOffset(time) : null;
}

/// <summary>A key that is asked for.</summary>
internal sealed record NewKey(string Name, string Role, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);
