using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.History;

internal static class CompareEndpoint
{
    private const int Most = 10;
    private const double MostWindows = 600;

    public static void MapCompare(this WebApplication app) => app.MapGet("/api/load-testing/compare", CompareAsync);

    private static async Task<CompareAnswer> CompareAsync(IQuerySession session, IIngestionClient ingestion, string? executionIds, CancellationToken cancellation)
    {
        var runs = new List<JudgedRun>();
        foreach (var id in IdsIn(executionIds))
            runs.Add(await FindAsync(id, session, cancellation));
        var comparison = await OfAsync(runs, ingestion, cancellation);
        return new CompareAnswer(true, comparison, comparison.Insights);
    }

    /// <summary>Long runs are compared by longer windows; all of one comparison by windows of the same length, two runs at a time.</summary>
    public static async Task<ExecutionComparison> OfAsync(IReadOnlyList<JudgedRun> runs, IIngestionClient ingestion, CancellationToken cancellation)
    {
        var stretch = (int)Math.Max(1, Math.Ceiling(runs.Max(r => r.Judged.Peaks.LoadSeconds) / MostWindows));
        foreach (var run in runs)
            stretch = Math.Max(stretch, BoundedMeasurements.StretchFor((await ingestion.TotalAsync(run.Run.Id, cancellation)).Total));
        var first = await SecondsAsync(runs[0]);
        var changes = new List<ExecutionChanges>();
        foreach (var run in runs.Skip(1))
            changes.Add(ExecutionChanges.Between(run.Run.Id, first, await SecondsAsync(run)));
        return ExecutionComparison.Of(runs, changes);

        async Task<IReadOnlyList<MetricWindow>> SecondsAsync(JudgedRun run) =>
            JudgedWindow.Of(run.Judged.Interventions, await ingestion.MeasurementsAsync(run.Run.Id, stretch, cancellation)).Seconds;
    }

    /// <exception cref="RefusalException">404 when there is no such execution, 409 when it is not judged yet.</exception>
    public static async Task<JudgedRun> FindAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var (run, judgement) = await JudgementEndpoints.FindAsync(id, session, cancellation);
        return new JudgedRun(run, judgement.Last);
    }

    private static List<Guid> IdsIn(string? given)
    {
        var texts = (given ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ids = texts.Select(t => Guid.TryParse(t, out var id) ? id : throw RefusalException.Field("executionIds", "must be ids of executions with commas between them")).ToList();
        if (ids.Count is < 2 or > Most)
            throw RefusalException.Field("executionIds", $"must name at least two executions, and at most {Most}");
        return ids.Distinct().Count() == ids.Count ? ids : throw RefusalException.Field("executionIds", "names an execution twice");
    }
}

[Envelope]
internal sealed record CompareAnswer(bool Success, ExecutionComparison Comparison, IReadOnlyList<string> Insights);
