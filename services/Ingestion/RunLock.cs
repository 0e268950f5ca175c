using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>
/// Keeps who stores windows of a run and who closes its seconds apart. Many may store at once; one closes, alone. A lock of a row would do for
/// that but for one thing: those who share it do not queue behind one who wants it alone, so under steady storing no second would ever be
/// closed. These locks are given in the order they are asked for (PostgreSQL manual, 13.3.5), and go with the transaction.
/// </summary>
internal static class RunLock
{
    /// <summary>Taken by who stores, in a statement before the one that stores: only so does that see what was closed meanwhile.</summary>
    public const string Shared = "select pg_advisory_xact_lock_shared(hashtextextended($1::text, 7))";

    private const string Alone = "select pg_advisory_xact_lock(hashtextextended($1::text, 7))";

    /// <summary>Waits until nobody stores, and keeps others from it to the end of the caller's transaction.</summary>
    public static async Task TakeAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Alone, connection);
        Database.AddValues(command.Parameters, run);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
