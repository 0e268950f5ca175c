using Microsoft.AspNetCore.WebUtilities;

namespace Loadstone.SampleTarget;

/// <summary>Query parameters read in place, without the dictionary ASP.NET Core would build. A bad one ends the request with 400.</summary>
internal static class Query
{
    public static string? Text(HttpContext context, string name)
    {
        if (!context.Request.QueryString.HasValue) return null;
        foreach (var pair in new QueryStringEnumerable(context.Request.QueryString.Value))
            if (pair.DecodeName().Span.SequenceEqual(name)) return pair.DecodeValue().ToString();
        return null;
    }

    public static string RequiredText(HttpContext context, string name) =>
        Text(context, name) ?? throw Answer.Refuse(400, $"{name}: is missing in the query.");

    public static int Whole(HttpContext context, string name, int absent, int least, int most)
    {
        if (Text(context, name) is not { } text) return absent;
        return int.TryParse(text, out var value) && value >= least && value <= most
            ? value
            : throw Answer.Refuse(400, $"{name}: must be a whole number from {least} to {most}.");
    }

    /// <summary>A number that must be there.</summary>
    public static double Number(HttpContext context, string name, double least, double most) =>
        double.TryParse(Text(context, name), out var value) && value >= least && value <= most
            ? value
            : throw Answer.Refuse(400, $"{name}: must be a number from {least} to {most}.");

    public static bool Flag(HttpContext context, string name) => Text(context, name) is "true" or "1" or "";
}
