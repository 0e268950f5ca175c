using System.Text;
using System.Text.RegularExpressions;

namespace Loadstone.Plans;

/// <summary>Some of the series of a page of metrics: those of a name whose labels fit.</summary>
/// <param name="Name">The name.</param>
/// <param name="Matchers">What the labels have to be; a label that is not there is the empty text.</param>
public sealed record SeriesSelector(string Name, IReadOnlyList<LabelMatcher> Matchers)
{
    /// <summary>Whether a series of this name is one of them.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels) => Matchers.All(m => m.Fits(labels.GetValueOrDefault(m.Label, "")));

    /// <summary>Reads a selector that begins at <paramref name="at"/>, which is moved behind it.</summary>
    /// <exception cref="FormatException">There is none; the message goes on after what it stands in.</exception>
    public static SeriesSelector Read(string text, ref int at)
    {
        var name = ReadName(text, ref at, isSeries: true);
        var matchers = new List<LabelMatcher>();
        if (!Next(text, ref at, '{'))
            return new SeriesSelector(name, matchers);
        while (!Next(text, ref at, '}'))
        {
            matchers.Add(ReadMatcher(text, ref at));
            if (!Next(text, ref at, ',') && !(at < text.Length && text[at] == '}'))
                throw Unexpected(text, at);
        }

        return new SeriesSelector(name, matchers);
    }

    private static LabelMatcher ReadMatcher(string text, ref int at)
    {
        Skip(text, ref at);
        var label = ReadName(text, ref at, isSeries: false);
        var isNegated = Next(text, ref at, '!');
        var hasEquals = Next(text, ref at, '=');
        var isPattern = (isNegated || hasEquals) && !(isNegated && hasEquals) && Next(text, ref at, '~');
        if (!(hasEquals || (isNegated && isPattern)) || !Next(text, ref at, '"'))
            throw Unexpected(text, at);
        return LabelMatcher.Of(label, isNegated, isPattern, ReadText(text, ref at));
    }

    private static string ReadName(string text, ref int at, bool isSeries)
    {
        var from = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_' || (isSeries && text[at] == ':')))
            at++;
        return at > from && !char.IsAsciiDigit(text[from]) ? text[from..at] : throw Unexpected(text, from);
    }

    private static string ReadText(string text, ref int at)
    {
        var value = new StringBuilder();
        while (at < text.Length && text[at] != '"')
        {
            // \" \\ and whatever else a pattern may escape.
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
                at++;
            value.Append(text[at++]);
        }

        return Next(text, ref at, '"') ? value.ToString() : throw Unexpected(text, at);
    }

    private static bool Next(string text, ref int at, char wanted)
    {
        Skip(text, ref at);
        if (at >= text.Length || text[at] != wanted)
            return false;
        at++;
        return true;
    }

    private static void Skip(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    private static FormatException Unexpected(string text, int at) =>
        new(at < text.Length ? $"has an unexpected {text[at]} at character {at + 1}" : "ends early");
}

/// <summary>What one label has to be.</summary>
/// <param name="Label">The label.</param>
/// <param name="IsNegated">True when it has to be anything else.</param>
/// <param name="Text">The whole text; null when there is a pattern.</param>
/// <param name="Pattern">What the whole text has to fit; null when there is a text.</param>
public sealed record LabelMatcher(string Label, bool IsNegated, string? Text, Regex? Pattern)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a label of this value fits.</summary>
    public bool Fits(string value) => (Pattern?.IsMatch(value) ?? value == Text) != IsNegated;

    /// <exception cref="FormatException">The pattern is none.</exception>
    internal static LabelMatcher Of(string label, bool isNegated, bool isPattern, string text)
    {
        try
        {
            // Without going back: whoever writes the pattern cannot make the worker busy.
            return isPattern ? new LabelMatcher(label, isNegated, null, new Regex($"^(?:{text})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience))
                : new LabelMatcher(label, isNegated, text, null);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"has a pattern for {label} that is no regular expression without back-references", e);
        }
    }
}
