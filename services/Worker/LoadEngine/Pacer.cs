namespace Loadstone.LoadEngine;

/// <summary>Something that wants to act at an instant.</summary>
internal interface IAlarm
{
    /// <summary>Called on the pacer's thread, in due order. Must not block: everyone else's alarms wait behind it.</summary>
    /// <param name="nowNs">The pacer's time.</param>
    /// <param name="ticket">The number given when the alarm was set.</param>
    void Ring(long nowNs, int ticket);
}

/// <summary>
/// The clock of a run and its alarms. Whatever an alarm wakes runs right there, so a due request is on the wire microseconds
/// later, without a hand-over to another thread. Tests drive the same alarms under virtual time.
/// </summary>
internal abstract class Pacer
{
    private readonly Lock _lock = new();

    // Under _lock.
    private readonly PriorityQueue<(IAlarm Alarm, int Ticket), (long Ns, long Order)> _alarms = new();
    private long _order;

    /// <summary>Nanoseconds since some instant before the run; never goes back.</summary>
    public abstract long NowNs { get; }

    /// <summary>Sets an alarm. It rings once, at or after <paramref name="dueNs"/>; alarms of one instant ring in the order they were set.</summary>
    public void Set(long dueNs, IAlarm alarm, int ticket = 0)
    {
        bool first;
        lock (_lock)
        {
            first = !_alarms.TryPeek(out _, out var next) || dueNs < next.Ns;
            _alarms.Enqueue((alarm, ticket), (dueNs, _order++));
        }

        if (first)
            NextChanged();
    }

    /// <summary>Called from any thread when an alarm was set before all others.</summary>
    protected abstract void NextChanged();

    /// <summary>Rings everything due by now. Only one thread may do so.</summary>
    /// <returns>When the next alarm is due; <see cref="long.MaxValue"/> when there is none.</returns>
    protected long RingDue(long nowNs)
    {
        while (TakeDue(nowNs, out var due, out var nextNs))
        {
            if (due.Alarm is null)
                return nextNs;
            due.Alarm.Ring(NowNs, due.Ticket);
        }

        return long.MaxValue;
    }

    // True with an alarm that is due, true with none when the next one is later, false when there are none.
    private bool TakeDue(long nowNs, out (IAlarm Alarm, int Ticket) due, out long nextNs)
    {
        lock (_lock)
        {
            due = default;
            nextNs = long.MaxValue;
            if (!_alarms.TryPeek(out var first, out var at))
                return false;
            nextNs = at.Ns;
            if (at.Ns <= nowNs)
            {
                due = first;
                _alarms.Dequeue();
            }

            return true;
        }
    }
}
