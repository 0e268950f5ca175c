using System.Collections.Concurrent;

namespace Loadstone.LoadEngine.Loops;

/// <summary>Something that wants to act at an instant.</summary>
internal interface IAlarm
{
    /// <summary>Called on the pacer's thread, in due order. Must not block: everyone else's alarms wait behind it.</summary>
    /// <param name="nowNs">The pacer's time.</param>
    /// <param name="ticket">The number given when the alarm was set.</param>
    void Ring(long nowNs, int ticket);
}

/// <summary>
/// The clock of a lane and its alarms. Whatever an alarm wakes runs right there, so a due request is on the wire microseconds
/// later, without a hand-over to another thread. Tests drive the same alarms under virtual time.
/// </summary>
/// <remarks>Everything but <see cref="Post"/> and <see cref="NowNs"/> belongs to the pacer's own thread.</remarks>
internal abstract class Pacer
{
    private readonly PriorityQueue<(IAlarm Alarm, int Ticket), (long Ns, long Order)> _alarms = new();
    private readonly ConcurrentQueue<Action<long>> _posted = new();
    private long _order;
    private long _rangAtNs = long.MaxValue;

    /// <summary>Nanoseconds since some instant before the run; never goes back; the same for all pacers of a process.</summary>
    public abstract long NowNs { get; }

    /// <summary>
    /// Called before anything else when nothing was looked after for longer than <see cref="LongestStandstillNs"/>: the process was
    /// frozen, or something held the thread. The number is for how long.
    /// </summary>
    public Action<long>? StoodStill { get; set; }

    /// <summary>How long a pacer with alarms every few milliseconds may be silent before that is told.</summary>
    public const long LongestStandstillNs = 2_000_000_000;

    /// <summary>When the next alarm is due; <see cref="long.MaxValue"/> when there is none.</summary>
    protected long NextDueNs { get; private set; } = long.MaxValue;

    /// <summary>Sets an alarm. It rings once, at or after <paramref name="dueNs"/>; alarms of one instant ring in the order they were set.</summary>
    public void Set(long dueNs, IAlarm alarm, int ticket = 0)
    {
        _alarms.Enqueue((alarm, ticket), (dueNs, _order++));
        NextDueNs = Math.Min(NextDueNs, dueNs);
    }

    /// <summary>Has something done on the pacer's thread, soon. From any thread.</summary>
    public void Post(Action<long> act)
    {
        _posted.Enqueue(act);
        Wake();
    }

    /// <summary>Called from any thread when something was posted.</summary>
    protected abstract void Wake();

    /// <summary>Does what was posted and rings everything due by now.</summary>
    protected void RingDue(long nowNs)
    {
        var silentNs = nowNs - _rangAtNs;
        _rangAtNs = nowNs;
        if (silentNs > LongestStandstillNs)
            StoodStill?.Invoke(silentNs);
        while (_posted.TryDequeue(out var act))
            act(nowNs);
        while (NextDueNs <= nowNs)
        {
            var due = _alarms.Dequeue();
            NextDueNs = _alarms.TryPeek(out _, out var next) ? next.Ns : long.MaxValue;
            due.Alarm.Ring(NowNs, due.Ticket);
        }
    }
}
