using System.Diagnostics;

namespace Loadstone.LoadEngine;

/// <summary>The pacer of real runs: one thread that sleeps to the nanosecond the next alarm is due.</summary>
internal sealed class ThreadPacer : Pacer, IDisposable
{
    private readonly PreciseSleep _sleep = new();
    private readonly Thread _thread;
    private volatile bool _stopped;
    private volatile Exception? _fault;

    public ThreadPacer(string name)
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    // Stopwatch counts nanoseconds of the monotonic clock on Linux; elsewhere its ticks are turned into them.
    public override long NowNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>What an alarm threw; the run must end with it. Alarms after it still ring.</summary>
    public Exception? Fault => _fault;

    public void Dispose()
    {
        _stopped = true;
        _sleep.Wake();
        if (Thread.CurrentThread != _thread)
            _thread.Join(TimeSpan.FromSeconds(5));
        _sleep.Dispose();
    }

    protected override void NextChanged() => _sleep.Wake();

    private void Run()
    {
        Urgency.Sharpen();
        while (!_stopped)
        {
            var nextNs = RingSafely();
            if (!_stopped && nextNs > NowNs)
                _sleep.For(nextNs == long.MaxValue ? long.MaxValue : nextNs - NowNs);
        }
    }

    private long RingSafely()
    {
        try
        {
            return RingDue(NowNs);
        }
        catch (Exception e)
        {
            // An alarm must never throw. If one does, the run is not worth trusting, but the others must not hang.
            _fault ??= e;
            return 0;
        }
    }
}
