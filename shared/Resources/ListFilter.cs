using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Resources;

/// <summary>Conditions of a list, put together from what the caller asked for.</summary>
public sealed class ListFilter
{
    private readonly List<string> _conditions = [];
    private readonly List<object> _values = [];

    /// <summary>The conditions in SQL, with a <c>?</c> for each of <see cref="Values"/>. The document is <c>d.data</c>.</summary>
    public string Sql => _conditions.Count == 0 ? "true" : string.Join(" and ", _conditions);

    /// <summary>The values, in the order of their question marks.</summary>
    public object[] Values => [.. _values];

    /// <summary>Those that are active, or, when the query says so, those that are not.</summary>
    public static ListFilter ByActive(string? active) =>
        new ListFilter().Add("(d.data ->> 'is_active')::boolean = ?", Flag("active", active) ?? true);

    /// <summary>Adds a condition with its values.</summary>
    public ListFilter Add(string condition, params object[] values)
    {
        _conditions.Add(condition);
        _values.AddRange(values);
        return this;
    }

    /// <summary>Adds a condition with one value, unless that is null.</summary>
    public ListFilter AddIf(object? value, string condition) => value is null ? this : Add(condition, value);

    /// <summary>true or false from a query; null when absent.</summary>
    public static bool? Flag(string name, string? given) => given switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw RefusalException.Field(name, "must be true or false"),
    };

    /// <summary>An id from a query, as documents write it; null when absent.</summary>
    public static string? Id(string name, string? given, string of) => given is null ? null
        : Guid.TryParse(given, out var id) ? id.ToString() : throw RefusalException.Field(name, $"must be the id of {of}");

    /// <summary>One of an enumeration's wire names from a query; null when absent.</summary>
    public static string? OneOf<T>(string name, string? given)
        where T : struct, Enum =>
        given is null || WireNames<T>.ToValue.ContainsKey(given)
            ? given
            : throw RefusalException.Field(name, $"must be one of {string.Join(", ", WireNames<T>.ToValue.Keys)}");
}
