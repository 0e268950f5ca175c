using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Watching;
using Loadstone.Contracts;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Alerting;

/// <summary>Which runs there are to watch, and when they are over.</summary>
public sealed class SchedulerConsumer(IDocumentSession session, Watches watches) : IConsumer<ExecutionRequested>, IConsumer<ExecutionEnded>
{
    public async Task Consume(ConsumeContext<ExecutionRequested> context)
    {
        session.Store(WatchedRun.Of(context.Message));
        await session.SaveChangesAsync(context.CancellationToken);
    }

    public Task Consume(ConsumeContext<ExecutionEnded> context) => watches.EndAsync(context.Message.ExecutionId, context.CancellationToken);
}

/// <summary>The seconds of runs, as they close.</summary>
public sealed class IngestionConsumer(Watches watches) : IConsumer<WindowClosed>
{
    public Task Consume(ConsumeContext<WindowClosed> context) => watches.LookAsync(context.Message, context.CancellationToken);
}

/// <summary>What runs are found to be worth.</summary>
public sealed class AnalysisConsumer(IQuerySession session, Alerts alerts, TimeProvider time) : IConsumer<ExecutionAnalyzed>
{
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromSeconds(60);

    public async Task Consume(ConsumeContext<ExecutionAnalyzed> context)
    {
        var (analyzed, cancellation, now) = (context.Message, context.CancellationToken, time.GetUtcNow());
        if (await session.LoadAsync<WatchedRun>(analyzed.ExecutionId, cancellation) is not { } run)
        {
            if (now - analyzed.AnalyzedAt < WorthWaiting)
                throw new TooEarlyException($"the execution {analyzed.ExecutionId}");
            return;
        }

        var outcome = RunOutcome.Decide(run, analyzed, await OpenAsync(run, cancellation), now);
        var maintenance = await MaintenanceWindow.CoveringAsync(session, run.ConfigurationId, run.Environment, now, cancellation);
        foreach (var raised in outcome.Raised)
            await alerts.RaiseAsync(raised with { Maintenance = maintenance }, cancellation);
        foreach (var (alert, note) in outcome.Over)
            await alerts.EndAsync(alert, 0, cancellation, note);
        foreach (var alert in maintenance is null ? outcome.GoesOn : [])
            await alerts.DecideAsync(alert, a => Alert.OutlastMaintenance(a, now), "alerting", cancellation);
    }

    private async Task<IReadOnlyList<Alert>> OpenAsync(WatchedRun run, CancellationToken cancellation) => await session.QueryAsync<Alert>(
        $"where {Alert.IsOpenSql} and d.data -> 'raised' ->> 'source' in ('verdict', 'regression', 'history') and d.data -> 'raised' ->> 'configuration_id' = ? and d.data -> 'raised' ->> 'environment' = ?",
        cancellation, run.ConfigurationId.ToString()!, run.Environment ?? "");
}
