using System.Runtime.CompilerServices;
using Loadstone.LoadEngine.Loops;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Brings the users of one lane to work as the schedule says. The schedule has a clock of its own, which stands still while
/// the run is paused. All of it happens on the lane's thread.
/// </summary>
internal abstract class LoadDriver(Lane lane) : IAlarm
{
    private readonly List<Task> _lives = [];
    private long _pausedAtNs;
    private int _generation;

    /// <summary>Users at work now.</summary>
    public int AtWork { get; protected set; }

    /// <summary>True when no further step may begin.</summary>
    public bool IsOver { get; private set; }

    protected Lane Lane => lane;

    protected bool IsPaused { get; private set; }

    /// <summary>True when the run was stopped before its time.</summary>
    protected bool IsCancelled { get; private set; }

    /// <summary>When the schedule began, by the pacer's clock, moved on by all pauses.</summary>
    protected long StartNs { get; private set; }

    /// <summary>When we came in, by the pacer's clock: what was due before was never ours to do.</summary>
    protected long JoinedNs { get; private set; }

    /// <summary>True when what was due before <see cref="JoinedNs"/> is another's to count.</summary>
    protected bool TakesOver { get; private set; }

    /// <summary>Begins the schedule; a start in the past means we join late.</summary>
    /// <param name="startNs">When the schedule began, pauses left out, by the pacer's clock.</param>
    /// <param name="takesOverAtNs">From when on the share is ours; null when all of it is.</param>
    public void Start(long startNs, long? takesOverAtNs)
    {
        (StartNs, TakesOver) = (startNs, takesOverAtNs is not null);
        JoinedNs = takesOverAtNs ?? Math.Max(startNs, lane.NowNs);
        lane.Pacer.Set(takesOverAtNs ?? startNs, this, ++_generation);
    }

    public void Ring(long nowNs, int ticket)
    {
        // Alarms from before a pause are void: resuming sets a new one.
        if (ticket != _generation || IsPaused || IsOver)
            return;
        if (Advance(nowNs) is { } nextNs)
            lane.Pacer.Set(nextNs + StartNs, this, ticket);
    }

    /// <summary>Holds the schedule, and every user when it comes to the end of its iteration.</summary>
    public virtual void Pause(long nowNs)
    {
        _pausedAtNs = nowNs;
        IsPaused = true;
    }

    /// <summary>Lets the schedule and the users go on where they were.</summary>
    public void Resume(long nowNs)
    {
        var pausedNs = nowNs - _pausedAtNs;
        StartNs += pausedNs;
        IsPaused = false;
        Release(pausedNs);
        Ring(nowNs, ++_generation);
    }

    /// <summary>Goes on by another shape, which is what the present one was up to some instant, now or later.</summary>
    public void Steer(LoadShape shape, long nowNs)
    {
        var scheduleIsAtNs = IsPaused ? _pausedAtNs : nowNs;
        Follow(shape, scheduleIsAtNs);
        if (_generation > 0 && !IsPaused)
            Ring(nowNs, ++_generation);
    }

    /// <summary>Ends the schedule and every waiting; users with a request on its way end when it does.</summary>
    /// <param name="cancelled">True when the run was stopped before its time.</param>
    public void End(bool cancelled)
    {
        (IsOver, IsCancelled) = (true, cancelled);
        GiveUpWaiting();
        foreach (var user in lane.Users)
            user.InterruptForGood();
    }

    /// <summary>Complete when no user is at work any more. Ask only after <see cref="End"/>.</summary>
    public Task WhenAllGone() => Task.WhenAll(_lives);

    /// <summary>What must happen once a second besides.</summary>
    public virtual void EverySecond(long nowNs)
    {
    }

    /// <summary>Does what is due. Returns when the next thing is, in ns of the schedule; null when nothing is left.</summary>
    protected abstract long? Advance(long nowNs);

    /// <summary>Takes another shape for what is yet to come.</summary>
    protected abstract void Follow(LoadShape shape, long nowNs);

    /// <summary>Lets go what was held during a pause of that length.</summary>
    protected abstract void Release(long pausedNs);

    /// <summary>Books what was waiting for a user when the run ended.</summary>
    protected virtual void GiveUpWaiting()
    {
    }

    /// <summary>Remembers a user's life, which has just run until its first wait.</summary>
    protected void Remember(Task life)
    {
        // Users may come and go many times; the lives that ended well need not be kept.
        if (_lives.Count > 2 * lane.Users.Count)
            _lives.RemoveAll(l => l.IsCompletedSuccessfully);
        _lives.Add(life);
    }

    /// <summary>Runs and books one iteration. Returns when the next is due.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected async ValueTask<long> IterateAsync(VirtualUser user, Journey journey, long dueNs, IterationCounts begin)
    {
        user.Stripe.Iteration(begin);
        var (whole, nextDueNs) = await journey.IterateAsync(user, dueNs, this);
        user.Stripe.Iteration(whole ? new IterationCounts { Completed = 1 } : new IterationCounts { CutShort = 1 });
        return nextDueNs;
    }
}
