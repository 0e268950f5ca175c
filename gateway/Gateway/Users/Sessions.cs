using Loadstone.Gateway.Api;
using Loadstone.Gateway.Doors;
using Loadstone.Gateway.Keys;
using Loadstone.Plans;
using Npgsql;

namespace Loadstone.Gateway.Users;

/// <summary>
/// Who is signed in. Tokens and cookies carry the id of a session and nothing else, so that signing out, a new role and a
/// deactivation hold for all of them at once. Only the id's hash is kept: the tables open no door to whoever reads them.
/// </summary>
internal sealed class Sessions(Database database, KnownVisitors known)
{
    public static readonly TimeSpan LivesUnused = TimeSpan.FromDays(14);

    /// <summary>Begins a session and returns its id.</summary>
    public async Task<string> BeginAsync(Guid user, CancellationToken cancellation)
    {
        var id = KeyText.NewSecret();
        await database.ExecuteAsync(
            "insert into gateway.sessions (id_hash, user_id, expires_at) values ($1, $2, now() + $3)", cancellation, KeyText.HashOf(id), user, LivesUnused);
        return id;
    }

    /// <summary>Who is signed in by a session; null when it has ended.</summary>
    public Task<Visitor?> FindAsync(string id, Credential by)
    {
        var hash = KeyText.HashOf(id);
        return known.FindAsync($"{by} {Convert.ToHexString(hash)}", async () =>
            (await database.QueryAsync(Database.Script("find_session"), row => Read(row, by), CancellationToken.None, hash)).SingleOrDefault());
    }

    /// <summary>Ends one session.</summary>
    public async Task EndAsync(byte[] session, CancellationToken cancellation)
    {
        await database.ExecuteAsync("update gateway.sessions set ended_at = now() where id_hash = $1 and ended_at is null", cancellation, session);
        known.ForgetAll();
    }

    /// <summary>Ends the sessions of a person, but for one if that is named.</summary>
    public async Task EndAllAsync(Guid user, byte[]? except, CancellationToken cancellation)
    {
        await database.ExecuteAsync(
            "update gateway.sessions set ended_at = now() where user_id = $1 and ended_at is null and id_hash is distinct from $2::bytea", cancellation, user, except);
        known.ForgetAll();
    }

    /// <summary>What is known of the people signed in may not hold any more.</summary>
    public void Changed() => known.ForgetAll();

    private static Visitor Read(NpgsqlDataReader row, Credential by) => new(
        row.GetString(row.GetOrdinal("user_name")), WireNames<Role>.ToValue[row.GetString(row.GetOrdinal("role"))], by, DateTimeOffset.MaxValue)
    {
        UserId = (Guid)row["id"],
        Session = (byte[])row["id_hash"],
    };
}
