using Loadstone.Analysis.Baselines;
using Loadstone.Contracts;
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
public sealed class IngestionConsumer(IDocumentSession session, IIngestionClient ingestion, ISchedulerClient scheduler, TimeProvider time) : IConsumer<MetricsSealed>
{
    public async Task Consume(ConsumeContext<MetricsSealed> context)
    {
        var id = context.Message.ExecutionId;
        var asked = await session.LoadAsync<RunToJudge>(id, context.CancellationToken) ?? throw new TooEarlyException($"the execution {id}");
        var run = asked with { Interventions = await scheduler.InterventionsAsync(id, context.CancellationToken) };
        var measured = await ingestion.MeasurementsAsync(id, context.CancellationToken);
        var decided = Judgement.Decide(run, measured, time.GetUtcNow());
        var judged = decided with { Baseline = await RunBaseline.CompareAsync(session, ingestion, run, decided.Figures, JudgedWindow.Of(run, measured).Seconds, context.CancellationToken) };
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
    }
}
