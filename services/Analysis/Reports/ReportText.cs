using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Loadstone.Analysis.Findings;
using Loadstone.Analysis.Statistics;
using Loadstone.Plans;

namespace Loadstone.Analysis.Reports;

/// <summary>A report as text for other tools: JUnit XML, Markdown, CSV. Nothing in a configuration becomes markup or a formula.</summary>
internal static class ReportText
{
    private const string MarkdownMarks = "\\`*_[]#!|~@";
    private const string FormulaStarts = "=+-@\t\r";

    /// <summary>
    /// A test case for each criterion; one more, in error, when the measurement itself is not to be trusted. There is no one schema of JUnit's
    /// files: this has all that the strictest in use asks for, that of Apache Ant's JUnitReport, and nothing that others refuse.
    /// </summary>
    public static string JUnit(RunReport report)
    {
        var seconds = Invariant(report.Peaks.LoadSeconds);
        var cases = report.Criteria.Select(c => Case(report, c.Title, c.Passed ? null : Wrong("failure", "criterion", ValueOf(c)))).ToList();
        if (report.AbComparison is { } ab)
            cases.Add(Case(report, "candidate against base", ab.Verdict == ChangeVerdict.Regression ? Wrong("failure", "regression", string.Join("; ", ab.InWords())) : null));
        var untrusted = report.Verdict is VerdictOutcome.Invalid or VerdictOutcome.Inconclusive;
        if (untrusted)
            cases.Add(Case(report, "measurement", Wrong("error", "measurement", string.Join("; ", report.Reasons))));
        var suite = new XElement("testsuite",
            new XAttribute("id", 0), new XAttribute("package", Xml(report.ConfigurationName)), new XAttribute("name", Xml(report.ExecutionName)),
            new XAttribute("hostname", Xml(report.Environment)), new XAttribute("tests", cases.Count), new XAttribute("failures", cases.Count(c => c.Element("failure") is not null)),
            new XAttribute("errors", untrusted ? 1 : 0), new XAttribute("skipped", 0), new XAttribute("time", seconds),
            new XAttribute("timestamp", report.RequestedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)),
            new XElement("properties"), cases, new XElement("system-out"), new XElement("system-err"));
        return new XDeclaration("1.0", "utf-8", null) + Environment.NewLine + new XElement("testsuites", suite) + Environment.NewLine;
    }

    /// <summary>Short enough for a comment on a pull request.</summary>
    public static string Markdown(RunReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"## {Cell(report.ExecutionName)}: {report.Verdict.ToString().ToLowerInvariant()}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Cell(report.ConfigurationName)} against {Cell(report.Environment)}, {report.RequestedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, by {Cell(report.RequestedBy)}.\n\n");
        IEnumerable<string> lines = [.. report.Reasons, .. report.Baseline?.Reasons ?? [], .. report.AbComparison?.InWords() ?? [], .. report.Capacity?.InWords() ?? [], .. report.Interventions.Select(InterventionText.Of), .. report.Comparison?.Insights ?? []];
        foreach (var line in lines)
            text.Append(CultureInfo.InvariantCulture, $"- {Cell(line)}\n");
        AddFindings(text, report.Findings);
        Table(text, ["criterion", "measured", ""], report.Criteria.Select(c => new[] { Cell(c.Title), ValueOf(c), c.Passed ? "✓" : "✗" }));
        Table(text, ["operation", "scenario", "requests", "errors %", "mean ms", "p95 ms", "p99 ms", "per s"], report.Operations.Select(o => new[]
        {
            Cell(o.Operation), Cell(o.Scenario), Invariant(o.Figures.TotalRequests), Invariant(o.Figures.ErrorRate), Invariant(o.Figures.AvgResponseTime),
            Invariant(o.Figures.P95ResponseTime), Invariant(o.Figures.P99ResponseTime), Invariant(Math.Round(o.Figures.ThroughputRps, 2)),
        }));
        return text.ToString();
    }

    private static void AddFindings(StringBuilder text, RunFindings findings)
    {
        if (findings.Grade is { } grade)
            text.Append(CultureInfo.InvariantCulture, $"\nGrade {grade}.\n");
        if (findings.Findings.Count > 0)
            Table(text, ["found", "severity", "where", "seconds", "details"], findings.Findings.Select(f => new[]
            {
                Cell(FindingsHtml.NameOf(f.Type)), Cell(FindingsHtml.NameOf(f.Severity)), Cell(f.Component), $"{f.FirstSecond} to {f.LastSecond}", Cell(f.Details),
            }));
    }

    /// <summary>A line for each operation (RFC 4180). Times are ms, rates %.</summary>
    public static string Csv(RunReport report)
    {
        var text = new StringBuilder("scenario,operation,total_requests,failed_requests,error_rate,avg_response_time,p50_response_time,p95_response_time,p99_response_time,max_response_time,throughput_rps\r\n");
        foreach (var o in report.Operations)
        {
            var f = o.Figures;
            text.AppendJoin(',', new[] { Field(o.Scenario), Field(o.Operation) }.Concat(new[]
            {
                f.TotalRequests, f.FailedRequests, f.ErrorRate, f.AvgResponseTime, f.P50ResponseTime, f.P95ResponseTime, f.P99ResponseTime, f.MaxResponseTime, f.ThroughputRps,
            }.Select(Invariant))).Append("\r\n");
        }

        return text.ToString();
    }

    private static XElement Case(RunReport report, string name, XElement? trouble) => new("testcase",
        new XAttribute("classname", Xml(report.ConfigurationName)), new XAttribute("name", Xml(name)), new XAttribute("time", Invariant(report.Peaks.LoadSeconds)), trouble);

    private static XElement Wrong(string kind, string type, string message) => new(kind, new XAttribute("type", type), new XAttribute("message", Xml(message)));

    internal static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.Append('\n');
        foreach (var row in rows.Prepend([.. head.Select(_ => "---")]).Prepend(head))
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
    }

    private static string ValueOf(CriterionResult c) => c.Value is { } value ? Invariant(Math.Round(value, 3)) : "nothing was measured";

    private static string Invariant(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Xml(string text) => string.Concat(text.Where(XmlConvert.IsXmlChar));

    // Every character that Markdown or the HTML in it could take for more than a character.
    internal static string Cell(string text)
    {
        var cell = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsControl(c))
                cell.Append(' ');
            else if (c is '<' or '>' or '&')
                cell.Append(c switch { '<' => "&lt;", '>' => "&gt;", _ => "&amp;" });
            else if (MarkdownMarks.Contains(c, StringComparison.Ordinal))
                cell.Append('\\').Append(c);
            else
                cell.Append(c);
        }

        return cell.ToString();
    }

    // A text that a spreadsheet would take for a formula begins with an apostrophe.
    private static string Field(string text)
    {
        var safe = text.Length > 0 && FormulaStarts.Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
