using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Loadstone.Alerting.Rules;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

/// <summary>A run to be watched: what it is called and what must hold of it.</summary>
public sealed record WatchedRun(Guid Id, string Name, SuccessCriteria Criteria, Guid? ConfigurationId = null, string? Environment = null)
{
    public static WatchedRun Of(ExecutionRequested m) => new(m.ExecutionId, m.Name, m.Plan.SuccessCriteria, m.ConfigurationId, m.Environment);
}

/// <summary>The runs that are watched now, by the one instance that hears the seconds. Whoever comes after it takes a run up with the next second that closes.</summary>
public sealed class Watches(IDocumentStore store, Alerts alerts, TimeProvider time)
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
            "where d.data ->> 'status' in ('active', 'acknowledged') and d.data -> 'raised' ->> 'execution_id' = ?", cancellation, execution.ToString());
        foreach (var alert in active)
            await ResolveAsync(alert.Id, alert.Raised.Second, cancellation);
        _runs.TryRemove(execution, out _);
    }

    private async Task KeepAsync(WatchedRun run, int second, IReadOnlyList<Change> changes, CancellationToken cancellation)
    {
        foreach (var change in changes)
        {
            var id = IdOf(run.Id, change.Key, change.Occurrence);
            if (change.IsOver)
                await ResolveAsync(id, second, cancellation);
            else if (!await IsSuppressedAsync(run.Id, change, cancellation))
                await RaiseAsync(Raised(id, run, second, change), cancellation);
        }
    }

    private async Task<bool> IsSuppressedAsync(Guid run, Change change, CancellationToken cancellation)
    {
        if (change.Occurrence == 1)
            return false;
        await using var session = store.QuerySession();
        var earlier = await session.LoadManyAsync<Alert>(cancellation, [.. Enumerable.Range(1, change.Occurrence - 1).Select(n => IdOf(run, change.Key, n))]);
        return earlier.Any(a => a.Status == AlertStatus.Suppressed);
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

    private Task<Alert?> ResolveAsync(Guid id, int second, CancellationToken cancellation) =>
        alerts.DecideAsync(id, alert => Alert.End(alert, second, time.GetUtcNow()), "alerting", cancellation);

    private AlertRaised Raised(Guid id, WatchedRun run, int second, Change change) => new(
        id, run.Id, run.Name, change.Rule?.Terms.AlertType ?? TypeOf(change.Criterion.Metric), change.Rule?.Terms.Severity ?? Watch.SeverityOf(change),
        change.Criterion.Metric, change.Criterion.Operation, change.Criterion.Limit, Math.Round(change.Value, 4), Watch.MessageOf(change), second,
        time.GetUtcNow(), change.Rule?.Id);

    private static AlertType TypeOf(string metric) => metric switch
    {
        "error_rate" or "check_failure_rate" or "check_pass_rate" => AlertType.ErrorSpike,
        "cpu_usage" or "memory_usage" => AlertType.ResourceExhaustion,
        _ => AlertType.ThresholdExceeded,
    };

    // The n-th breach of one threshold in one run always has the same id.
    private static Guid IdOf(Guid run, string key, int occurrence) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}|{key}|{occurrence}")).AsSpan(0, 16));

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
        var watch = new Watch([.. run.Criteria.All()], [.. rules.Where(r => r.Terms.IsFor(run))]);
        foreach (var key in watch.Keys.ToList())
            await RestoreAsync(session, watch, execution, key);
        return new Watched(run, watch, new SemaphoreSlim(1));
    }

    // The breaches that were seen before this instance looked at the run.
    private static async Task RestoreAsync(IQuerySession session, Watch watch, Guid execution, string key)
    {
        for (var occurrence = 1; await session.LoadAsync<Alert>(IdOf(execution, key, occurrence)) is { } alert; occurrence++)
            watch.TakeOver(key, occurrence, isBreached: alert.Status != AlertStatus.Resolved);
    }

    private sealed record Watched(WatchedRun Run, Watch Watch, SemaphoreSlim Turn);
}
