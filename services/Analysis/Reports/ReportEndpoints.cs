using System.Text;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.Reports;

internal static class ReportEndpoints
{
    private static readonly string[] Formats = ["json", "html", "junit", "markdown", "csv"];

    public static void MapReports(this WebApplication app)
    {
        app.MapGet("/api/load-testing/executions/{id:guid}/report", ReportAsync);
        app.MapGet("/api/load-testing/executions/{id:guid}/reports", ListAsync);
        app.MapGet("/api/load-testing/reports/{id:guid}", ByIdAsync);
    }

    private static async Task<IResult> ReportAsync(Guid id, string? format, string? type, string? redact, IDocumentSession session, IIngestionClient ingestion, TimeProvider time, CancellationToken cancellation)
    {
        var wanted = format ?? "json";
        if (!Formats.Contains(wanted))
            throw RefusalException.Field("format", $"must be one of {string.Join(", ", Formats)}");
        var report = ListFilter.OneOf<ReportType>("type", type) is null or "summary"
            ? await LatestAsync(id, ReportType.Summary, session, cancellation)
            : await ReportMaker.FindOrMakeAsync(id, WireNames<ReportType>.ToValue[type!], session, ingestion, time, cancellation);
        if (ListFilter.Flag("redact", redact) == true)
            report = Redaction.Of(report);
        return wanted switch
        {
            "html" => Results.Text(ReportHtml.Of(report.ReportData), "text/html; charset=utf-8", Encoding.UTF8),
            "junit" => Results.Text(ReportText.JUnit(report.ReportData), "application/xml; charset=utf-8", Encoding.UTF8),
            "markdown" => Results.Text(ReportText.Markdown(report.ReportData), "text/markdown; charset=utf-8", Encoding.UTF8),
            "csv" => Results.Text(ReportText.Csv(report.ReportData), "text/csv; charset=utf-8", Encoding.UTF8),
            _ => Results.Ok(new ReportAnswer(true, report)),
        };
    }

    /// <exception cref="RefusalException">404 when there is no such execution, or no such report of it yet.</exception>
    public static async Task<Report> LatestAsync(Guid id, ReportType type, IQuerySession session, CancellationToken cancellation)
    {
        var reports = await session.QueryAsync<Report>(
            "where d.data ->> 'execution_id' = ? and d.data ->> 'report_type' = ? order by d.data ->> 'generated_at' desc limit 1", cancellation, id.ToString(), NameOf(type));
        return reports.Count > 0 ? reports[0] : await NoneAsync(id, session, cancellation);
    }

    private static string NameOf(ReportType type) => WireNames<ReportType>.ToValue.First(n => n.Value == type).Key;

    private static async Task<ReportListAnswer> ListAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var reports = await session.QueryAsync<Report>("where d.data ->> 'execution_id' = ? order by d.data ->> 'generated_at' desc", cancellation, id.ToString());
        if (reports.Count == 0 && await session.LoadAsync<RunToJudge>(id, cancellation) is null)
            throw RefusalException.NotFound("execution", id);
        return new ReportListAnswer(true, [.. reports.Select(r => new ReportEntry(r.Id, r.ExecutionId, r.ReportType, r.GeneratedAt, r.ReportUrl))]);
    }

    private static async Task<ReportAnswer> ByIdAsync(Guid id, IQuerySession session, CancellationToken cancellation) =>
        new(true, await session.LoadAsync<Report>(id, cancellation) ?? throw RefusalException.NotFound("report", id));

    private static async Task<Report> NoneAsync(Guid id, IQuerySession session, CancellationToken cancellation) =>
        throw (await session.LoadAsync<RunToJudge>(id, cancellation) is null
            ? RefusalException.NotFound("execution", id)
            : new RefusalException(StatusCodes.Status404NotFound, $"The execution {id} has no report yet: it is made when the run has ended."));
}

[Envelope]
internal sealed record ReportAnswer(bool Success, Report Report);

[Envelope]
internal sealed record ReportListAnswer(bool Success, IReadOnlyList<ReportEntry> Reports);

internal sealed record ReportEntry(Guid Id, Guid ExecutionId, ReportType ReportType, DateTimeOffset GeneratedAt, string ReportUrl);
