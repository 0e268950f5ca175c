using System.Text;
using Loadstone.Analysis.History;
using Loadstone.Analysis.Statistics;

namespace Loadstone.Analysis.Reports;

/// <summary>What a report says of operations over time and of other runs, as parts of its page.</summary>
internal static class HistoryHtml
{
    public static void Add(StringBuilder html, RunReport report)
    {
        AddTrend(html, report.Trend);
        AddComparison(html, report.Comparison);
        ChartMark[] marks = [.. report.Interventions.Select(i => new ChartMark(i.Second, InterventionText.Of(i)))];
        foreach (var o in report.OperationSeries ?? [])
            AddOperation(html, o, marks);
    }

    private static void AddTrend(StringBuilder html, Trend? trend)
    {
        if (trend is null)
            return;
        html.Append(Html.Text($"<h2>Trend over {trend.Points.Count} runs</h2>"));
        var runs = Enumerable.Range(1, trend.Points.Count).ToList();
        html.Append(new Chart("Response time", "ms", runs, [], Line("p50", p => p.P50ResponseTime), Line("p95", p => p.P95ResponseTime), Line("p99", p => p.P99ResponseTime)) { Axis = ChartAxis.Runs }.ToHtml());
        html.Append(new Chart("Throughput", "requests/s", runs, [], Line("requests/s", p => p.ThroughputRps)) { Axis = ChartAxis.Runs }.ToHtml());
        html.Append(new Chart("Error rate", "%", runs, [], Line("errors", p => p.ErrorRate)) { Axis = ChartAxis.Runs }.ToHtml());
        html.Append("<div class=\"wide\"><table><thead><tr><th>from this run on</th><th>metric</th><th>before</th><th>after</th><th>change</th><th></th></tr></thead><tbody>");
        foreach (var c in trend.ChangePoints)
        {
            var style = c.IsRegression ? "failed" : "passed";
            html.Append(Html.Text($"<tr><td>{c.At:yyyy-MM-dd HH:mm} UTC</td><td>{c.Metric}</td><td>{c.Before:0.##}</td><td>{c.After:0.##}</td><td>{c.ChangePercent:+0.#;-0.#} %</td><td class=\"{style}\">{(c.IsRegression ? "regression" : "improvement")}</td></tr>"));
        }

        html.Append(trend.ChangePoints.Count == 0 ? "<tr><td colspan=\"6\">No metric changed for good.</td></tr>" : "").Append("</tbody></table></div>");

        ChartLine Line(string name, Func<TrendPoint, double?> value) => new(name, [.. trend.Points.Select(value)]);
    }

    private static void AddComparison(StringBuilder html, ExecutionComparison? comparison)
    {
        if (comparison is null)
            return;
        html.Append(Html.Text($"<h2>Compared with {comparison.Executions[0].ExecutionName}</h2><p class=\"soft\">{comparison.Executions[0].RequestedAt:yyyy-MM-dd HH:mm:ss} UTC</p><ul>"));
        foreach (var insight in comparison.Insights)
            html.Append(Html.Text($"<li>{insight}</li>"));
        html.Append("</ul>");
        AddChanges(html, "before", "this run", comparison.Changes.SelectMany(c => c.Overall.Concat(c.Operations)));
    }

    /// <summary>The candidate of an A/B test beside the base.</summary>
    public static void AddSides(StringBuilder html, AbComparison? sides)
    {
        if (sides is null)
            return;
        html.Append(Html.Text($"<h2>Candidate against base</h2><p class=\"soft\">The candidate is {sides.Candidate}. Compared are {sides.CandidateSeconds} seconds of it with {sides.BaseSeconds} of the base, taken in turn.</p>"));
        AddChanges(html, "base", "candidate", sides.Overall.Concat(sides.Operations));
    }

    private static void AddChanges(StringBuilder html, string first, string other, IEnumerable<MetricChange> changes)
    {
        html.Append(Html.Text($"<div class=\"wide\"><table><thead><tr><th>what</th><th>metric</th><th>{first}</th><th>{other}</th><th>change</th><th>surely between</th><th>result</th></tr></thead><tbody>"));
        foreach (var c in changes)
        {
            var interval = c.Low is { } low && c.High is { } high ? Html.Text($"{low:+0.##;-0.##;0} and {high:+0.##;-0.##;0}") : "–";
            var unit = c.Metric == RunComparison.ErrorRate ? "points" : "%";
            html.Append(Html.Text($"<tr><td>{c.Operation ?? "the whole run"}</td><td>{c.Metric}</td><td>{c.Base:0.##}</td><td>{c.Candidate:0.##}</td><td>{c.Change:+0.##;-0.##;0} {unit}</td><td>{interval}</td><td class=\"{ClassOf(c.Verdict)}\">{FindingsHtml.NameOf(c.Verdict)}</td></tr>"));
        }

        html.Append("</tbody></table></div>");
    }

    private static string ClassOf(ChangeVerdict verdict) => verdict switch { ChangeVerdict.Regression => "failed", ChangeVerdict.Inconclusive => "inconclusive", _ => "passed" };

    private static void AddOperation(StringBuilder html, OperationSeries o, ChartMark[] marks)
    {
        var seconds = o.Points.Select(p => p.Second).ToList();
        html.Append(Html.Text($"<h2>{o.Operation} <span class=\"soft\">{o.Scenario}</span></h2>"));
        html.Append(new Chart($"Response time of {o.Operation}", "ms", seconds, marks, Time("p50", p => p.P50), Time("p95", p => p.P95), Time("p99", p => p.P99)).ToHtml());
        html.Append(new Chart($"Throughput of {o.Operation}", "requests/s", seconds, marks, Line("requests/s", p => p.RequestsPerSecond)).ToHtml());
        if (o.Points.Any(p => p.ErrorRate > 0))
            html.Append(new Chart($"Error rate of {o.Operation}", "%", seconds, marks, Line("errors", p => p.ErrorRate)).ToHtml());

        ChartLine Line(string name, Func<OperationPoint, double?> value) => new(name, [.. o.Points.Select(value)]);
        ChartLine Time(string name, Func<OperationPoint, double> value) => Line(name, p => p.RequestsPerSecond > 0 ? value(p) : null);
    }
}
