using Loadstone.ServiceHost;

namespace Loadstone.Alerting.Maintenance;

/// <summary>
/// Tells of what is breached in a running test since a maintenance window that has ended, was shortened or taken away. What was found of a run as a whole in a window
/// waits for a run outside it that shows it again. Any number of instances may look at once: an alert outlasts maintenance only once.
/// </summary>
public sealed class MaintenanceClock(IDocumentStore store, Alerts alerts, TimeProvider time, ILogger<MaintenanceClock> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        time.RepeatAsync(Every, LookAsync, reason => log.LogWarning("The maintenance windows cannot be looked after now: {Reason}", reason), stoppingToken);

    /// <summary>Tells of every alert that no window holds any more.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var session = store.QuerySession();
        var held = await session.QueryAsync<Alert>("where (d.data ->> 'is_held')::boolean", cancellation);
        var windows = held.Count == 0 ? [] : await MaintenanceWindow.CurrentAsync(session, now, cancellation);
        foreach (var alert in held.Where(a => !a.IsOfWholeRun && !windows.Any(w => w.Covers(a.Raised.ConfigurationId, a.Raised.Environment, now))))
            await alerts.DecideAsync(alert.Id, a => Alert.OutlastMaintenance(a, now), "alerting", cancellation);
    }
}
