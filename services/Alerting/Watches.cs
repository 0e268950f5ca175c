using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

/// <summary>A run to be watched: what it is called and what must hold of it.</summary>
public sealed record WatchedRun(Guid Id, string Name, SuccessCriteria Criteria);

/// <summary>The runs that are watched now. A restarted service takes a run up again with the next second that closes.</summary>
public sealed class Watches(IDocumentStore store, TimeProvider time)
{
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<Guid, Task<Watched?>> _runs = new();

    /// <summary>Looks at a second and keeps what it changed.</summary>
    /// <exception cref="TooEarlyException">Nobody has said yet what the run must hold.</exception>
    public async Task LookAsync(WindowClosed closed, CancellationToken cancellation)
    {
        if (await FindAsync(closed.ExecutionId) is not { } watched)
        {
            if (time.GetUtcNow() - closed.ClosedAt < WorthWaiting)
                throw new TooEarlyException($"the execution {closed.ExecutionId}");
            return;
        }

        await watched.Turn.WaitAsync(cancellation);
        try
        {
            await KeepAsync(watched.Run, closed.Second, watched.Watch.Look(closed.Window), cancellation);
        }
        finally
        {
            watched.Turn.Release();
        }
    }

    /// <summary>A run is over: its breaches are too, also those from before a restart.</summary>
    public async Task EndAsync(Guid execution, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var active = await session.QueryAsync<Alert>(
            "where d.data ->> 'status' = 'active' and d.data -> 'raised' ->> 'execution_id' = ?", cancellation, execution.ToString());
        foreach (var alert in active)
            await ResolveAsync(alert.Id, alert.Raised.Second, cancellation);
        _runs.TryRemove(execution, out _);
    }

    private async Task KeepAsync(WatchedRun run, int second, IReadOnlyList<Change> changes, CancellationToken cancellation)
    {
        foreach (var change in changes)
        {
            if (change.IsOver)
                await ResolveAsync(IdOf(run.Id, change), second, cancellation);
            else
                await RaiseAsync(Raised(IdOf(run.Id, change), run, second, change), cancellation);
        }
    }

    private async Task RaiseAsync(AlertRaised raised, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        session.SetHeader("actor", "alerting");
        session.Events.StartStream<Alert>(raised.Id, raised);
        try
        {
            await session.SaveChangesAsync(cancellation);
        }
        catch (ExistingStreamIdCollisionException)
        {
            // The same second came twice, before and after a restart: the alert is there.
            return;
        }
    }

    private async Task ResolveAsync(Guid id, int second, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        session.SetHeader("actor", "alerting");
        var stream = await session.Events.FetchForWriting<Alert>(id, cancellation);
        if (stream.Aggregate is not { Status: AlertStatus.Active })
            return;
        stream.AppendOne(new AlertResolved(second, time.GetUtcNow()));
        await session.SaveChangesAsync(cancellation);
    }

    private AlertRaised Raised(Guid id, WatchedRun run, int second, Change change) => new(
        id, run.Id, run.Name, change.Criterion.Metric is "error_rate" or "check_failure_rate" ? AlertType.ErrorSpike : AlertType.ThresholdExceeded,
        Watch.SeverityOf(change), change.Criterion.Metric, change.Criterion.Operation, change.Criterion.Limit, Math.Round(change.Value, 4),
        Watch.MessageOf(change), second, time.GetUtcNow());

    // The n-th breach of one criterion in one run always has the same id.
    private static Guid IdOf(Guid run, Change change) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}|{change.Criterion.Title}|{change.Occurrence}")).AsSpan(0, 16));

    private async Task<Watched?> FindAsync(Guid execution)
    {
        var found = await _runs.GetOrAdd(execution, LoadAsync);
        if (found is null)
            _runs.TryRemove(execution, out _);
        return found;
    }

    private async Task<Watched?> LoadAsync(Guid execution)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<WatchedRun>(execution) is { } run ? new Watched(run, new Watch([.. run.Criteria.All()]), new SemaphoreSlim(1)) : null;
    }

    private sealed record Watched(WatchedRun Run, Watch Watch, SemaphoreSlim Turn);
}
