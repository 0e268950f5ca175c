using System.Collections.Concurrent;
using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Rules;
using Loadstone.Contracts;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting.Watching;

/// <summary>The runs that are watched now, by the one instance that hears the seconds. Whoever comes after it takes a run up with the next second that closes.</summary>
public sealed class Watches(IDocumentStore store, Alerts alerts, RunBaselines baselines, TimeProvider time)
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

        await watched.TakeTurnAsync(closed.Second, cancellation);
        try
        {
            TakeBaseline(watched);
            foreach (var change in watched.Watch.Look(closed.Window))
                watched.Untold.Enqueue((closed.Second, change));
            await KeepAllAsync(watched, cancellation);
        }
        finally
        {
            watched.EndTurn(closed.Second);
        }
    }

    /// <summary>A run is over: its breaches are too, also those from before a restart. What was found of it as a whole stays.</summary>
    public async Task EndAsync(Guid execution, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var open = await session.QueryAsync<Alert>($"where {Alert.IsOpenSql} and d.data -> 'raised' ->> 'execution_id' = ?", cancellation, execution.ToString());
        foreach (var alert in open.Where(a => !a.IsOfWholeRun))
            await alerts.EndAsync(alert.Id, alert.Raised.Second, cancellation);
        _runs.TryRemove(execution, out _);
    }

    // No second waits for it: whoever is asked may be away.
    private void TakeBaseline(Watched watched)
    {
        if (!watched.Watch.WantsBaseline)
            return;
        watched.Baseline ??= baselines.FindAsync(watched.Run.Id);
        if (!watched.Baseline.IsCompleted)
            return;
        if (watched.Baseline is { IsCompletedSuccessfully: true, Result: { } baseline })
            watched.Watch.Compare(baseline);
        else if (watched.Baseline.IsFaulted)
            watched.Baseline = null;
    }

    // The watch has gone on when something cannot be kept now: it waits for the same second, or the next one, to come.
    private async Task KeepAllAsync(Watched watched, CancellationToken cancellation)
    {
        while (watched.Untold.TryPeek(out var next))
        {
            try
            {
                await KeepAsync(watched.Run, next.Second, next.Change, cancellation);
            }
            catch (Exception e) when (!BusTopology.IsPassing(e))
            {
                // Nothing that never works may stand before all the rest; the second goes to the errors.
                watched.Untold.Dequeue();
                throw;
            }

            watched.Untold.Dequeue();
        }
    }

    private Task KeepAsync(WatchedRun run, int second, Change change, CancellationToken cancellation)
    {
        var id = Alerts.IdOf(run.Id, change.Key, change.Occurrence);
        return change.Kind switch
        {
            ChangeKind.Ended => alerts.EndAsync(id, second, cancellation),
            ChangeKind.Grew => alerts.DecideAsync(id, alert => Alert.Grow(alert, change.Breach.Value, change.Breach.Message, second, time.GetUtcNow()), "alerting", cancellation),
            _ => RaiseAsync(id, run, second, change, cancellation),
        };
    }

    private async Task RaiseAsync(Guid id, WatchedRun run, int second, Change change, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        if (change.Occurrence > 1 && await IsSuppressedAsync(session, run.Id, change.Key, cancellation))
            return;
        var (breach, now) = (change.Breach, time.GetUtcNow());
        var raised = new AlertRaised(
            id, run.Id, run.Name, breach.AlertType, breach.Severity, breach.MetricName, breach.Operation, Math.Round(breach.Threshold, 4), Math.Round(breach.Value, 4),
            breach.Message, second, now, breach.RuleId, breach.Source, change.Key, change.Occurrence, run.ConfigurationId, run.Environment);
        await alerts.RaiseAsync(raised with { Maintenance = await MaintenanceWindow.CoveringAsync(session, run.ConfigurationId, run.Environment, now, cancellation) }, cancellation);
    }

    private static async Task<bool> IsSuppressedAsync(IQuerySession session, Guid run, string key, CancellationToken cancellation) => (await session.QueryAsync<Alert>(
        "where d.data ->> 'status' = 'suppressed' and d.data -> 'raised' ->> 'execution_id' = ? and d.data -> 'raised' ->> 'key' = ? and not (d.data ->> 'is_held')::boolean limit 1",
        cancellation, run.ToString(), key)).Count > 0;

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
        if (await session.LoadAsync<WatchedRun>(execution) is not { } run)
            return null;
        var rules = await session.QueryAsync<AlertRule>("where (d.data ->> 'is_active')::boolean");
        var watch = Watch.Of(run, rules);
        // The breaches that were seen before this instance looked at the run.
        var before = await session.QueryAsync<Alert>("where d.data -> 'raised' ->> 'execution_id' = ?", CancellationToken.None, execution.ToString());
        foreach (var breaches in before.Where(a => !a.IsOfWholeRun).GroupBy(a => a.Raised.Key))
        {
            var last = breaches.MaxBy(a => a.Raised.Occurrence)!;
            watch.TakeOver(breaches.Key, last.Raised.Occurrence, last.Status != AlertStatus.Resolved);
        }

        return new Watched(run, watch, time);
    }
}
