using System.Diagnostics;
using Loadstone.Analysis.History;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Analysis;

/// <summary>Tells the scheduler, and whoever raises alerts, of judgements, in order, at least once.</summary>
public sealed class Announcer(IPublishEndpoint bus) : ISubscription
{
    private const int MostRuns = 50;

    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events)
        {
            using var span = Telemetry.Continue($"announce {e.EventTypeName}", e.GetHeader("traceparent"), ActivityKind.Producer);
            if (e.Data is RunJudged judged)
                await bus.Publish(await AnalyzedAsync(judged, operations, cancellationToken), cancellationToken);
        }

        return NullChangeListener.Instance;
    }

    private static async Task<Contracts.ExecutionAnalyzed> AnalyzedAsync(RunJudged judged, IQuerySession session, CancellationToken cancellation) => new(
        judged.Id, judged.Verdict, judged.Figures, judged.Peaks, judged.At, judged.Baseline?.Regressions(), await ChangesAsync(judged.Id, session, cancellation));

    // Of each metric the last change among the last runs of the same configuration against the same environment.
    private static async Task<IReadOnlyList<Contracts.HistoryChange>> ChangesAsync(Guid execution, IQuerySession session, CancellationToken cancellation)
    {
        if (await session.LoadAsync<RunToJudge>(execution, cancellation) is not { } run)
            return [];
        var runs = await RunHistory.OfConfigurationAsync(session, run.ConfigurationId, run.Environment, MostRuns, cancellation);
        var changes = Trend.Of([.. runs.Reverse().Select(r => TrendPoint.Of(r, r.Judged.Figures))]).ChangePoints;
        return [.. changes.GroupBy(c => c.Metric).Select(c => c.Last()).Select(c => new Contracts.HistoryChange(c.Metric, c.ExecutionId, c.Before, c.After, c.IsRegression, TrendsEndpoint.Sentence(c)))];
    }
}
