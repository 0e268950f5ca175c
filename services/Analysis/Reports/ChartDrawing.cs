using System.Text;

namespace Loadstone.Analysis.Reports;

/// <summary>The lines of a chart over a grid, drawn for one width. Where it is shown, <paramref name="style"/> says.</summary>
internal sealed class ChartDrawing(int width, string style, string title, IReadOnlyList<int> seconds, IReadOnlyList<ChartMark> marks, ChartLine[] lines, ChartAxis axis)
{
    private const int Height = 220;
    private const int Left = 56;
    private const int Right = 12;
    private const int Top = 12;
    private const int Bottom = 26;
    private const int Rows = 4;
    private const int LabelWidth = 80;

    // The step from row to row is round, and there are no more rows than the highest value needs.
    private readonly double _step = StepFor(lines);
    private readonly double _top = Math.Max(1, Math.Ceiling(Highest(lines) / StepFor(lines))) * StepFor(lines);
    private readonly double _last = Math.Max(1, seconds.DefaultIfEmpty(0).Max());

    public string ToSvg()
    {
        var svg = new StringBuilder();
        svg.Append(Html.Text($"<svg class=\"{style}\" viewBox=\"0 0 {width} {Height}\" role=\"img\" aria-label=\"{title} {axis.Over}; the numbers are in the table below\">"));
        AddRows(svg);
        AddSeconds(svg);
        for (var i = 0; i < lines.Length; i++)
            svg.Append(Html.Text($"<path class=\"line s{i}\" d=\"{PathOf(lines[i])}\"/>"));
        foreach (var mark in marks.Where(m => m.Second <= _last))
            svg.Append(Html.Text($"<path class=\"mark\" d=\"M{X(mark.Second):0.#} {Top}V{Height - Bottom}\"><title>{mark.Words}</title></path>"));
        return svg.Append("</svg>").ToString();
    }

    private void AddRows(StringBuilder svg)
    {
        for (var row = 0; row * _step <= _top * 1.001; row++)
        {
            var y = Y(row * _step);
            svg.Append(Html.Text($"<path class=\"grid\" d=\"M{Left} {y:0.#}H{width - Right}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{row * _step:0.##}</text>"));
        }
    }

    private void AddSeconds(StringBuilder svg)
    {
        var step = Math.Max(1, (int)RoundUp(_last * LabelWidth / width));
        for (var second = 0; second <= _last; second += step)
            svg.Append(Html.Text($"<text x=\"{X(second):0.#}\" y=\"{Height - 8}\" text-anchor=\"middle\">{second}{axis.Unit}</text>"));
    }

    // A line that went on over seconds without a value would say that there was one.
    private string PathOf(ChartLine line)
    {
        var path = new StringBuilder();
        var step = seconds.Zip(seconds.Skip(1), (a, b) => b - a).DefaultIfEmpty(1).Min();
        for (var i = 0; i < seconds.Count; i++)
        {
            // A value between two gaps is a dot: a line without length and with round ends.
            if (line.Values[i] is { } value)
                path.Append(Html.Text($"{(IsAfterGap(i) ? "M" : "L")}{X(seconds[i]):0.#} {Y(value):0.#}")).Append(IsAfterGap(i) ? "h0" : "");
        }

        return path.ToString();

        bool IsAfterGap(int i) => i == 0 || line.Values[i - 1] is null || seconds[i] - seconds[i - 1] > step;
    }

    private double X(double second) => Left + (second / _last * (width - Left - Right));

    private double Y(double value) => Height - Bottom - (value / _top * (Height - Top - Bottom));

    private static double StepFor(ChartLine[] lines) => RoundUp(Highest(lines) / Rows);

    private static double Highest(ChartLine[] lines) => lines.SelectMany(l => l.Values).Max() ?? 0;

    // To 1, 2 or 5 times a power of ten.
    private static double RoundUp(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return (value / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
