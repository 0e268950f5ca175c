using System.Runtime.CompilerServices;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>
/// Brings users to work as the schedule says. The schedule has a clock of its own, which stands still while the run is
/// paused. All of it happens on the pacer's thread, but for what users do when they are between iterations.
/// </summary>
internal abstract class LoadDriver(RunParts parts) : IAlarm
{
    // The pacer's only.
    private readonly List<Task> _lives = [];
    private long _pausedAtNs;
    private int _generation;

    private int _atWork;
    private volatile bool _paused;
    private volatile bool _over;

    /// <summary>Users at work now.</summary>
    public int AtWork => Volatile.Read(ref _atWork);

    /// <summary>True when no further step may begin.</summary>
    public bool IsOver => _over;

    protected RunParts Parts => parts;

    protected bool IsPaused => _paused;

    /// <summary>When the schedule began, by the pacer's clock, moved on by all pauses.</summary>
    protected long StartNs { get; private set; }

    /// <summary>When we came in, by the pacer's clock: what was due before was never ours to do.</summary>
    protected long JoinedNs { get; private set; }

    /// <summary>Begins the schedule; a start in the past means we join late.</summary>
    public void Start(long startNs)
    {
        StartNs = startNs;
        JoinedNs = Math.Max(startNs, parts.Pacer.NowNs);
        parts.Pacer.Set(startNs, this, ++_generation);
    }

    public void Ring(long nowNs, int ticket)
    {
        // Alarms from before a pause are void: resuming sets a new one.
        if (ticket != _generation || _paused || _over)
            return;
        if (Advance(nowNs) is { } nextNs)
            parts.Pacer.Set(nextNs + StartNs, this, ticket);
    }

    /// <summary>Holds the schedule, and every user when it comes to the end of its iteration.</summary>
    public void Pause(long nowNs)
    {
        _pausedAtNs = nowNs;
        _paused = true;
    }

    /// <summary>Lets the schedule and the users go on where they were.</summary>
    public void Resume(long nowNs)
    {
        var pausedNs = nowNs - _pausedAtNs;
        StartNs += pausedNs;
        _paused = false;
        Release(pausedNs);
        Ring(nowNs, ++_generation);
    }

    /// <summary>Ends the schedule and every waiting; users with a request on its way end when it does.</summary>
    /// <param name="cancelled">True when the run was stopped before its time.</param>
    public void End(bool cancelled)
    {
        _over = true;
        GiveUpWaiting(cancelled);
        foreach (var user in parts.Users)
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

    /// <summary>Lets go what was held during a pause of that length.</summary>
    protected abstract void Release(long pausedNs);

    /// <summary>Books what was waiting for a user when the run ended.</summary>
    protected virtual void GiveUpWaiting(bool cancelled)
    {
    }

    /// <summary>Remembers a user's life, which has just run until its first wait.</summary>
    protected void Remember(Task life)
    {
        // Users may come and go many times; the lives that ended well need not be kept.
        if (_lives.Count > 2 * parts.Users.Count)
            _lives.RemoveAll(l => l.IsCompletedSuccessfully);
        _lives.Add(life);
    }

    protected void ComeToWork() => Interlocked.Increment(ref _atWork);

    /// <summary>Returns how many are left at work.</summary>
    protected int GoHome() => Interlocked.Decrement(ref _atWork);

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

/// <summary>What the parts of a run share.</summary>
/// <param name="Pacer">The clock.</param>
/// <param name="Recorder">Where everything is counted.</param>
/// <param name="Users">The users of this shard, each at its number divided by the shards.</param>
/// <param name="Journeys">The scenarios.</param>
/// <param name="Mix">Who runs which.</param>
/// <param name="Order">What was asked for.</param>
internal sealed record RunParts(
    Pacer Pacer, Recorder Recorder, IReadOnlyList<VirtualUser> Users, Journey[] Journeys, Mix Mix, LoadOrder Order);
