using System.Diagnostics;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>Watches the process that makes the load. Used by one task.</summary>
internal sealed class SelfWatch
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    private long _at = Stopwatch.GetTimestamp();
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private TimeSpan _gcPause = GC.GetTotalPauseDuration();
    private double _cpuPercent;

    // Crosses threads: how long the last probe waited for a thread of the pool, and since when the present one waits; 0 for none.
    private long _poolDelayTicks;
    private long _probedAt;

    public SelfWatch() => Probe();

    /// <summary>How the process fared since the last time this was asked.</summary>
    /// <param name="loopDelayMs">How late the slowest event loop was.</param>
    public GeneratorHealth SinceLast(double loopDelayMs)
    {
        var elapsed = Stopwatch.GetElapsedTime(_at);
        var (cpu, gcPause) = (Environment.CpuUsage.TotalTime, GC.GetTotalPauseDuration());
        // The kernel counts CPU in steps: what is too short to tell is taken to be as before.
        if (elapsed >= Shortest)
            _cpuPercent = Math.Min(100, 100 * (cpu - _cpu) / elapsed / Environment.ProcessorCount);
        var health = new GeneratorHealth(
            _cpuPercent,
            Environment.WorkingSet,
            (gcPause - _gcPause).TotalMilliseconds,
            loopDelayMs,
            PoolDelay().TotalMilliseconds);
        (_at, _cpu, _gcPause) = (Stopwatch.GetTimestamp(), cpu, gcPause);
        Probe();
        return health;
    }

    // A probe that still waits has waited at least until now.
    private TimeSpan PoolDelay() => Volatile.Read(ref _probedAt) is > 0 and var since
        ? Stopwatch.GetElapsedTime(since)
        : Stopwatch.GetElapsedTime(0, Volatile.Read(ref _poolDelayTicks));

    private void Probe()
    {
        if (Volatile.Read(ref _probedAt) > 0)
            return;
        Volatile.Write(ref _probedAt, Stopwatch.GetTimestamp());
        ThreadPool.UnsafeQueueUserWorkItem(static self =>
        {
            Volatile.Write(ref self._poolDelayTicks, Stopwatch.GetTimestamp() - self._probedAt);
            Volatile.Write(ref self._probedAt, 0);
        }, this, preferLocal: false);
    }
}
