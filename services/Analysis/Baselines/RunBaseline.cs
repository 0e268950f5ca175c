using Loadstone.Analysis.History;
using Loadstone.Contracts;
using Loadstone.Measurement;

namespace Loadstone.Analysis.Baselines;

/// <summary>The baseline a run answers to, and the two held against each other: that of its configuration, else that of its type of test.</summary>
internal static class RunBaseline
{
    public static async Task<Baseline?> FindAsync(IQuerySession session, RunToJudge run, CancellationToken cancellation) =>
        await session.LoadAsync<Baseline>(Baseline.IdOf(BaselineScope.Configuration, run), cancellation)
        ?? await session.LoadAsync<Baseline>(Baseline.IdOf(BaselineScope.TestType, run), cancellation);

    /// <summary>A judged run beside the baseline of today: as it was found when it was judged, unless another baseline was accepted since.</summary>
    public static async Task<BaselineComparison?> OfTodayAsync(IQuerySession session, IIngestionClient ingestion, JudgedRun run, CancellationToken cancellation)
    {
        var baseline = await FindAsync(session, run.Run, cancellation);
        return run.Judged.Baseline is { } found && (found.BaselineId, found.BaselineVersion) == (baseline?.Id, baseline?.Version)
            ? found : await CompareAsync(session, ingestion, run, null, cancellation);
    }

    /// <summary>Null when there is no baseline, or the run is the baseline itself.</summary>
    /// <param name="session">Where baselines are kept.</param>
    /// <param name="ingestion">Who has the seconds.</param>
    /// <param name="run">The run.</param>
    /// <param name="measured">What it measured; asked for when null.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<BaselineComparison?> CompareAsync(
        IQuerySession session, IIngestionClient ingestion, JudgedRun run, RunMeasurements? measured, CancellationToken cancellation)
    {
        if (await FindAsync(session, run.Run, cancellation) is not { } baseline || baseline.Values.ExecutionId == run.Run.Id)
            return null;
        var own = measured ?? await ingestion.WindowsAsync(run.Run.Id, cancellation);
        var stretch = BoundedMeasurements.StretchOf(own.Seconds);
        return BaselineComparison.Of(
            baseline, run.Judged.Figures, JudgedWindow.Of(run.Judged.Interventions, own).Seconds, await SecondsIfAnyAsync(session, ingestion, baseline.Values.ExecutionId, stretch, cancellation));
    }

    // The seconds of an old run may be gone.
    private static async Task<IReadOnlyList<MetricWindow>?> SecondsIfAnyAsync(
        IQuerySession session, IIngestionClient ingestion, Guid execution, int stretch, CancellationToken cancellation)
    {
        var interventions = (await session.LoadAsync<Judgement>(execution, cancellation))?.Last.Interventions ?? [];
        try
        {
            return JudgedWindow.Of(interventions, await ingestion.MeasurementsAsync(execution, stretch, cancellation)).Seconds;
        }
        catch (RestEase.ApiException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
