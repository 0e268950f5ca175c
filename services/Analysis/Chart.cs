using System.Globalization;
using System.Net;
using System.Text;

namespace Loadstone.Analysis;

/// <summary>One line of a chart.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<double> Values);

/// <summary>A line chart over the seconds of a run as inline SVG, with a legend, and the numbers as a table behind it.</summary>
internal sealed class Chart(string title, string unit, IReadOnlyList<int> seconds, params ChartLine[] lines)
{
    private const int Width = 960;
    private const int Height = 220;
    private const int Left = 56;
    private const int Right = 12;
    private const int Top = 12;
    private const int Bottom = 26;
    private const int Rows = 4;

    private readonly double _top = RoundUp(lines.SelectMany(l => l.Values).DefaultIfEmpty(0).Max());
    private readonly double _last = Math.Max(1, seconds.DefaultIfEmpty(0).Max());

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(Text($"<figure><figcaption>{title}, {unit}</figcaption><div>"));
        for (var i = 0; i < lines.Length; i++)
            html.Append(Text($"<span class=\"key\"><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"line s{i}\" d=\"M0 5H26\"/></svg> {lines[i].Name}</span>"));
        html.Append(Text($"</div><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{title} over the run; the numbers are in the table below\">"));
        AddGrid(html);
        for (var i = 0; i < lines.Length; i++)
            html.Append(Text($"<path class=\"line s{i}\" d=\"{PathOf(lines[i])}\"/>"));
        html.Append("</svg>");
        AddTable(html);
        return html.Append("</figure>").ToString();
    }

    private void AddGrid(StringBuilder html)
    {
        for (var row = 0; row <= Rows; row++)
        {
            var y = Y(_top * row / Rows);
            html.Append(Text($"<path class=\"grid\" d=\"M{Left} {y:0.#}H{Width - Right}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{_top * row / Rows:0.##}</text>"));
        }

        var step = Math.Max(1, (int)RoundUp(_last / 10));
        for (var second = 0; second <= _last; second += step)
            html.Append(Text($"<text x=\"{X(second):0.#}\" y=\"{Height - 8}\" text-anchor=\"middle\">{second} s</text>"));
    }

    private void AddTable(StringBuilder html)
    {
        html.Append("<details><summary>The numbers</summary><div class=\"wide\"><table><thead><tr><th>second</th>");
        foreach (var line in lines)
            html.Append(Text($"<th>{line.Name}</th>"));
        html.Append("</tr></thead><tbody>");
        for (var i = 0; i < seconds.Count; i++)
        {
            html.Append(Text($"<tr><td>{seconds[i]}</td>"));
            foreach (var line in lines)
                html.Append(Text($"<td>{line.Values[i]:0.###}</td>"));
            html.Append("</tr>");
        }

        html.Append("</tbody></table></div></details>");
    }

    private string PathOf(ChartLine line)
    {
        var path = new StringBuilder();
        for (var i = 0; i < seconds.Count; i++)
            path.Append(Text($"{(i == 0 ? "M" : "L")}{X(seconds[i]):0.#} {Y(line.Values[i]):0.#}"));
        return path.ToString();
    }

    private double X(double second) => Left + (second / _last * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (value / _top * (Height - Top - Bottom));

    // To 1, 2 or 5 times a power of ten, so that the grid has round numbers.
    private static double RoundUp(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return (value / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }

    // Names come from plans: no text of theirs may become markup.
    private static string Text(FormattableString html) => string.Format(
        CultureInfo.InvariantCulture, html.Format, [.. html.GetArguments().Select(a => a is string text ? WebUtility.HtmlEncode(text) : a)]);
}
