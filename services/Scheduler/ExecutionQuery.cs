using System.Text;
using System.Text.Json;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>A page of executions, newest first, as the caller asked for it.</summary>
internal sealed record ExecutionQuery(string Sql, object[] Values, int Limit)
{
    public static ExecutionQuery Of(string? limit, string? status, string? configurationId, string? cursor)
    {
        var conditions = new List<string> { "true" };
        var values = new List<object>();
        if (status is not null)
            Add("d.data ->> 'status' = ?", WireNames<ExecutionStatus>.ToValue.ContainsKey(status) ? status
                : throw RefusalException.Field("status", $"must be one of {string.Join(", ", WireNames<ExecutionStatus>.ToValue.Keys)}"));
        if (configurationId is not null)
            Add("d.data -> 'request' -> 'configuration' ->> 'configuration_id' = ?", Guid.TryParse(configurationId, out var id) ? id.ToString()
                : throw RefusalException.Field("configurationId", "must be the id of a configuration"));
        if (cursor is not null)
            Add("(d.data -> 'request' ->> 'at', d.id::text) < (?, ?)", [.. Decode(cursor)]);
        var most = limit is null ? 50 : int.TryParse(limit, out var given) && given is >= 1 and <= 200 ? given
            : throw RefusalException.Field("limit", "must be a whole number between 1 and 200");
        var sql = $"where {string.Join(" and ", conditions)} order by d.data -> 'request' ->> 'at' desc, d.id::text desc limit {most + 1}";
        return new ExecutionQuery(sql, [.. values], most);

        void Add(string condition, params object[] given)
        {
            conditions.Add(condition);
            values.AddRange(given);
        }
    }

    public static string CursorAfter(Execution last) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{JsonSerializer.Serialize(last.Request.At).Trim('"')}|{last.Id}"));

    private static string[] Decode(string cursor)
    {
        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length) && !bytes.AsSpan(0, length).Contains((byte)0)
            && Encoding.UTF8.GetString(bytes, 0, length).Split('|') is { Length: 2 } parts
            ? parts
            : throw RefusalException.Field("cursor", "is not a cursor of this list");
    }
}
