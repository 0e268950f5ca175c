using System.Threading.Channels;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Puts the lanes' seconds together and hands them on, on a task of its own, so that neither a slow disk nor a slow network
/// ever holds the load up.
/// </summary>
internal sealed class SecondHand(Recorder recorder)
{
    private readonly Channel<Cut> _cuts = Channel.CreateUnbounded<Cut>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SelfWatch _self = new();
    private readonly HostWatch _host = new();
    private readonly Dictionary<(string, string), long> _inFlight = [];
    private readonly Queue<Cut>[] _byLane = [.. recorder.Stripes.Select(_ => new Queue<Cut>())];

    // How much load was due before the present second: the schedule's own clock.
    private double _loadSeconds;
    private int _first;

    private readonly bool[] _done = new bool[recorder.Stripes.Count];

    /// <summary>Where lanes hand in their seconds.</summary>
    public ChannelWriter<Cut> Cuts => _cuts.Writer;

    /// <summary>The phases that seconds belong to; may change while the run goes on.</summary>
    public IReadOnlyList<TestPhase> Phases { get; set; } = [];

    /// <summary>Everything measured so far, as one window. Complete when <see cref="ReportAsync"/> is.</summary>
    public MetricWindow Total { get; } = new() { Seconds = 0 };

    /// <summary>Begins with another second than the first.</summary>
    public void Begin(TakeOver? takeOver)
    {
        _first = takeOver?.FirstSecond ?? 0;
        _loadSeconds = Math.Max(0, _first - (takeOver?.PausedFor.TotalSeconds ?? 0));
    }

    /// <summary>Hands on each second as all lanes have cut it, until the last.</summary>
    public async Task ReportAsync(Action<MetricWindow> onWindow)
    {
        for (var sequence = _first; await HasSecondAsync(); sequence++)
        {
            var window = WindowOf(sequence);
            if (_done.All(d => d) && window is { Seconds: 0, Operations: [] } && window.Iterations == default)
                continue;
            Total.AddSeconds(window);
            onWindow(window);
        }
    }

    // True when every lane has handed in its next second, or will hand in none; false when there is nothing more.
    private async Task<bool> HasSecondAsync()
    {
        while (_byLane.Where((queue, lane) => queue.Count == 0 && !_done[lane]).Any())
        {
            var cut = await _cuts.Reader.ReadAsync();
            _byLane[cut.Lane].Enqueue(cut);
            _done[cut.Lane] = cut.IsLast;
        }

        return _byLane.Any(queue => queue.Count > 0);
    }

    private MetricWindow WindowOf(int sequence)
    {
        var phase = TestPhase.At(Phases, TimeSpan.FromSeconds(_loadSeconds))?.Name;
        var window = new MetricWindow { Sequence = sequence, Seconds = 0, Phase = phase };
        var (delayNs, open) = (0L, default(OpenConnections));
        foreach (var queue in _byLane)
        {
            if (!queue.TryDequeue(out var cut))
                continue;
            delayNs = Math.Max(delayNs, cut.DelayNs);
            window.VirtualUsers += cut.Users;
            open += cut.Open;
            window.Seconds = Math.Max(window.Seconds, cut.LoadSeconds);
            recorder.Merge(cut.Lane, cut.Counters, window);
        }

        _loadSeconds += window.Seconds;
        window.Health = _self.SinceLast(delayNs / 1e6);
        window.Host = _host.SinceLast();
        open.CountIn(window.Host);
        CarryInFlight(window);
        return window;
    }

    // What was in flight after one second was in flight before the next.
    private void CarryInFlight(MetricWindow window)
    {
        foreach (var blank in recorder.Operations)
        {
            var before = _inFlight.GetValueOrDefault((blank.Scenario, blank.Operation));
            if (before == 0 && window.Operations.All(o => o.Operation != blank.Operation || o.Scenario != blank.Scenario))
                continue;
            var operation = window.For(blank);
            operation.InFlightBefore = before;
            _inFlight[(blank.Scenario, blank.Operation)] = operation.InFlightAfter;
        }
    }
}
