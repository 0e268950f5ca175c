using System.Globalization;
using System.Reflection;
using System.Text;
using Loadstone.Contracts;
using Loadstone.Measurement;
using static System.FormattableString;
using static Loadstone.Analysis.Reports.Html;

namespace Loadstone.Analysis.Reports;

/// <summary>A report as one HTML page that needs nothing else: no network, no script. Whatever comes from a plan is encoded.</summary>
internal static class ReportHtml
{
    private static readonly Lazy<string> Style = new(ReadStyle);
    private static readonly (string Name, string Title)[] Phases =
        [("dns", "name lookup"), ("connect", "connect"), ("tls", "TLS"), ("first_byte", "first byte"), ("download", "download")];

    public static string Of(RunReport report)
    {
        var html = new StringBuilder();
        html.Append(Text($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{report.ExecutionName} – {report.Verdict.ToString().ToLowerInvariant()}</title><style>"));
        html.Append(Style.Value).Append("</style></head><body><main>");
        AddHead(html, report);
        AddCards(html, report.Figures, report);
        FindingsHtml.Add(html, report.Findings);
        AddCriteria(html, report);
        AddAlerts(html, report.Alerts);
        HistoryHtml.AddSides(html, report.AbComparison);
        AddSearch(html, report.Capacity);
        FindingsHtml.AddBaseline(html, report.Baseline);
        AddInterventions(html, report);
        AddCharts(html, report.Series, report.Interventions);
        ResourcesHtml.Add(html, report);
        AddPhases(html, report.Phases);
        AddOperations(html, report);
        AddTimings(html, report.Operations);
        HistoryHtml.Add(html, report);
        AddGenerator(html, report);
        return html.Append("</main></body></html>\n").ToString();
    }

    private static void AddHead(StringBuilder html, RunReport report)
    {
        var verdict = report.Verdict.ToString().ToLowerInvariant();
        html.Append(Text($"<h1>{report.ExecutionName}</h1><p class=\"soft\">{report.ConfigurationName} on {report.Environment}, {report.RequestedAt:yyyy-MM-dd HH:mm:ss} UTC, by {report.RequestedBy}</p>"));
        html.Append(Text($"<p><span class=\"badge {verdict}\">{verdict}</span>{(report.Findings.Grade is { } grade ? $" grade {grade}" : "")}</p>"));
        AddList(html, report.Reasons);
        AddList(html, report.Explanation, "soft");
    }

    private static void AddCards(StringBuilder html, RunFigures figures, RunReport report)
    {
        html.Append("<div class=\"cards\">");
        Card($"{figures.TotalRequests:N0}", $"requests, {figures.FailedRequests:N0} failed");
        Card($"{figures.ThroughputRps:N1}/s", $"throughput over {report.Peaks.LoadSeconds:0.#} s");
        Card($"{figures.P95ResponseTime:0.##} ms", $"p95; p50 {figures.P50ResponseTime:0.##}, p99 {figures.P99ResponseTime:0.##}");
        Card($"{figures.AvgResponseTime:0.##} ms", $"mean; max {figures.MaxResponseTime:0.##}");
        Card($"{figures.ErrorRate:0.##} %", $"error rate");
        Card($"{report.Peaks.ConcurrentUsersPeak:N0}", $"users at the peak");
        html.Append("</div>");

        void Card(FormattableString figure, FormattableString label) =>
            html.Append(Text($"<div class=\"card\"><b>{figure.ToString(CultureInfo.InvariantCulture)}</b><span class=\"soft\">{label.ToString(CultureInfo.InvariantCulture)}</span></div>"));
    }

    private static void AddCriteria(StringBuilder html, RunReport report)
    {
        html.Append("<h2>Criteria</h2><div class=\"wide\"><table><thead><tr><th>criterion</th><th>measured</th><th>margin</th><th>result</th></tr></thead><tbody>");
        foreach (var criterion in report.Criteria)
        {
            var (result, margin) = (criterion.Passed ? "passed" : "failed", criterion.Margin is { } m ? Text($"{100 * m:0.#} %") : "–");
            html.Append(Text($"<tr><td>{criterion.Title}</td><td>{(criterion.Value is { } v ? Text($"{v:0.###}") : "–")}</td><td>{margin}</td><td class=\"{result}\">{result}</td></tr>"));
        }

        html.Append("</tbody></table></div>");
    }

    private static void AddAlerts(StringBuilder html, IReadOnlyList<RunAlert>? alerts)
    {
        if (alerts is not { Count: > 0 })
            return;
        html.Append("<h2>Alerts</h2><div class=\"wide\"><table class=\"words\"><thead><tr><th>severity</th><th>alert</th><th>since</th><th>until</th><th>status</th></tr></thead><tbody>");
        foreach (var a in alerts)
            html.Append(Text($"<tr><td>{a.Severity}</td><td>{a.Message}</td><td>{a.TriggeredAt:HH:mm:ss} UTC</td><td>{(a.ResolvedAt is { } until ? Text($"{until:HH:mm:ss} UTC") : "–")}</td><td>{a.Status}</td></tr>"));
        html.Append("</tbody></table></div>");
    }

    private static void AddSearch(StringBuilder html, SearchedCapacity? capacity)
    {
        if (capacity is null)
            return;
        html.Append("<h2>Capacity search</h2><div class=\"wide\"><table class=\"words\"><thead><tr><th>arrivals/s</th><th>step</th><th>seconds</th><th>result</th><th>why</th></tr></thead><tbody>");
        foreach (var s in capacity.Steps)
            html.Append(Text($"<tr><td>{s.Rate:0.##}</td><td>{FindingsHtml.NameOf(s.Move)}</td><td>{s.FirstSecond}–{s.LastSecond}</td><td class=\"{(s.Held ? "passed" : "failed")}\">{(s.Held ? "held" : "broke")}</td><td>{s.Why}</td></tr>"));
        html.Append("</tbody></table></div>");
    }

    private static void AddInterventions(StringBuilder html, RunReport report)
    {
        if (report.Interventions.Count == 0)
            return;
        html.Append("<h2>Changes of the load</h2>");
        AddList(html, report.Interventions.Select(InterventionText.Of));
        html.Append(Text($"<p class=\"soft\">The verdict leaves out the seconds {JudgedWindow.InWords(report.LeftOutSeconds)}.</p>"));
    }

    private static void AddCharts(StringBuilder html, IReadOnlyList<ReportPoint> series, IReadOnlyList<Intervention> interventions)
    {
        var seconds = series.Select(p => p.Second).ToList();
        ChartMark[] marks = [.. interventions.Select(i => new ChartMark(i.Second, InterventionText.Of(i)))];
        html.Append("<h2>Over time</h2>");
        html.Append(new Chart("Response time", "ms", seconds, marks, Time("p50", p => p.P50), Time("p95", p => p.P95), Time("p99", p => p.P99)).ToHtml());
        html.Append(new Chart("Throughput", "requests/s", seconds, marks, Line("requests/s", p => p.RequestsPerSecond)).ToHtml());
        html.Append(new Chart("Virtual users", "users", seconds, marks, Line("users", p => p.Users)).ToHtml());
        html.Append(new Chart("Error rate", "%", seconds, marks, Line("errors", p => p.ErrorRate)).ToHtml());

        ChartLine Line(string name, Func<ReportPoint, double?> value) => new(name, [.. series.Select(value)]);
        ChartLine Time(string name, Func<ReportPoint, double> value) => Line(name, p => p.RequestsPerSecond > 0 ? value(p) : null);
    }

    private static void AddPhases(StringBuilder html, IReadOnlyList<PhasePerformance> phases)
    {
        if (phases.Count == 0)
            return;
        html.Append("<h2>Phases</h2><div class=\"wide\"><table><thead><tr><th>phase</th><th>seconds</th><th>users</th><th>requests</th><th>errors</th>"
            + "<th>per second</th><th>mean ms</th><th>p50</th><th>p95</th><th>p99</th><th>max</th></tr></thead><tbody>");
        foreach (var phase in phases)
        {
            var f = phase.Figures;
            html.Append(Text($"<tr><td>{phase.Phase}</td><td>{phase.FirstSecond}–{phase.LastSecond}</td><td>{phase.ConcurrentUsersPeak:N0}</td><td>{f.TotalRequests:N0}</td><td>{f.ErrorRate:0.##} %</td><td>{f.ThroughputRps:0.#}</td><td>{f.AvgResponseTime:0.##}</td><td>{f.P50ResponseTime:0.##}</td><td>{f.P95ResponseTime:0.##}</td><td>{f.P99ResponseTime:0.##}</td><td>{f.MaxResponseTime:0.##}</td></tr>"));
        }

        html.Append("</tbody></table></div>");
    }

    private static void AddOperations(StringBuilder html, RunReport report)
    {
        html.Append("<h2>Operations</h2><div class=\"wide\"><table><thead><tr><th>operation</th><th>requests</th><th>failed</th><th>errors</th><th>per second</th>"
            + "<th>mean ms</th><th>p50</th><th>p95</th><th>p99</th><th>max</th><th>checks failed</th></tr></thead><tbody>");
        foreach (var o in report.Operations)
        {
            var f = o.Figures;
            html.Append(Text($"<tr><td>{o.Operation} <span class=\"soft\">{o.Scenario}</span></td><td>{f.TotalRequests:N0}</td><td>{f.FailedRequests:N0}</td><td>{f.ErrorRate:0.##} %</td><td>{f.ThroughputRps:0.#}</td><td>{f.AvgResponseTime:0.##}</td><td>{f.P50ResponseTime:0.##}</td><td>{f.P95ResponseTime:0.##}</td><td>{f.P99ResponseTime:0.##}</td><td>{f.MaxResponseTime:0.##}</td><td>{f.ChecksFailed:N0}</td></tr>"));
        }

        html.Append("</tbody></table></div>");
        AddList(html, report.Peaks.ErrorTypes.OrderByDescending(e => e.Value).Select(e => $"{e.Key}: {e.Value.ToString("N0", CultureInfo.InvariantCulture)}"));
    }

    private static void AddTimings(StringBuilder html, IReadOnlyList<OperationFigures> operations)
    {
        var phases = Phases.Where(p => operations.Any(o => Timing(o, p.Name) is not null)).ToList();
        if (phases.Count == 0)
            return;
        html.Append("<h2>Where the time went</h2><p class=\"soft\">Mean and 95th percentile in ms; what comes before the first byte, only where a connection was opened.</p>");
        html.Append("<div class=\"wide\"><table><thead><tr><th>operation</th>").AppendJoin("", phases.Select(p => $"<th>{p.Title}</th>")).Append("</tr></thead><tbody>");
        foreach (var o in operations)
        {
            html.Append(Text($"<tr><td>{o.Operation} <span class=\"soft\">{o.Scenario}</span></td>"));
            foreach (var (name, _) in phases)
                html.Append(Timing(o, name) is { } t ? Text($"<td>{t.Avg:0.##} <span class=\"soft\">{t.P95:0.##}</span></td>") : "<td>–</td>");
            html.Append("</tr>");
        }

        html.Append("</tbody></table></div>");

        // A report that was stored before there were timings has none.
        static PhaseFigures? Timing(OperationFigures operation, string phase) => operation.Timings?.GetValueOrDefault(phase);
    }

    private static void AddGenerator(StringBuilder html, RunReport report)
    {
        var (g, i) = (report.Generator, report.Iterations);
        html.Append("<h2>Load generator</h2>");
        AddList(html,
        [
            Invariant($"Lag of the generator itself: p50 {g.LagP50:0.###} ms, p99 {g.LagP99:0.###} ms, largest {g.LagMax:0.###} ms"),
            Invariant($"CPU at most {report.Peaks.PeakCpuUsage:0.#} % of its cores, memory at most {report.Peaks.PeakMemoryUsage / 1024 / 1024} MB, garbage collection at most {g.GcPauseMax:0.#} ms in a second"),
            Invariant($"Iterations: {i.Planned} planned = {i.Started} started + {i.Dropped} dropped + {i.Cancelled} cancelled; {i.Completed} completed, {i.CutShort} cut short"),
        ]);
        AddList(html, report.Gaps);
    }

    private static void AddList(StringBuilder html, IEnumerable<string> lines, string style = "")
    {
        var items = string.Concat(lines.Select(line => Text($"<li>{line}</li>")));
        if (items.Length > 0)
            html.Append(Text($"<ul class=\"{style}\">")).Append(items).Append("</ul>");
    }

    private static string ReadStyle()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Loadstone.Analysis.Reports.report.css")!);
        return reader.ReadToEnd();
    }
}
