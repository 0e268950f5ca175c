using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.History;
using Loadstone.Contracts;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.Reports;

/// <summary>
/// The reports of a run besides its summary. Each is made when the run is judged, or when it is first asked for, and kept: it says what was
/// known then.
/// </summary>
internal static class ReportMaker
{
    public static readonly IReadOnlyList<ReportType> Others = [ReportType.Detailed, ReportType.TrendAnalysis, ReportType.Comparison];

    private const int MostRuns = 50;

    /// <summary>Null for a comparison when there is nothing to compare with.</summary>
    public static async Task<Report?> MakeAsync(
        ReportType type, JudgedRun run, RunMeasurements measured, IQuerySession session, IIngestionClient ingestion, DateTimeOffset now, CancellationToken cancellation)
    {
        var data = RunReport.Of(run.Run, measured, run.Judged);
        RunReport? made = type switch
        {
            ReportType.Detailed => data with { OperationSeries = OperationSeries.Of(measured) },
            ReportType.TrendAnalysis => data with { Trend = Trend.Of([.. (await UpToAsync(run, session, cancellation)).Reverse().Select(r => TrendPoint.Of(r, r.Judged.Figures))]) },
            ReportType.Comparison => await OtherAsync(run, session, cancellation) is { } other
                ? data with { Comparison = await CompareEndpoint.OfAsync([other, run], ingestion, cancellation) } : null,
            _ => data,
        };
        return made is null ? null : new Report(Report.IdOf(run.Run.Id, type), run.Run.Id, type, now, made);
    }

    /// <summary>One that is kept, or made and kept now.</summary>
    /// <exception cref="RefusalException">404 without such an execution, 409 when it is not judged or there is nothing to compare it with.</exception>
    public static async Task<Report> FindOrMakeAsync(
        Guid id, ReportType type, IDocumentSession session, IIngestionClient ingestion, TimeProvider time, CancellationToken cancellation)
    {
        if (await session.LoadAsync<Report>(Report.IdOf(id, type), cancellation) is { } kept)
            return kept;
        var run = await CompareEndpoint.FindAsync(id, session, cancellation);
        var made = await MakeAsync(type, run, await ingestion.WindowsAsync(id, cancellation), session, ingestion, time.GetUtcNow(), cancellation)
            ?? throw RefusalException.Conflict("There is nothing to compare the execution with: no baseline, and no earlier execution of its configuration that can be trusted.");
        session.Store(made);
        await session.SaveChangesAsync(cancellation);
        return made;
    }

    // The baseline's run; without a baseline the run before.
    private static async Task<JudgedRun?> OtherAsync(JudgedRun run, IQuerySession session, CancellationToken cancellation)
    {
        if (await RunBaseline.FindAsync(session, run.Run, cancellation) is { } baseline && baseline.Values.ExecutionId != run.Run.Id)
            return await CompareEndpoint.FindAsync(baseline.Values.ExecutionId, session, cancellation);
        return (await UpToAsync(run, session, cancellation)).FirstOrDefault(r => r.Run.Id != run.Run.Id && r.IsTrusted);
    }

    private static async Task<IReadOnlyList<JudgedRun>> UpToAsync(JudgedRun run, IQuerySession session, CancellationToken cancellation) =>
        [.. (await RunHistory.OfConfigurationAsync(session, run.Run.ConfigurationId, run.Run.Environment, MostRuns, cancellation)).Where(r => r.Run.RequestedAt <= run.Run.RequestedAt)];
}
