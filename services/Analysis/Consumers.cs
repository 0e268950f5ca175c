using System.Security.Cryptography;
using Loadstone.Contracts;
using Loadstone.ServiceHost;
using MassTransit;

namespace Loadstone.Analysis;

/// <summary>What runs are asked to do.</summary>
public sealed class SchedulerConsumer(IDocumentSession session) : IConsumer<ExecutionRequested>
{
    public async Task Consume(ConsumeContext<ExecutionRequested> context)
    {
        var m = context.Message;
        session.Store(new RunToJudge(m.ExecutionId, m.ConfigurationId, m.Name, m.Plan, m.Environment, m.RequestedBy, m.RequestedAt));
        await session.SaveChangesAsync(context.CancellationToken);
    }
}

/// <summary>Runs whose measurements are complete: each is judged and reported on, once.</summary>
public sealed class IngestionConsumer(IDocumentSession session, IIngestionClient ingestion, TimeProvider time) : IConsumer<MetricsSealed>
{
    public async Task Consume(ConsumeContext<MetricsSealed> context)
    {
        var id = context.Message.ExecutionId;
        var run = await session.LoadAsync<RunToJudge>(id, context.CancellationToken) ?? throw new TooEarlyException($"the execution {id}");
        var measured = await ingestion.MeasurementsAsync(id, context.CancellationToken);
        var judged = Judgement.Decide(run, measured, time.GetUtcNow());
        session.SetHeader("actor", "analysis");
        session.Events.StartStream<Judgement>(id, judged);
        session.Store(new Report(ReportId(id), id, ReportType.Summary, judged.At, RunReport.Of(run, measured, judged)));
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

    private static Guid ReportId(Guid execution) => new(SHA256.HashData([.. execution.ToByteArray(), (byte)ReportType.Summary]).AsSpan(0, 16));
}
