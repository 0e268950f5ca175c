using System.Text;
using System.Text.Json;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>A page of executions, newest first, as the caller asked for it.</summary>
internal sealed class ExecutionQuery
{
    private const int UsualLimit = 50;

    private readonly List<string> _conditions = ["true"];
    private readonly List<object> _values = [];
    private readonly int _limit;

    /// <param name="limit">How many at most, from the query.</param>
    /// <param name="cursor">Where the page before ended, from the query.</param>
    public ExecutionQuery(string? limit, string? cursor)
    {
        _limit = limit is null ? UsualLimit : int.TryParse(limit, out var given) && given is >= 1 and <= 200 ? given
            : throw RefusalException.Field("limit", "must be a whole number between 1 and 200");
        if (cursor is not null)
            Where("(d.data -> 'request' ->> 'at', d.id::text) < (?, ?)", [.. Decode(cursor)]);
    }

    public ExecutionQuery Where(string condition, params object[] values)
    {
        _conditions.Add(condition);
        _values.AddRange(values);
        return this;
    }

    /// <summary>One of a query's known values; everything when absent.</summary>
    public ExecutionQuery WhereOneOf(string name, string? given, IEnumerable<string> known, string condition)
    {
        if (given is null)
            return this;
        return known.Contains(given) ? Where(condition, given) : throw RefusalException.Field(name, $"must be one of {string.Join(", ", known)}");
    }

    public ExecutionQuery WhereId(string name, string? given, string condition)
    {
        if (given is null)
            return this;
        return Guid.TryParse(given, out var id) ? Where(condition, id.ToString()) : throw RefusalException.Field(name, "must be an id");
    }

    /// <summary>The page, and where the next one begins; null on the last.</summary>
    public async Task<(IReadOnlyList<Execution> Found, string? NextCursor)> ReadAsync(IQuerySession session, CancellationToken cancellation)
    {
        var sql = $"where {string.Join(" and ", _conditions)} order by d.data -> 'request' ->> 'at' desc, d.id::text desc limit {_limit + 1}";
        var found = await session.QueryAsync<Execution>(sql, cancellation, [.. _values]);
        return found.Count > _limit ? ([.. found.Take(_limit)], CursorAfter(found[_limit - 1])) : (found, null);
    }

    private static string CursorAfter(Execution last) =>
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
