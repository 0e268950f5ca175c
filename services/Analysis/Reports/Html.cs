using System.Globalization;
using System.Net;

namespace Loadstone.Analysis.Reports;

/// <summary>Markup with values in it. Names come from plans: no text of theirs may become markup.</summary>
internal static class Html
{
    public static string Text(FormattableString html) => string.Format(
        CultureInfo.InvariantCulture, html.Format, [.. html.GetArguments().Select(a => a is string text ? WebUtility.HtmlEncode(text) : a)]);
}
