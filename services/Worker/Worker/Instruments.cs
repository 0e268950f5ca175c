using Loadstone.ServiceHost;

namespace Loadstone.Worker;

/// <summary>What this worker shows of itself (requirements R15.6).</summary>
internal static class Instruments
{
    public static void ShowInstruments(this WebApplication app)
    {
        var (identity, shards) = (app.Services.GetRequiredService<WorkerIdentity>(), app.Services.GetRequiredService<Shards>());
        var (spool, clock) = (app.Services.GetRequiredService<Spool>(), app.Services.GetRequiredService<SchedulerClock>());
        KeyValuePair<string, object?> worker = new("worker", identity.Name), region = new("region", identity.Region);
        Show("loadstone.worker.users", null, "Virtual users of the shards it has.", () => shards.BusyUsers);
        Show("loadstone.worker.capacity", null, "Virtual users it takes on.", () => identity.CapacityUsers);
        Show("loadstone.worker.spool.messages", null, "Measurements that the broker does not have yet.", () => spool.Count);
        Show("loadstone.worker.spool.size", "By", "Their size on disk.", () => spool.Bytes);
        Show("loadstone.worker.scheduler_silence", "s", "For how long nothing was heard of the scheduler.", () => clock.Silence.TotalSeconds);

        void Show(string name, string? unit, string description, Func<double> value) => Telemetry.Meter.CreateObservableGauge(
            name, () => new System.Diagnostics.Metrics.Measurement<double>(value(), worker, region), unit, description);
    }
}
