using System.Diagnostics;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>Watches the process that makes the load. Used by one task.</summary>
internal sealed class SelfWatch
{
    private long _at = Stopwatch.GetTimestamp();
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private TimeSpan _gcPause = GC.GetTotalPauseDuration();

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
        var health = new GeneratorHealth(
            elapsed.Ticks == 0 ? 0 : 100 * (cpu - _cpu) / elapsed / Environment.ProcessorCount,
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
