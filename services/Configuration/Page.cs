using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration;

/// <summary>Conditions of a list, put together from what the caller asked for.</summary>
internal sealed class ListFilter
{
    private readonly List<string> _conditions = [];
    private readonly List<object> _values = [];

    public string Sql => string.Join(" and ", _conditions);

    public object[] Values => [.. _values];

    public ListFilter Add(string condition, params object[] values)
    {
        _conditions.Add(condition);
        _values.AddRange(values);
        return this;
    }

    public ListFilter AddIf(object? value, string condition) => value is null ? this : Add(condition, value);

    /// <summary>true or false from a query; null when absent.</summary>
    public static bool? Flag(string name, string? given) => given switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw RefusalException.Field(name, "must be true or false"),
    };

    /// <summary>One of an enumeration's wire names from a query; null when absent.</summary>
    public static string? OneOf<T>(string name, string? given)
        where T : struct, Enum =>
        given is null || WireNames<T>.ToValue.ContainsKey(given)
            ? given
            : throw RefusalException.Field(name, $"must be one of {string.Join(", ", WireNames<T>.ToValue.Keys)}");
}

/// <summary>One page of a list, newest first. The cursor is the place after its last element, and means nothing to callers.</summary>
internal sealed class Page<T>
    where T : Resource
{
    private const int UsualLimit = 50;

    private readonly IReadOnlyList<T> _found;
    private readonly int _limit;

    private Page(IReadOnlyList<T> found, int limit) => (_found, _limit) = (found, limit);

    public static async Task<Page<T>> ReadAsync(
        IQuerySession session, ListFilter filter, string? limit, string? cursor, CancellationToken cancellation)
    {
        var most = LimitOf(limit);
        if (cursor is not null)
            filter.Add("(d.data ->> 'created_at', d.id::text) < (?, ?)", [.. Decode(cursor)]);
        var found = await session.QueryAsync<T>(
            $"where {filter.Sql} order by d.data ->> 'created_at' desc, d.id::text desc limit {most + 1}", cancellation, filter.Values);
        return new Page<T>(found, most);
    }

    public JsonObject ToJson(string name, JsonObject? summary = null)
    {
        var shown = _found.Take(_limit).ToList();
        var json = new JsonObject { ["success"] = true, [name] = new JsonArray([.. shown.Select(r => r.ToJson())]) };
        if (summary is not null)
            json["summary"] = summary;
        json["nextCursor"] = _found.Count > _limit ? Encode(shown[^1]) : null;
        return json;
    }

    private static int LimitOf(string? given) => given is null ? UsualLimit
        : int.TryParse(given, out var limit) && limit is >= 1 and <= 200 ? limit
        : throw RefusalException.Field("limit", "must be a whole number between 1 and 200");

    private static string Encode(T last) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{JsonSerializer.Serialize(last.CreatedAt).Trim('"')}|{last.Id}"));

    private static string[] Decode(string cursor)
    {
        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length) && !bytes.AsSpan(0, length).Contains((byte)0)
            && Encoding.UTF8.GetString(bytes, 0, length).Split('|') is { Length: 2 } parts
            ? parts
            : throw RefusalException.Field("cursor", "is not a cursor of this list");
    }
}
