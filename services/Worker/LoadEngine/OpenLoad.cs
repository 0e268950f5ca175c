using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Arrivals that come when they are due, whether or not earlier ones have ended. Each is given to a user that is free; with
/// nobody free it waits, first come first served, and keeps its due time.
/// </summary>
internal sealed class OpenLoad : LoadDriver
{
    private readonly WaitingRoom _room;
    private readonly long _maxDelayNs;
    private readonly Arrivals _arrivals;
    private bool _more;
    private bool _begun;

    public OpenLoad(Lane lane)
        : base(lane)
    {
        var order = lane.Run.Order;
        _room = lane.Run.WaitingRoom;
        _arrivals = new Arrivals(order.Plan.Shape, order.Seed, lane.Share);
        _more = _arrivals.MoveNext();
        _maxDelayNs = order.Plan.MaxStartDelay.Ticks * 100;
    }

    // In ns of the schedule: what was due before has waited too long.
    private long OldestNs => Lane.NowNs - StartNs - _maxDelayNs;

    public override void EverySecond(long nowNs)
    {
        if (!IsPaused && _begun)
            _room.DropBefore(OldestNs, Lane.Stripe);
    }

    public override void Pause(long nowNs)
    {
        _room.Close(Lane.Index);
        base.Pause(nowNs);
    }

    protected override long? Advance(long nowNs)
    {
        if (!_begun)
            BringEveryone();
        for (; _more; _more = _arrivals.MoveNext())
        {
            if (_arrivals.DueNs + StartNs > nowNs)
                return _arrivals.DueNs;
            Arrive(new Arrival(_arrivals.DueNs, _arrivals.Number));
        }

        return null;
    }

    protected override void Follow(LoadShape shape, long nowNs) => _more = _arrivals.Follow(shape);

    protected override void Release(long pausedNs) => Open();

    protected override void GiveUpWaiting()
    {
        _room.Close(Lane.Index);
        Lane.Stripe.Iteration(NotBegun(_room.Empty()));
    }

    private void BringEveryone()
    {
        _begun = true;
        Open();
        foreach (var user in Lane.Users)
            Remember(LiveAsync(user));
    }

    private void Open()
    {
        foreach (var user in _room.Open(Lane.Index))
            user.InterruptIdle();
    }

    private void Arrive(Arrival arrival)
    {
        var missed = arrival.DueNs + StartNs < JoinedNs;
        if (missed && TakesOver)
            return;
        Lane.Stripe.Iteration(new IterationCounts { Planned = 1, Dropped = missed ? 1 : 0 });
        if (!missed && _room.Arrive(arrival, Lane.Index) is { } user)
            Wake(user);
    }

    private void Wake(VirtualUser user)
    {
        if (user.Lane == Lane)
            user.InterruptIdle();
        else
            user.Lane.Pacer.Post(_ => user.InterruptIdle());
    }

    private async Task LiveAsync(VirtualUser user)
    {
        while (!IsOver)
        {
            if (!_room.TryTakeOrWait(user, OldestNs))
                await user.WaitIdle();
            if (_room.Take(user) is { } arrival)
                await ServeAsync(user, arrival);
        }

        user.Disconnect();
    }

    private async ValueTask ServeAsync(VirtualUser user, Arrival arrival)
    {
        if (IsOver)
        {
            user.Stripe.Iteration(NotBegun(1));
            return;
        }

        AtWork++;
        var journey = Lane.Run.Casting.OfArrival(arrival.Number, arrival.DueNs);
        await IterateAsync(user, journey, arrival.DueNs + StartNs, new IterationCounts { Started = 1 });
        user.FreeSinceNs = Lane.NowNs;
        AtWork--;
    }

    private IterationCounts NotBegun(int count) => IsCancelled ? new IterationCounts { Cancelled = count } : new IterationCounts { Dropped = count };
}
