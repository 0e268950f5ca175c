namespace Loadstone.LoadEngine;

/// <summary>An iteration of an open load that has come due.</summary>
/// <param name="DueNs">When, in ns of the schedule, which stands still in a pause.</param>
/// <param name="Number">Its number in the whole run, from 0.</param>
internal readonly record struct Arrival(long DueNs, long Number);

/// <summary>
/// Where arrivals and free users of all lanes meet. An arrival is given to a free user of its own lane, else of any other;
/// with nobody free it waits, first come first served. There are never both arrivals that wait and users who could take them.
/// </summary>
/// <remarks>The one place where lanes touch one another; everything is under one lock, held for some ten nanoseconds.</remarks>
internal sealed class WaitingRoom(int lanes)
{
    private readonly Lock _gate = new();
    private readonly Queue<Arrival> _waiting = new();
    private readonly Queue<VirtualUser>[] _free = [.. Enumerable.Range(0, lanes).Select(_ => new Queue<VirtualUser>())];

    // A lane is closed before its start, while it is paused and when it is over: nobody of it is given anything.
    private readonly bool[] _open = new bool[lanes];

    /// <summary>Gives an arrival to a free user, who is then to be woken; null when there is none, and it waits.</summary>
    public VirtualUser? Arrive(Arrival arrival, int lane)
    {
        lock (_gate)
        {
            if (NextFree(lane) is not { } user)
            {
                _waiting.Enqueue(arrival);
                return null;
            }

            user.Given = arrival;
            return user;
        }
    }

    /// <summary>Gives a user the arrival that waits longest, or else remembers that the user is free.</summary>
    /// <param name="user">The user, of the calling lane.</param>
    /// <param name="oldestNs">Arrivals due before, in ns of the schedule, are dropped on the way.</param>
    /// <returns>True when it was given one.</returns>
    public bool TryTakeOrWait(VirtualUser user, long oldestNs)
    {
        lock (_gate)
        {
            Drop(oldestNs, user.Stripe);
            if (_open[user.Lane.Index] && _waiting.TryDequeue(out var arrival))
                user.Given = arrival;
            else
                _free[user.Lane.Index].Enqueue(user);
            return user.Given is not null;
        }
    }

    /// <summary>What the user was given, which it has then taken.</summary>
    public Arrival? Take(VirtualUser user)
    {
        lock (_gate)
        {
            var given = user.Given;
            user.Given = null;
            return given;
        }
    }

    /// <summary>From now on users of the lane are given arrivals. Returns those who were given one at once, to be woken.</summary>
    public List<VirtualUser> Open(int lane)
    {
        var given = new List<VirtualUser>();
        lock (_gate)
        {
            _open[lane] = true;
            while (_waiting.Count > 0 && _free[lane].TryDequeue(out var user))
            {
                user.Given = _waiting.Dequeue();
                given.Add(user);
            }
        }

        return given;
    }

    /// <summary>From now on nobody of the lane is given anything.</summary>
    public void Close(int lane)
    {
        lock (_gate)
            _open[lane] = false;
    }

    /// <summary>Drops arrivals due before an instant of the schedule.</summary>
    public void DropBefore(long oldestNs, Recorder.Stripe stripe)
    {
        lock (_gate)
            Drop(oldestNs, stripe);
    }

    /// <summary>Takes out all arrivals that wait. Returns how many there were.</summary>
    public int Empty()
    {
        lock (_gate)
        {
            var count = _waiting.Count;
            _waiting.Clear();
            return count;
        }
    }

    private VirtualUser? NextFree(int lane)
    {
        for (var i = 0; i < _free.Length; i++)
        {
            var other = (lane + i) % _free.Length;
            if (_open[other] && _free[other].TryDequeue(out var user))
                return user;
        }

        return null;
    }

    private void Drop(long oldestNs, Recorder.Stripe stripe)
    {
        while (_waiting.TryPeek(out var first) && first.DueNs < oldestNs)
        {
            _waiting.Dequeue();
            stripe.Iteration(new Measurement.IterationCounts { Dropped = 1 });
        }
    }
}
