using System.Diagnostics.Metrics;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>
/// What this service shows of the platform and of running executions (requirements R15.6). Each scheduler shows the same of both, for
/// each hears all; a dashboard takes the largest.
/// </summary>
public sealed class Instruments
{
    private readonly LiveFigures _live;
    private readonly Counter<long> _ended = Telemetry.Meter.CreateCounter<long>("loadstone.executions.ended", description: "Executions that ended, by status and verdict.");
    private volatile IReadOnlyList<Execution> _active = [];

    public Instruments(Fleet fleet, LiveFigures live)
    {
        _live = live;
        var meter = Telemetry.Meter;
        meter.CreateObservableGauge("loadstone.workers", () => fleet.Present().Count, description: "Workers that are there.");
        meter.CreateObservableGauge("loadstone.workers.capacity", () => fleet.Present().Sum(w => w.CapacityUsers), description: "Virtual users that all workers take on.");
        meter.CreateObservableGauge("loadstone.workers.busy", () => fleet.Present().Sum(w => w.BusyUsers), description: "Virtual users of the shards they have.");
        meter.CreateObservableGauge("loadstone.executions", CountByPhase, description: "Executions that are not over, by phase.");
        OfRuns("loadstone.run.virtual_users", null, "Virtual users at work in the last closed second.", s => s.Last.Window.VirtualUsers);
        OfRuns("loadstone.run.requests_per_second", null, "Requests of the last closed second.", s => Second(s).ThroughputRps);
        OfRuns("loadstone.run.p95_response_time", "ms", "The 95th percentile of the last closed second.", s => Second(s).P95ResponseTime);
        OfRuns("loadstone.run.error_rate", "%", "Requests of the last closed second without a right answer.", s => Second(s).ErrorRate);
        OfRuns("loadstone.run.requests", null, "Requests sent since the start.", s => s.Last.ToDate.TotalRequests);
    }

    /// <summary>What the overseer found at its last look.</summary>
    public void Show(IReadOnlyList<Execution> active) => _active = active;

    /// <summary>An execution ended.</summary>
    public void CountEnd(ExecutionEnded ended) => _ended.Add(1, new("status", ended.Status), new("verdict", ended.Outcome?.ToString().ToLowerInvariant() ?? "none"));

    private static RunFigures Second(LiveFigures.Standing standing) => RunFigures.Of(standing.Last.Window.Total(), standing.Last.Window.Seconds);

    private IEnumerable<Measurement<int>> CountByPhase() => Enum.GetValues<ExecutionPhase>().Where(p => p != ExecutionPhase.Ended)
        .Select(p => new Measurement<int>(_active.Count(x => x.Phase == p), new KeyValuePair<string, object?>("phase", p.ToString().ToLowerInvariant())));

    private void OfRuns(string name, string? unit, string description, Func<LiveFigures.Standing, double> of) => Telemetry.Meter.CreateObservableGauge(
        name, () => _live.All().Select(run => new Measurement<double>(of(run.Value), new KeyValuePair<string, object?>("execution", run.Key))), unit, description);
}
