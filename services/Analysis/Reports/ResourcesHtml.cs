using System.Text;

namespace Loadstone.Analysis.Reports;

/// <summary>How the target and the load generators fared over the run, as a part of its page: a chart for each thing that was measured.</summary>
internal static class ResourcesHtml
{
    private const int MostCharts = 20;
    private const double Mega = 1e6;

    public static void Add(StringBuilder html, RunReport report)
    {
        var names = report.Series.SelectMany(p => p.Target?.Keys ?? []).Distinct().Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0 && report.Series.All(p => p.GeneratorCpu is null))
            return;
        ChartMark[] marks = [.. report.Interventions.Select(i => new ChartMark(i.Second, InterventionText.Of(i)))];
        html.Append("<h2>Resources</h2>");
        if (names.Count == 0)
            html.Append("<p class=\"soft\">Nothing was measured at the target: an environment with probes shows here how it fared.</p>");
        foreach (var name in names.Take(MostCharts))
            AddChart(html, report, marks, $"Target: {name}", IsBytes(name) ? "MB" : UnitOf(name), name, p => Value(p, name));
        if (names.Count > MostCharts)
            html.Append(Html.Text($"<p class=\"soft\">{names.Count - MostCharts} more are in the raw data.</p>"));
        AddChart(html, report, marks, "Load generator: processor", "% of its cores", "cpu", p => p.GeneratorCpu);
    }

    private static void AddChart(StringBuilder html, RunReport report, ChartMark[] marks, string title, string unit, string line, Func<ReportPoint, double?> value) =>
        html.Append(new Chart(title, unit, [.. report.Series.Select(p => p.Second)], marks, new ChartLine(line, [.. report.Series.Select(value)])).ToHtml());

    private static double? Value(ReportPoint point, string name) =>
        point.Target?.TryGetValue(name, out var value) == true ? IsBytes(name) ? Math.Round(value / Mega, 2) : value : null;

    private static bool IsBytes(string name) => name == "memory_usage" || name.EndsWith("_bytes", StringComparison.Ordinal);

    private static string UnitOf(string name) => name is "cpu_usage" or "cache_hit_ratio" || name.EndsWith("percent", StringComparison.Ordinal) ? "%" : "as measured";
}
