using System.Runtime.CompilerServices;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>Users who come, do one iteration after the other, and go when the shape falls.</summary>
internal sealed class ClosedLoad : LoadDriver
{
    private const int Absent = 0;
    private const int Present = 1;
    private const int Leaving = 2;

    private readonly Lock _gate = new();
    private readonly int? _iterationsPerUser;
    private readonly bool _isLimited;

    // The pacer's only.
    private readonly IEnumerator<UserChange> _changes;
    private int _users;

    // Crosses threads: the pacer brings users in and asks them to leave, they say when they have left.
    private readonly int[] _presence;
    private volatile bool _allCame;
    private long _sharedLeft;
    private long _pausedNs;

    // Under _gate: who waits for the pause to end.
    private readonly List<VirtualUser> _parked = [];

    public ClosedLoad(RunParts parts)
        : base(parts)
    {
        var shape = parts.Order.Plan.Shape;
        _changes = UserTimes.Of(shape).GetEnumerator();
        _changes.MoveNext();
        _presence = new int[parts.Users.Count];
        _iterationsPerUser = shape.IterationsPerUser;
        _sharedLeft = shape.SharedIterations is { } all ? parts.Order.Share.CountOf(all) : long.MaxValue;
        _isLimited = shape.SharedIterations is not null || _iterationsPerUser is not null;
    }

    /// <summary>Called when no user will ever begin again, though the time is not up.</summary>
    public Action? WhenWorkIsDone { get; init; }

    protected override long? Advance(long nowNs)
    {
        do
        {
            if (_changes.Current.AtNs + StartNs > nowNs)
                return _changes.Current.AtNs;
            ChangeTo(_changes.Current.Users, Math.Max(JoinedNs, _changes.Current.AtNs + StartNs));
        }
        while (_changes.MoveNext());

        _allCame = true;
        SayWhenDone(AtWork);
        return null;
    }

    protected override void Release(long pausedNs)
    {
        Volatile.Write(ref _pausedNs, pausedNs);
        VirtualUser[] held;
        lock (_gate)
        {
            held = [.. _parked];
            _parked.Clear();
        }

        foreach (var user in held)
            user.InterruptIdle();
    }

    // Users come in the order of their numbers, and the last to come is the first to go.
    private void ChangeTo(int users, long dueNs)
    {
        for (; _users < users; _users++)
        {
            if (Parts.Order.Share.Has(_users))
                Come(_users / Parts.Order.Share.Of, dueNs);
        }

        for (; _users > users; _users--)
        {
            if (Parts.Order.Share.Has(_users - 1))
                Leave((_users - 1) / Parts.Order.Share.Of);
        }
    }

    private void Come(int place, long dueNs)
    {
        // One that was asked to leave but has not yet left just stays.
        if (Interlocked.CompareExchange(ref _presence[place], Present, Leaving) == Leaving)
            return;
        Volatile.Write(ref _presence[place], Present);
        ComeToWork();
        Remember(LiveAsync(place, dueNs));
    }

    private void Leave(int place)
    {
        if (Interlocked.CompareExchange(ref _presence[place], Leaving, Present) == Present)
            Parts.Users[place].InterruptIdle();
    }

    private async Task LiveAsync(int place, long dueNs)
    {
        var user = Parts.Users[place];
        var journey = Parts.Journeys[Parts.Mix.OfUser(user.Number)];
        do
        {
            while (MayWork(place, user))
            {
                await user.WaitUntil(dueNs, idle: true);
                dueNs = await PassGate(user, dueNs);
                if (dueNs <= Parts.Pacer.NowNs && MayWork(place, user) && TakeIteration())
                    dueNs = await IterateAsync(user, journey, dueNs, new IterationCounts { Planned = 1, Started = 1 });
            }

            user.Disconnect();
        }
        while (!HasLeft(place, user));

        SayWhenDone(GoHome());
    }

    private bool MayWork(int place, VirtualUser user) => !IsOver && Volatile.Read(ref _presence[place]) == Present && !HasDone(user);

    // False when the user was asked back in before it was gone.
    private bool HasLeft(int place, VirtualUser user) =>
        Interlocked.CompareExchange(ref _presence[place], Absent, Leaving) == Leaving || IsOver || HasDone(user);

    private bool HasDone(VirtualUser user) => user.Iteration >= _iterationsPerUser || Volatile.Read(ref _sharedLeft) <= 0;

    private bool TakeIteration() => _sharedLeft == long.MaxValue || Interlocked.Decrement(ref _sharedLeft) >= 0;

    private void SayWhenDone(int atWork)
    {
        if (_isLimited && atWork == 0 && _allCame && !IsOver)
            WhenWorkIsDone?.Invoke();
    }

    // Waits while the run is paused. What was due in the pause is due as much later as it lasted.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<long> PassGate(VirtualUser user, long dueNs)
    {
        while (IsPaused && !IsOver)
        {
            ValueTask turn;
            lock (_gate)
            {
                if (!IsPaused)
                    break;
                _parked.Add(user);
                turn = user.WaitIdle();
            }

            await turn;
            dueNs += Volatile.Read(ref _pausedNs);
        }

        return dueNs;
    }
}
