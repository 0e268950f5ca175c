using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.ServiceHost;

namespace Loadstone.Resources;

/// <summary>What a list is sorted by; resources of the same key stand in the order of their ids.</summary>
/// <typeparam name="T">The resource.</typeparam>
/// <param name="Sql">The key in SQL; the document is <c>d.data</c>.</param>
/// <param name="KeyOf">The same key of a resource, as text.</param>
/// <param name="Descending">Highest first.</param>
public sealed record PageOrder<T>(string Sql, Func<T, string> KeyOf, bool Descending = false)
    where T : Resource
{
    /// <summary>Newest first.</summary>
    public static readonly PageOrder<T> Newest =
        new("d.data ->> 'created_at'", r => JsonSerializer.Serialize(r.CreatedAt).Trim('"'), Descending: true);

    internal string After => $"({Sql}, d.id::text) {(Descending ? '<' : '>')} (?, ?)";

    internal int Compare(T a, T b) => Compare((KeyOf(a), a.Id.ToString()), (KeyOf(b), b.Id.ToString()));

    internal int Compare((string Key, string Id) a, (string Key, string Id) b)
    {
        var order = string.CompareOrdinal(a.Key, b.Key) is not 0 and var byKey ? byKey : string.CompareOrdinal(a.Id, b.Id);
        return Descending ? -order : order;
    }

    internal string OrderBy => Descending ? $"{Sql} desc, d.id::text desc" : $"{Sql}, d.id::text";
}

/// <summary>Reads lists page by page.</summary>
public static class Page
{
    private const int UsualLimit = 50;

    /// <summary>Reads a page.</summary>
    /// <typeparam name="T">The resource.</typeparam>
    /// <param name="session">Where the service keeps its resources.</param>
    /// <param name="filter">What is listed.</param>
    /// <param name="limit">How many at most, from the query: 1 to 200, 50 when absent.</param>
    /// <param name="cursor">The place to go on from, from the query.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="order">The order; newest first when absent.</param>
    /// <param name="shipped">Those that are listed besides, though they are not stored.</param>
    public static async Task<Page<T>> ReadAsync<T>(
        IQuerySession session, ListFilter filter, string? limit, string? cursor, CancellationToken cancellation, PageOrder<T>? order = null,
        IEnumerable<T>? shipped = null)
        where T : Resource
    {
        var (most, sorted, after) = (LimitOf(limit), order ?? PageOrder<T>.Newest, cursor is null ? null : Decode(cursor));
        if (after is not null)
            filter.Add(sorted.After, [.. after]);
        var found = await session.QueryAsync<T>(
            $"where {filter.Sql} order by {sorted.OrderBy} limit {most + 1}", cancellation, filter.Values);
        return new Page<T>(shipped is null ? found : [.. Merged(found, shipped, sorted, after).Take(most + 1)], most, sorted);
    }

    /// <summary>Reads a page of what is no resource, newest first, and where the next one begins; null on the last.</summary>
    /// <typeparam name="T">The document.</typeparam>
    /// <param name="session">Where the service keeps its documents.</param>
    /// <param name="filter">What is listed.</param>
    /// <param name="limit">How many at most, from the query: 1 to 200, 50 when absent.</param>
    /// <param name="cursor">The place to go on from, from the query.</param>
    /// <param name="at">The instant it is sorted by, in SQL.</param>
    /// <param name="of">A document's id and the same instant.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<(IReadOnlyList<T> Found, string? NextCursor)> NewestAsync<T>(
        IQuerySession session, ListFilter filter, string? limit, string? cursor, string at, Func<T, (Guid Id, DateTimeOffset At)> of, CancellationToken cancellation)
        where T : notnull
    {
        var most = LimitOf(limit);
        if (cursor is not null)
            filter.Add($"({at}, d.id::text) < (?, ?)", [.. Decode(cursor)]);
        var found = await session.QueryAsync<T>($"where {filter.Sql} order by {at} desc, d.id::text desc limit {most + 1}", cancellation, filter.Values);
        if (found.Count <= most)
            return (found, null);
        var last = of(found[most - 1]);
        return ([.. found.Take(most)], Encode(last.Id, JsonSerializer.Serialize(last.At).Trim('"')));
    }

    private static IEnumerable<T> Merged<T>(IReadOnlyList<T> found, IEnumerable<T> shipped, PageOrder<T> sorted, string[]? after)
        where T : Resource =>
        found.Concat(shipped.Where(s => after is null || sorted.Compare((sorted.KeyOf(s), s.Id.ToString()), (after[0], after[1])) > 0))
            .Order(Comparer<T>.Create(sorted.Compare));

    /// <summary>How many a page has at most, from the query.</summary>
    public static int LimitOf(string? given) => given is null ? UsualLimit
        : int.TryParse(given, out var limit) && limit is >= 1 and <= 200 ? limit
        : throw RefusalException.Field("limit", "must be a whole number between 1 and 200");

    // The cursor after an element, by its id and the key that the list is sorted by.
    internal static string Encode(Guid id, string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}|{key}"));

    private static string[] Decode(string cursor)
    {
        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length) && !bytes.AsSpan(0, length).Contains((byte)0)
            && Encoding.UTF8.GetString(bytes, 0, length).Split('|', 2) is [var id, var key]
            ? [key, id]
            : throw RefusalException.Field("cursor", "is not a cursor of this list");
    }
}

/// <summary>One page of a list. The cursor is the place after its last element, and means nothing to callers.</summary>
/// <typeparam name="T">The resource.</typeparam>
public sealed class Page<T>
    where T : Resource
{
    private readonly IReadOnlyList<T> _found;
    private readonly int _limit;
    private readonly PageOrder<T> _order;

    internal Page(IReadOnlyList<T> found, int limit, PageOrder<T> order) => (_found, _limit, _order) = (found, limit, order);

    /// <summary>The answer: the page under the list's name, a summary if there is one, and the next page's cursor.</summary>
    public JsonObject ToJson(string name, JsonObject? summary = null)
    {
        var shown = _found.Take(_limit).ToList();
        var json = new JsonObject { ["success"] = true, [name] = new JsonArray([.. shown.Select(r => r.ToJson())]) };
        if (summary is not null)
            json["summary"] = summary;
        json["nextCursor"] = _found.Count > _limit ? Page.Encode(shown[^1].Id, _order.KeyOf(shown[^1])) : null;
        return json;
    }
}
