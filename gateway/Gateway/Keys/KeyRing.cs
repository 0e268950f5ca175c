using System.Security.Cryptography;
using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.Plans;
using Npgsql;

namespace Loadstone.Gateway.Keys;

/// <summary>Tells whom a key stands for.</summary>
internal sealed class KeyRing(Database database, KnownVisitors known, IConfiguration configuration)
{
    private readonly byte[]? _local = configuration["LOADSTONE_LOCAL_KEY"] is { Length: >= 32 } key ? KeyText.HashOf(key) : null;

    /// <summary>The visitor of a key; null when it opens nothing.</summary>
    public async Task<Visitor?> FindAsync(string key, HttpContext context)
    {
        var hash = KeyText.HashOf(key);
        if (_local is not null && CryptographicOperations.FixedTimeEquals(hash, _local))
            return IsThisMachine(context) ? new Visitor("local", Role.Admin, Credential.LocalKey, DateTimeOffset.MaxValue) : null;
        return await known.FindAsync($"key {Convert.ToHexString(hash)}", () => AskAsync(hash));
    }

    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address);

    private async Task<Visitor?> AskAsync(byte[] hash) =>
        (await database.QueryAsync(Database.Script("find_key"), Read, CancellationToken.None, hash)).SingleOrDefault();

    // A key never may more than whoever made it may now.
    private static Visitor Read(NpgsqlDataReader row)
    {
        var role = WireNames<Role>.ToValue[row.GetString(row.GetOrdinal("role"))];
        var owners = row["owner_role"] is string name ? WireNames<Role>.ToValue[name] : role;
        return new Visitor($"key:{row["name"]}", role < owners ? role : owners, Credential.Key, row["expires_at"] is DateTime at ? new DateTimeOffset(at) : DateTimeOffset.MaxValue)
        {
            UserId = row["owner"] as Guid?,
            Scopes = (string[])row["scopes"],
        };
    }
}
