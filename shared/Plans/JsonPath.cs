using System.Globalization;

namespace Loadstone.Plans;

/// <summary>One step into a JSON value: a member by name, or an element by index (from the end when negative).</summary>
/// <param name="Name">The member's name; null for an index.</param>
/// <param name="Index">The element's index, used when <paramref name="Name"/> is null.</param>
public readonly record struct JsonPathSegment(string? Name, int Index);

/// <summary>
/// A path to one value in a JSON document: the singular queries of RFC 9535 §2.3.5.1, such as <c>$.items[0].id</c>,
/// <c>$['a name']</c> and <c>$.items[-1]</c>. Wildcards, filters and slices are refused: a check or an extraction means one value.
/// </summary>
/// <param name="Segments">The steps from the root.</param>
public sealed record JsonPath(IReadOnlyList<JsonPathSegment> Segments)
{
    /// <summary>Reads a path; false when it is no singular query.</summary>
    public static bool TryParse(string text, out JsonPath path)
    {
        var segments = new List<JsonPathSegment>();
        path = new JsonPath(segments);
        if (!text.StartsWith('$'))
            return false;
        for (var at = 1; at < text.Length;)
        {
            var end = text[at] == '[' ? ReadBracket(text, at, segments) : ReadDot(text, at, segments);
            if (end < 0)
                return false;
            at = end;
        }

        return true;
    }

    private static int ReadDot(string text, int at, List<JsonPathSegment> segments)
    {
        if (text[at] != '.')
            return -1;
        var end = at + 1;
        while (end < text.Length && text[end] is not ('.' or '['))
            end++;
        var name = text[(at + 1)..end];
        if (name.Length == 0 || name.AsSpan().IndexOfAny("*' \"?@()") >= 0)
            return -1;
        segments.Add(new JsonPathSegment(name, 0));
        return end;
    }

    private static int ReadBracket(string text, int at, List<JsonPathSegment> segments)
    {
        var close = text.IndexOf(']', at);
        if (close < 0)
            return -1;
        var inside = text[(at + 1)..close];
        if (inside.Length > 2 && inside[0] is '\'' or '"' && inside[^1] == inside[0])
            segments.Add(new JsonPathSegment(inside[1..^1], 0));
        else if (int.TryParse(inside, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            segments.Add(new JsonPathSegment(null, index));
        else
            return -1;
        return close + 1;
    }
}
