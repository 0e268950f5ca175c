using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Worker.Probes;

/// <summary>
/// Asks the probes of a run while it goes on, each for itself, and puts what they say into the windows of the seconds in which it
/// came. What a probe does not say is noted there; nothing waits for it, and nothing fails with it.
/// </summary>
internal sealed class TargetProber : IAsyncDisposable
{
    /// <summary>How long one answer may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly long _startsAt;

    // Between the probes' tasks, that which reports the windows, and the bus's, which may bring probes later.
    private readonly Lock _lock = new();
    private readonly List<(Watched Target, Task Work)> _watching = [];

    // By the second in which they came.
    private readonly SortedDictionary<int, List<(string Probe, ProbeReading Reading)>> _heard = [];

    /// <param name="startsIn">How long until the common start that the run's seconds are counted from; negative when it is past.</param>
    /// <param name="time">The clock.</param>
    public TargetProber(TimeSpan startsIn, TimeProvider time)
    {
        _time = time;
        _startsAt = time.GetTimestamp() + (long)(startsIn.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>A target, what asks it, and its password, which nothing that is said of it may have in it.</summary>
    internal sealed record Watched(TargetProbe Target, Lazy<IProbe> Probe, string? Password);

    /// <summary>Asks these too from now on.</summary>
    /// <param name="targets">Each target with what asks it, and what no message may hold.</param>
    public void Watch(IEnumerable<Watched> targets)
    {
        foreach (var target in targets)
        {
            lock (_lock)
                _watching.Add((target, Task.Run(() => WatchAsync(target))));
        }
    }

    /// <summary>Puts into a window what was heard up to its end and is in no earlier one.</summary>
    public void AddTo(MetricWindow window)
    {
        foreach (var (probe, reading) in Take(window.Sequence))
        {
            window.Hear(probe, reading);
            foreach (var (metric, values) in reading.Metrics)
                window.Count(metric, values);
        }

        foreach (var kind in Watching().Select(w => w.Target.Probe).Where(probe => probe.IsValueCreated).Select(probe => probe.Value.ConnectionKind).OfType<string>())
            window.Host?.Connections[kind] = window.Host.Connections.GetValueOrDefault(kind) + 1;
    }

    /// <summary>Asks no more, and closes what was opened. What does not end in time is left to end by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(Watching().Select(w => w.Work)).WaitAsync(EndWithin, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Asks once, and keeps what came of it.</summary>
    internal async Task AskAsync(Watched watched)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        patience.CancelAfter(Patience);
        try
        {
            // Waited for no longer, whatever the probe makes of that.
            var answer = await watched.Probe.Value.AskAsync(patience.Token).WaitAsync(patience.Token);
            Keep(watched, answer.Missing, answer);
        }
        catch (Exception e) when (!_ending.IsCancellationRequested)
        {
            Keep(watched, ProbeFailure.InWords(e), null);
        }
    }

    private IReadOnlyList<(Watched Target, Task Work)> Watching()
    {
        lock (_lock)
            return [.. _watching];
    }

    private async Task WatchAsync(Watched watched)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(watched.Target.IntervalSeconds), _time);
        try
        {
            do
                await AskAsync(watched);
            while (await timer.WaitForNextTickAsync(_ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        finally
        {
            if (watched.Probe.IsValueCreated)
                await watched.Probe.Value.DisposeAsync();
        }
    }

    private void Keep(Watched watched, string? error, ProbeAnswer? answer)
    {
        var metrics = (answer?.Metrics ?? new Dictionary<string, double>()).ToDictionary(m => m.Key, m => CustomMetric.Of(m.Value));
        var reading = new ProbeReading(
            watched.Target.Type.ToString().ToLowerInvariant(), 1, error is null ? 0 : 1, ProbeFailure.WithoutSecret(error, watched.Password), metrics, answer?.SlowestStatements);
        // What is heard just before the start belongs to its first second.
        var second = (int)Math.Max(0, Math.Floor(_time.GetElapsedTime(_startsAt).TotalSeconds));
        lock (_lock)
        {
            if (!_heard.TryGetValue(second, out var heard))
                _heard[second] = heard = [];
            heard.Add((watched.Target.Name, reading));
        }
    }

    private List<(string Probe, ProbeReading Reading)> Take(int upTo)
    {
        lock (_lock)
        {
            var seconds = _heard.Keys.TakeWhile(second => second <= upTo).ToList();
            var taken = seconds.SelectMany(second => _heard[second]).ToList();
            foreach (var second in seconds)
                _heard.Remove(second);
            return taken;
        }
    }
}
