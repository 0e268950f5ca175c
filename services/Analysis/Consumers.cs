using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.History;
using Loadstone.Analysis.Reports;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Analysis;

/// <summary>What runs are asked to do.</summary>
public sealed class SchedulerConsumer(IDocumentSession session) : IConsumer<ExecutionRequested>
{
    public async Task Consume(ConsumeContext<ExecutionRequested> context)
    {
        session.Store(RunToJudge.Of(context.Message));
        await session.SaveChangesAsync(context.CancellationToken);
    }
}

/// <summary>Runs whose measurements are complete: each is judged and reported on, once.</summary>
public sealed class IngestionConsumer(IDocumentSession session, IIngestionClient ingestion, ISchedulerClient scheduler, IAlertingClient alerting, TimeProvider time, ILogger<IngestionConsumer> log) : IConsumer<MetricsSealed>
{
    public async Task Consume(ConsumeContext<MetricsSealed> context)
    {
        var id = context.Message.ExecutionId;
        var run = await session.LoadAsync<RunToJudge>(id, context.CancellationToken) ?? throw new TooEarlyException($"the execution {id}");
        var interventions = await scheduler.InterventionsAsync(id, context.CancellationToken);
        var measured = await ingestion.WindowsAsync(id, context.CancellationToken);
        var steps = run.Plan.LoadPattern is CapacitySearch ? await scheduler.SearchStepsAsync(id, context.CancellationToken) : [];
        var decided = Judgement.Decide(run, measured, interventions, time.GetUtcNow(), steps);
        var alerts = await RunAlert.OfRunAsync(id, alerting, context.CancellationToken);
        var judged = decided with { Alerts = alerts, Baseline = await RunBaseline.CompareAsync(session, ingestion, new JudgedRun(run, decided), measured, context.CancellationToken) };
        session.SetHeader("actor", "analysis");
        session.Events.StartStream<Judgement>(id, judged);
        session.Store(Report.Of(run, measured, judged));
        try
        {
            await session.SaveChangesAsync(context.CancellationToken);
        }
        catch (ExistingStreamIdCollisionException)
        {
            // The message came twice; the run is judged.
            return;
        }

        await MakeOthersAsync(new JudgedRun(run, judged), measured, context.CancellationToken);
    }

    // The judgement waits for none of these; what cannot be made now is made when it is asked for.
    private async Task MakeOthersAsync(JudgedRun run, RunMeasurements measured, CancellationToken cancellation)
    {
        try
        {
            foreach (var type in ReportMaker.Others)
            {
                if (await ReportMaker.MakeAsync(type, run, measured, session, ingestion, time.GetUtcNow(), cancellation) is { } made)
                    session.Store(made);
            }

            await session.SaveChangesAsync(cancellation);
        }
        catch (Exception e) when (e is RestEase.ApiException or HttpRequestException or RefusalException)
        {
            log.LogWarning(e, "The other reports of {Execution} are not made yet", run.Run.Id);
        }
    }
}
