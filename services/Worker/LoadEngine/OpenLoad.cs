using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>
/// Arrivals that come when they are due, whether or not earlier ones have ended. Each is given to the user that has been free
/// the longest; with nobody free it waits, first come first served, and keeps its due time.
/// </summary>
internal sealed class OpenLoad : LoadDriver
{
    private readonly Lock _gate = new();
    private readonly long _maxDelayNs;
    private readonly Recorder.Stripe _stripe;

    // The pacer's only.
    private readonly IEnumerator<(long DueNs, long Number)> _arrivals;
    private bool _more;
    private bool _begun;

    // Under _gate. There are never both: an arrival only waits when nobody is free.
    private readonly Queue<VirtualUser> _free = new();
    private readonly Queue<(long DueNs, long Number)> _waiting = new();

    public OpenLoad(RunParts parts)
        : base(parts)
    {
        _arrivals = Arrivals.Of(parts.Order.Plan.Shape, parts.Order.Seed, parts.Order.Share).GetEnumerator();
        _more = _arrivals.MoveNext();
        _maxDelayNs = parts.Order.Plan.MaxStartDelay.Ticks * 100;
        _stripe = parts.Recorder.StripeOf(0);
    }

    public override void EverySecond(long nowNs)
    {
        lock (_gate)
        {
            while (!IsPaused && _waiting.TryPeek(out var first) && nowNs - first.DueNs > _maxDelayNs)
            {
                _waiting.Dequeue();
                _stripe.Iteration(new IterationCounts { Dropped = 1 });
            }
        }
    }

    protected override long? Advance(long nowNs)
    {
        if (!_begun)
            BringEveryone();
        for (; _more; _more = _arrivals.MoveNext())
        {
            var (dueNs, number) = _arrivals.Current;
            if (dueNs + StartNs > nowNs)
                return dueNs;
            Arrive(dueNs + StartNs, number);
        }

        return null;
    }

    protected override void Release(long pausedNs)
    {
        lock (_gate)
        {
            for (var left = _waiting.Count; left > 0; left--)
            {
                var (dueNs, number) = _waiting.Dequeue();
                _waiting.Enqueue((dueNs + pausedNs, number));
            }
        }

        while (TryMatch(out var user))
            user.InterruptIdle();
    }

    protected override void GiveUpWaiting(bool cancelled)
    {
        lock (_gate)
        {
            _stripe.Iteration(cancelled ? new IterationCounts { Cancelled = _waiting.Count } : new IterationCounts { Dropped = _waiting.Count });
            _waiting.Clear();
        }
    }

    private void BringEveryone()
    {
        _begun = true;
        foreach (var user in Parts.Users)
            Remember(LiveAsync(user));
    }

    private void Arrive(long dueNs, long number)
    {
        var missed = dueNs < JoinedNs;
        _stripe.Iteration(new IterationCounts { Planned = 1, Dropped = missed ? 1 : 0 });
        if (missed)
            return;
        lock (_gate)
            _waiting.Enqueue((dueNs, number));
        if (TryMatch(out var user))
            user.InterruptIdle();
    }

    private async Task LiveAsync(VirtualUser user)
    {
        while (!IsOver)
        {
            await NextArrival(user);
            if (IsOver)
                break;
            ComeToWork();
            var journey = Parts.Journeys[Parts.Mix.OfArrival(user.ArrivalNumber)];
            await IterateAsync(user, journey, user.ArrivalDueNs, new IterationCounts { Started = 1 });
            user.FreeSinceNs = Parts.Pacer.NowNs;
            GoHome();
        }

        user.Disconnect();
    }

    private ValueTask NextArrival(VirtualUser user)
    {
        lock (_gate)
        {
            if (!IsPaused && TryTake(user))
                return ValueTask.CompletedTask;
            _free.Enqueue(user);
            return user.WaitIdle();
        }
    }

    // Gives the arrival that waits longest to the user that is free longest.
    private bool TryMatch(out VirtualUser user)
    {
        lock (_gate)
            return _free.TryPeek(out user!) && TryTake(user) && _free.TryDequeue(out _);
    }

    // Under _gate. Arrivals that waited too long are dropped on the way.
    private bool TryTake(VirtualUser user)
    {
        while (_waiting.TryDequeue(out var arrival))
        {
            if (Parts.Pacer.NowNs - arrival.DueNs <= _maxDelayNs)
            {
                (user.ArrivalDueNs, user.ArrivalNumber) = arrival;
                return true;
            }

            _stripe.Iteration(new IterationCounts { Dropped = 1 });
        }

        return false;
    }
}
