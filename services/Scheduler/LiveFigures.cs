using System.Collections.Concurrent;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>
/// How running executions stand: the last closed second of each and the figures up to it. Every instance hears every second,
/// and a second carries the figures to date, so nothing is stored and a restarted instance knows all again with the next one.
/// </summary>
public sealed class LiveFigures
{
    private readonly ConcurrentDictionary<Guid, Standing> _runs = new();
    private readonly ConcurrentDictionary<Guid, IReadOnlyList<MetricWindow>> _steps = new();

    public Standing? Of(Guid executionId) => _runs.GetValueOrDefault(executionId);

    /// <summary>Every running execution that has a closed second.</summary>
    public IReadOnlyList<KeyValuePair<Guid, Standing>> All() => [.. _runs];

    public Standing Hear(WindowClosed closed) => _runs.AddOrUpdate(closed.ExecutionId,
        _ => new Standing(closed, new StopWatch()), (_, before) => before.Last.Second >= closed.Second ? before : before with { Last = closed });

    public void Watch(Guid executionId, Standing standing) => _runs[executionId] = standing;

    public void Forget(Guid executionId)
    {
        _runs.TryRemove(executionId, out _);
        _steps.TryRemove(executionId, out _);
    }

    /// <summary>The seconds of a run's present step, a capacity search's, up to one that just closed. A restarted instance knows those since then: the step lasts longer for it.</summary>
    public IReadOnlyList<MetricWindow> SecondsFrom(WindowClosed closed, int first) => _steps.AddOrUpdate(
        closed.ExecutionId, _ => [closed.Window], (_, before) => before.Any(s => s.Sequence == closed.Second) ? before : [.. before.Where(s => s.Sequence >= first), closed.Window]);

    public sealed record Standing(WindowClosed Last, StopWatch Watch);
}

/// <summary>Hears the seconds of runs as they close, and stops a run that meets one of its stop conditions.</summary>
public sealed class WindowClosedConsumer(LiveFigures live, Instruments instruments, Executions executions, IQuerySession session, TimeProvider time)
    : IConsumer<WindowClosed>, IConsumer<ExecutionEnded>
{
    public async Task Consume(ConsumeContext<WindowClosed> context)
    {
        var closed = context.Message;
        var standing = live.Hear(closed);
        if (standing.Last != closed || await session.LoadAsync<Execution>(closed.ExecutionId, context.CancellationToken) is not { Stop: null } execution)
            return;
        if (execution.Plan.LoadPattern is CapacitySearch)
            await executions.DecideAsync(closed.ExecutionId, x => ExecutionDecisions.Search(x, live.SecondsFrom(closed, x.SearchesFromSecond), time.GetUtcNow()), ExecutionDecisions.CapacitySearcher, context.CancellationToken);
        if (execution.Plan.StopConditions is not { } conditions)
            return;
        var watch = conditions.Judge(standing.Watch, closed.Second, metric => closed.Window.ValueOf(metric, null), closed.ToDate.FailedRequests);
        live.Watch(closed.ExecutionId, standing with { Watch = watch });
        if (watch.Reason is { } reason && execution.Phase is ExecutionPhase.Running)
            await executions.DecideAsync(closed.ExecutionId, x => StopFor(x, reason), "stop condition", context.CancellationToken);
    }

    public Task Consume(ConsumeContext<ExecutionEnded> context)
    {
        live.Forget(context.Message.ExecutionId);
        instruments.CountEnd(context.Message);
        return Task.CompletedTask;
    }

    private IEnumerable<object> StopFor(Execution x, string reason) => x.Phase == ExecutionPhase.Running
        ? ExecutionDecisions.Stop(x, "stop condition", $"stop condition: {reason}", asFailure: true, time.GetUtcNow())
        : [];
}
