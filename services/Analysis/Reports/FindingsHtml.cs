using System.Text;
using System.Text.Json;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Findings;
using Loadstone.Analysis.Statistics;

namespace Loadstone.Analysis.Reports;

/// <summary>What was found out about a run, as a part of its page.</summary>
internal static class FindingsHtml
{
    public static void Add(StringBuilder html, RunFindings findings)
    {
        AddList(html, "Insights", findings.Insights);
        AddBottlenecks(html, findings.Findings);
        AddRecommendations(html, findings.Recommendations);
        AddList(html, "Next steps", findings.NextSteps);
    }

    /// <summary>The run beside its baseline.</summary>
    public static void AddBaseline(StringBuilder html, BaselineComparison? baseline)
    {
        if (baseline is null)
            return;
        html.Append("<h2>Against the baseline</h2><div class=\"wide\"><table><thead><tr><th>metric</th><th>baseline</th><th>this run</th><th>change</th><th>surely between</th><th>acceptable</th><th>result</th></tr></thead><tbody>");
        foreach (var m in baseline.Metrics)
        {
            var unit = m.Metric == RunComparison.ErrorRate ? "points" : "%";
            var interval = m.Low is { } low && m.High is { } high ? Html.Text($"{low:+0.##;-0.##;0} and {high:+0.##;-0.##;0}") : "–";
            html.Append(Html.Text($"<tr><td>{m.Metric}</td><td>{m.Baseline:0.###}</td><td>{m.Actual:0.###}</td><td>{m.Change:+0.##;-0.##;0} {unit}</td><td>{interval}</td><td>{m.AcceptableVariance:0.##}</td><td class=\"{ClassOf(m.Status)}\">{NameOf(m.Status)}</td></tr>"));
        }

        html.Append("</tbody></table></div>");
    }

    private static string ClassOf(BaselineStatus status) => status switch { BaselineStatus.Regression => "failed", BaselineStatus.Warning => "invalid", _ => "passed" };

    /// <summary>An enumeration's value in words, such as <c>latency spike</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()).Replace('_', ' ');

    private static void AddBottlenecks(StringBuilder html, IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0)
            return;
        html.Append("<h2>Bottlenecks</h2>");
        foreach (var f in findings)
        {
            var where = $"{f.Series}, seconds {f.FirstSecond} to {f.LastSecond}{(f.Phase is null ? "" : $", phase {f.Phase}")}; rule {f.Rule}";
            html.Append(Html.Text($"<div class=\"finding {NameOf(f.Severity)}\"><b>{NameOf(f.Type)}: {f.Component}</b> <span class=\"severity\">{NameOf(f.Severity)}</span><p>{f.Details}</p><p>{f.Recommendation}</p><p class=\"soft\">{where}</p></div>"));
        }
    }

    private static void AddRecommendations(StringBuilder html, IReadOnlyList<Recommendation> recommendations)
    {
        if (recommendations.Count == 0)
            return;
        html.Append("<h2>Recommendations</h2><div class=\"wide\"><table class=\"words\"><thead><tr><th>what</th><th>priority</th><th>category</th><th>expected</th></tr></thead><tbody>");
        foreach (var r in recommendations)
            html.Append(Html.Text($"<tr><td>{r.Title}</td><td>{r.Priority}</td><td>{r.Category}</td><td>{r.EstimatedImpact}</td></tr>"));
        html.Append("</tbody></table></div>");
    }

    private static void AddList(StringBuilder html, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        html.Append(Html.Text($"<h2>{title}</h2><ul>"));
        foreach (var line in lines)
            html.Append(Html.Text($"<li>{line}</li>"));
        html.Append("</ul>");
    }
}
