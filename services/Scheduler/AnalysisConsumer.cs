using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>The judgement on a run.</summary>
public sealed class AnalysisConsumer(Executions executions, TimeProvider time) : IConsumer<Contracts.ExecutionAnalyzed>
{
    public Task Consume(ConsumeContext<Contracts.ExecutionAnalyzed> context)
    {
        var m = context.Message;
        return executions.DecideAsync(m.ExecutionId, x => ExecutionDecisions.Analyzed(x, m.Verdict, m.Figures, m.Peaks, time.GetUtcNow()), "analysis", context.CancellationToken);
    }
}
