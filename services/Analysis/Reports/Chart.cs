using System.Text;
using static Loadstone.Analysis.Reports.Html;

namespace Loadstone.Analysis.Reports;

/// <summary>One line of a chart; null where there is nothing to be shown, which is not the same as 0.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<double?> Values);

/// <summary>Something that happened at an instant, to be seen on the chart.</summary>
internal sealed record ChartMark(double Second, string Words);

/// <summary>What a chart goes along: the table's first head, what follows a number of it, and how the drawing is called.</summary>
internal sealed record ChartAxis(string Head, string Unit, string Over)
{
    public static readonly ChartAxis Seconds = new("second", " s", "over the run");
    public static readonly ChartAxis Runs = new("run", "", "from run to run");
}

/// <summary>A line chart over the seconds of a run as inline SVG, with a legend, and the numbers as a table behind it.</summary>
internal sealed class Chart(string title, string unit, IReadOnlyList<int> seconds, IReadOnlyList<ChartMark> marks, params ChartLine[] lines)
{
    public ChartAxis Axis { get; init; } = ChartAxis.Seconds;

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(Text($"<figure><figcaption>{title}, {unit}</figcaption>"));
        if (lines.Length > 1)
            AddLegend(html);
        // A drawing that is shrunk to a telephone has letters nobody can read, so there is a second one, made for it.
        html.Append(new ChartDrawing(960, "broad", title, seconds, marks, lines, Axis).ToSvg());
        html.Append(new ChartDrawing(400, "narrow", title, seconds, marks, lines, Axis).ToSvg());
        AddTable(html);
        return html.Append("</figure>").ToString();
    }

    private void AddLegend(StringBuilder html)
    {
        html.Append("<div>");
        for (var i = 0; i < lines.Length; i++)
            html.Append(Text($"<span class=\"key\"><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"line s{i}\" d=\"M0 5H26\"/></svg> {lines[i].Name}</span>"));
        html.Append("</div>");
    }

    private void AddTable(StringBuilder html)
    {
        html.Append("<details><summary>The numbers</summary><div class=\"wide\"><table><thead><tr>").Append(Text($"<th>{Axis.Head}</th>"));
        foreach (var line in lines)
            html.Append(Text($"<th>{line.Name}</th>"));
        html.Append("</tr></thead><tbody>");
        for (var i = 0; i < seconds.Count; i++)
        {
            html.Append(Text($"<tr><td>{seconds[i]}</td>"));
            foreach (var line in lines)
                html.Append(line.Values[i] is { } value ? Text($"<td>{value:0.###}</td>") : "<td>–</td>");
            html.Append("</tr>");
        }

        html.Append("</tbody></table></div></details>");
    }
}
