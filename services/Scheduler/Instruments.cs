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
    // What is measured by run has a label for each, and a label stays as long as its meter, until there are 2,000 and new ones
    // are no longer told apart. So the meter of runs is made anew before that.
    private const int RunsOfOneMeter = 500;

    private readonly LiveFigures _live;
    private readonly Lock _renewing = new();
    private readonly Counter<long> _ended = Telemetry.Meter.CreateCounter<long>("loadstone.executions.ended", description: "Executions that ended, by status and verdict.");
    private volatile IReadOnlyList<Execution> _active = [];
    private Meter _ofRuns;
    private int _endedWithIt;

    public Instruments(Fleet fleet, LiveFigures live)
    {
        _live = live;
        var meter = Telemetry.Meter;
        meter.CreateObservableGauge("loadstone.workers", () => fleet.Present().Count, description: "Workers that are there.");
        meter.CreateObservableGauge("loadstone.workers.capacity", () => fleet.Present().Sum(w => w.CapacityUsers), description: "Virtual users that all workers take on.");
        meter.CreateObservableGauge("loadstone.workers.busy", () => fleet.Present().Sum(w => w.BusyUsers), description: "Virtual users of the shards they have.");
        meter.CreateObservableGauge("loadstone.executions", CountByPhase, description: "Executions that are not over, by phase.");
        _ofRuns = MeterOfRuns();
    }

    /// <summary>What the overseer found at its last look.</summary>
    public void Show(IReadOnlyList<Execution> active) => _active = active;

    /// <summary>An execution ended.</summary>
    public void CountEnd(ExecutionEnded ended)
    {
        _ended.Add(1, new("status", ended.Status), new("verdict", ended.Outcome?.ToString().ToLowerInvariant() ?? "none"));
        lock (_renewing)
        {
            if (++_endedWithIt < RunsOfOneMeter)
                return;
            _endedWithIt = 0;
            _ofRuns.Dispose();
            _ofRuns = MeterOfRuns();
        }
    }

    private static RunFigures Second(LiveFigures.Standing standing) => RunFigures.Of(standing.Last.Window.Total(), standing.Last.Window.Seconds);

    private IEnumerable<Measurement<int>> CountByPhase() => Enum.GetValues<ExecutionPhase>().Where(p => p != ExecutionPhase.Ended)
        .Select(p => new Measurement<int>(_active.Count(x => x.Phase == p), new KeyValuePair<string, object?>("phase", p.ToString().ToLowerInvariant())));

    private Meter MeterOfRuns()
    {
        var meter = new Meter(Telemetry.Meter.Name);
        Show("loadstone.run.virtual_users", null, "Virtual users at work in the last closed second.", s => s.Last.Window.VirtualUsers);
        Show("loadstone.run.requests_per_second", null, "Requests of the last closed second.", s => Second(s).ThroughputRps);
        Show("loadstone.run.p95_response_time", "ms", "The 95th percentile of the last closed second.", s => Second(s).P95ResponseTime);
        Show("loadstone.run.error_rate", "%", "Requests of the last closed second without a right answer.", s => Second(s).ErrorRate);
        Show("loadstone.run.requests", null, "Requests sent since the start.", s => s.Last.ToDate.TotalRequests);
        return meter;

        void Show(string name, string? unit, string description, Func<LiveFigures.Standing, double> of) => meter.CreateObservableGauge(
            name, () => _live.All().Select(run => new Measurement<double>(of(run.Value), new KeyValuePair<string, object?>("execution", run.Key))), unit, description);
    }
}
