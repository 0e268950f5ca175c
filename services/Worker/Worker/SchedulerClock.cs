using Loadstone.Contracts;

namespace Loadstone.Worker;

/// <summary>
/// How this machine's clock stands to the scheduler's, and how long the way over the broker is: from the worker's reports and
/// their echoes, by the rule of NTP (RFC 5905 §8) with the way there and the way back taken as equally long. The sample with
/// the shortest way of the last minute is the truest.
/// </summary>
public sealed class SchedulerClock(TimeProvider time)
{
    private const int Remembered = 60;

    private readonly Lock _lock = new();
    private readonly Queue<(double RoundTripMs, double OffsetMs)> _samples = new();
    private (double RoundTripMs, double OffsetMs) _best;

    // By the machine's running time, which nobody sets: since the start, until something is heard.
    private long _heardAt = time.GetTimestamp();

    public DateTimeOffset? LastEchoAt { get; private set; }

    /// <summary>How long nothing has been heard of the scheduler.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    public double RoundTripMs { get; private set; }

    /// <summary>This clock minus the scheduler's, in ms.</summary>
    public double OffsetMs => _best.OffsetMs;

    public void Hear(WorkerEcho echo)
    {
        Volatile.Write(ref _heardAt, time.GetTimestamp());
        var now = time.GetUtcNow();
        var roundTripMs = (now - echo.WorkerSentAt).TotalMilliseconds;
        var offsetMs = (echo.WorkerSentAt + ((now - echo.WorkerSentAt) / 2) - echo.ReceivedAt).TotalMilliseconds;
        lock (_lock)
        {
            _samples.Enqueue((roundTripMs, offsetMs));
            if (_samples.Count > Remembered)
                _samples.Dequeue();
            _best = _samples.MinBy(s => s.RoundTripMs);
            (RoundTripMs, LastEchoAt) = (roundTripMs, now);
        }
    }

    /// <summary>How long from now until an instant of the scheduler's clock; negative when it is past.</summary>
    public TimeSpan Until(DateTimeOffset schedulerTime) => schedulerTime + TimeSpan.FromMilliseconds(OffsetMs) - time.GetUtcNow();
}
