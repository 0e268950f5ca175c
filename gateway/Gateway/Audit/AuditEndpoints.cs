using System.Globalization;
using System.Text;
using Loadstone.Gateway.Api;
using Loadstone.ServiceHost;
using Npgsql;

namespace Loadstone.Gateway.Audit;

/// <summary>The audit log for admins, newest first.</summary>
internal static class AuditEndpoints
{
    private const int UsualLimit = 50;

    public static void MapAudit(this WebApplication app) => app.MapOperation("listAudit", ListAsync);

    private static async Task<AuditList> ListAsync(
        Database database, string? user, string? operation, string? from, string? to, string? outcome, string? limit, string? cursor, CancellationToken cancellation)
    {
        var most = LimitOf(limit);
        var (at, id) = Decode(cursor);
        var found = await database.QueryAsync(
            Database.Script("read_audit"), Read, cancellation, user, operation, TimeOf("from", from), TimeOf("to", to), Known(outcome), at, id, most + 1);
        var shown = found.Take(most).ToList();
        return new AuditList(true, [.. shown.Select(AuditView.Of)], found.Count > most ? Encode(shown[^1]) : null);
    }

    private static AuditEntry Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), new DateTimeOffset(row.GetDateTime(1)), row[2] as string, row.GetString(3), row[4] as string, row.GetString(5), row.GetString(6), row[7] as string,
        row.GetInt32(8), row[9] as string, row[10] as string, row[11] as string);

    private static int LimitOf(string? given) => given is null ? UsualLimit
        : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 200 ? limit
        : throw RefusalException.Field("limit", "must be a whole number between 1 and 200");

    private static DateTime? TimeOf(string name, string? given) => given is null ? null
        : DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.UtcDateTime
        : throw RefusalException.Field(name, "must be a time such as 2030-01-31T12:00:00Z");

    private static string? Known(string? outcome) => outcome is null || AuditEntry.Outcomes.Contains(outcome)
        ? outcome
        : throw RefusalException.Field("outcome", $"must be one of {string.Join(", ", AuditEntry.Outcomes)}");

    private static string Encode(AuditEntry last) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.At.UtcTicks}|{last.Id}")));

    private static (DateTime? At, Guid? Id) Decode(string? cursor)
    {
        if (cursor is null)
            return (null, null);
        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length) && Encoding.ASCII.GetString(bytes, 0, length).Split('|') is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks && Guid.TryParse(id, out var last)
            ? (new DateTime(at, DateTimeKind.Utc), last)
            : throw RefusalException.Field("cursor", "is not a cursor of this list");
    }
}

[Envelope]
internal sealed record AuditList(bool Success, IReadOnlyList<AuditView> Entries, string? NextCursor);

internal sealed record AuditView(
    Guid Id, DateTimeOffset At, string? User, string Via, string? Operation, string Method, string Path, string? Resource, int Status, string Outcome,
    string? Address, string? UserAgent, string? TraceId)
{
    public static AuditView Of(AuditEntry e) =>
        new(e.Id, e.At, e.User, e.Via, e.Operation, e.Method, e.Path, e.Resource, e.Status, e.Outcome, e.Address, e.UserAgent, e.TraceId);
}
