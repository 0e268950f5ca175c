using System.Runtime.CompilerServices;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>Users who come, do one iteration after the other, and go when the shape falls.</summary>
internal sealed class ClosedLoad : LoadDriver
{
    private readonly LimitedWork _work;
    private IEnumerator<UserChange> _changes;
    private readonly Presence[] _presence;
    private readonly List<VirtualUser> _parked = [];
    private int _users;
    private bool _allCame;
    private long _pausedNs;

    public ClosedLoad(Lane lane)
        : base(lane)
    {
        _work = lane.Run.LimitedWork;
        _changes = UserTimes.Of(lane.Run.Order.Plan.Shape).GetEnumerator();
        _changes.MoveNext();
        _presence = new Presence[lane.Users.Count];
    }

    private enum Presence
    {
        Absent,
        Present,
        Leaving,
    }

    /// <summary>Called when no user of any lane will ever begin again, though the time is not up.</summary>
    public Action? WhenWorkIsDone { get; init; }

    protected override long? Advance(long nowNs)
    {
        for (; !_allCame; _allCame = !_changes.MoveNext())
        {
            if (_changes.Current.AtNs + StartNs > nowNs)
                return _changes.Current.AtNs;
            ChangeTo(_changes.Current.Users, Math.Max(JoinedNs, _changes.Current.AtNs + StartNs));
        }

        if (_work.AllCame() && !IsOver)
            WhenWorkIsDone?.Invoke();
        return null;
    }

    // What the shape would have done before now is not done: the users it has now come, or go, at once.
    protected override void Follow(LoadShape shape, long nowNs)
    {
        _changes = UserTimes.Of(shape).GetEnumerator();
        _changes.MoveNext();
        var users = 0;
        var more = true;
        for (; more && _changes.Current.AtNs + StartNs <= nowNs; more = _changes.MoveNext())
            users = _changes.Current.Users;
        if (nowNs >= StartNs)
            ChangeTo(users, nowNs);
        _allCame = !more;
    }

    protected override void Release(long pausedNs)
    {
        _pausedNs = pausedNs;
        VirtualUser[] held = [.. _parked];
        _parked.Clear();
        foreach (var user in held)
            user.InterruptIdle();
    }

    // Users come in the order of their numbers, and the last to come is the first to go.
    private void ChangeTo(int users, long dueNs)
    {
        for (; _users < users; _users++)
        {
            if (Lane.Share.Has(_users))
                Come((int)Lane.Share.PlaceOf(_users), dueNs);
        }

        for (; _users > users; _users--)
        {
            if (Lane.Share.Has(_users - 1))
                Leave((int)Lane.Share.PlaceOf(_users - 1));
        }
    }

    private void Come(int place, long dueNs)
    {
        // One that was asked to leave but has not yet left just stays.
        var before = _presence[place];
        _presence[place] = Presence.Present;
        if (before != Presence.Absent)
            return;
        AtWork++;
        _work.Come();
        Remember(LiveAsync(place, dueNs));
    }

    private void Leave(int place)
    {
        if (_presence[place] != Presence.Present)
            return;
        _presence[place] = Presence.Leaving;
        Lane.Users[place].InterruptIdle();
    }

    private async Task LiveAsync(int place, long dueNs)
    {
        var user = Lane.Users[place];
        while (MayWork(place, user))
        {
            await user.WaitUntil(dueNs, idle: true);
            dueNs = await PassGate(user, dueNs);
            if (dueNs <= Lane.NowNs && MayWork(place, user) && _work.TryTake())
                dueNs = await IterateAsync(user, Lane.Run.Casting.OfUser(user.Number, dueNs - StartNs), dueNs, new IterationCounts { Planned = 1, Started = 1 });
        }

        user.Disconnect();
        _presence[place] = Presence.Absent;
        AtWork--;
        if (_work.Go() && !IsOver)
            WhenWorkIsDone?.Invoke();
    }

    private bool MayWork(int place, VirtualUser user) => !IsOver && _presence[place] == Presence.Present && !_work.IsDone(user);

    // Waits while the run is paused. What was due in the pause is due as much later as it lasted.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<long> PassGate(VirtualUser user, long dueNs)
    {
        while (IsPaused && !IsOver)
        {
            _parked.Add(user);
            await user.WaitIdle();
            dueNs += _pausedNs;
        }

        return dueNs;
    }
}
