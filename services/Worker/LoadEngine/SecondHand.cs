using System.Threading.Channels;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>
/// Cuts the run into seconds. The cut itself takes microseconds on the pacer's thread; putting the window together and handing
/// it on happens on a task of its own, so that neither a slow disk nor a slow network ever holds the load up.
/// </summary>
internal sealed class SecondHand : IAlarm
{
    private const long SecondNs = 1_000_000_000;

    private readonly RunParts _parts;
    private readonly LoadDriver _driver;
    private readonly Channel<Cut> _cuts = Channel.CreateUnbounded<Cut>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SelfWatch _self = new();
    private readonly Dictionary<(string, string), long> _inFlight = [];

    // The pacer's only.
    private long _startNs;
    private int _sequence;
    private long _loadSinceNs;
    private long _loadNs;
    private bool _finished;

    public SecondHand(RunParts parts, LoadDriver driver) => (_parts, _driver) = (parts, driver);

    /// <summary>Everything measured so far, as one window. Complete when <see cref="ReportAsync"/> is.</summary>
    public MetricWindow Total { get; } = new() { Seconds = 0 };

    public void Start(long startNs)
    {
        _startNs = startNs;
        LoadGoesOn(startNs);
        _parts.Pacer.Set(startNs + SecondNs, this);
    }

    /// <summary>From now on load is due.</summary>
    public void LoadGoesOn(long nowNs) => _loadSinceNs = nowNs;

    /// <summary>From now on no load is due.</summary>
    public void LoadRests(long nowNs)
    {
        if (_loadSinceNs > 0)
            _loadNs += nowNs - _loadSinceNs;
        _loadSinceNs = 0;
    }

    public void Ring(long nowNs, int ticket)
    {
        // After a standstill several seconds are over: the first has all that happened, the others are empty.
        if (_finished)
            return;
        while (NextCutNs <= nowNs)
            CutAt(NextCutNs);
        _driver.EverySecond(nowNs);
        _parts.Pacer.Set(NextCutNs, this);
    }

    /// <summary>Cuts what is left. On the pacer's thread, when nobody records any more.</summary>
    public void Finish(long nowNs)
    {
        _finished = true;
        CutAt(nowNs);
        _cuts.Writer.TryComplete();
    }

    /// <summary>Hands on each second as it is cut, until the last.</summary>
    public async Task ReportAsync(Action<MetricWindow> onWindow)
    {
        await foreach (var cut in _cuts.Reader.ReadAllAsync())
        {
            var window = new MetricWindow
            {
                Sequence = cut.Sequence,
                VirtualUsers = cut.Users,
                Seconds = cut.LoadSeconds,
                Health = _self.SinceLast(),
            };
            _parts.Recorder.Merge(cut.Counters, window);
            CarryInFlight(window);
            if (cut.IsLast && window is { Seconds: 0, Operations: [] } && window.Iterations == default)
                return;
            Total.AddSeconds(window);
            onWindow(window);
        }
    }

    private long NextCutNs => _startNs + ((_sequence + 1) * SecondNs);

    private void CutAt(long atNs)
    {
        if (_loadSinceNs > 0)
        {
            LoadRests(atNs);
            LoadGoesOn(atNs);
        }

        _cuts.Writer.TryWrite(new Cut(_sequence++, _parts.Recorder.Cut(), _driver.AtWork, Math.Max(0, _loadNs) / (double)SecondNs, _finished));
        _loadNs = 0;
    }

    // What was in flight after one second was in flight before the next.
    private void CarryInFlight(MetricWindow window)
    {
        foreach (var blank in _parts.Recorder.Operations)
        {
            var before = _inFlight.GetValueOrDefault((blank.Scenario, blank.Operation));
            if (before == 0 && window.Operations.All(o => o.Operation != blank.Operation || o.Scenario != blank.Scenario))
                continue;
            var operation = window.For(blank);
            operation.InFlightBefore = before;
            _inFlight[(blank.Scenario, blank.Operation)] = operation.InFlightAfter;
        }
    }

    private readonly record struct Cut(int Sequence, Recorder.Counters[] Counters, int Users, double LoadSeconds, bool IsLast);
}

/// <summary>Watches the process that makes the load. Used by one task.</summary>
internal sealed class SelfWatch
{
    private long _at = System.Diagnostics.Stopwatch.GetTimestamp();
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private TimeSpan _gcPause = GC.GetTotalPauseDuration();

    /// <summary>How the process fared since the last time this was asked.</summary>
    public GeneratorHealth SinceLast()
    {
        var elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(_at);
        var (cpu, gcPause) = (Environment.CpuUsage.TotalTime, GC.GetTotalPauseDuration());
        var health = new GeneratorHealth(
            elapsed.Ticks == 0 ? 0 : 100 * (cpu - _cpu) / elapsed / Environment.ProcessorCount,
            Environment.WorkingSet,
            (gcPause - _gcPause).TotalMilliseconds);
        (_at, _cpu, _gcPause) = (System.Diagnostics.Stopwatch.GetTimestamp(), cpu, gcPause);
        return health;
    }
}
