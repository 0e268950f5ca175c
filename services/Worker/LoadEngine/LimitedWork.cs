namespace Loadstone.LoadEngine;

/// <summary>The iterations of a closed load that ends with its work and not with its time. Shared by all lanes.</summary>
internal sealed class LimitedWork
{
    private readonly int? _iterationsPerUser;
    private readonly bool _isShared;
    private long _left;
    private int _atWork;
    private int _lanesToCome;

    public LimitedWork(LoadOrder order, int lanes)
    {
        var shape = order.Plan.Shape;
        _iterationsPerUser = shape.IterationsPerUser;
        _isShared = shape.SharedIterations is not null;
        _left = shape.SharedIterations is { } all ? order.Share.CountOf(all) : long.MaxValue;
        _lanesToCome = lanes;
    }

    private bool IsLimited => _isShared || _iterationsPerUser is not null;

    /// <summary>Takes one of the iterations. False when none is left.</summary>
    public bool TryTake() => !_isShared || Interlocked.Decrement(ref _left) >= 0;

    /// <summary>True when the user has nothing left to do.</summary>
    public bool IsDone(VirtualUser user) => user.Iteration >= _iterationsPerUser || (_isShared && Volatile.Read(ref _left) <= 0);

    /// <summary>A user came to work.</summary>
    public void Come() => Interlocked.Increment(ref _atWork);

    /// <summary>A user went. True when it was the last, and no other will come.</summary>
    public bool Go() => Interlocked.Decrement(ref _atWork) == 0 && IsLimited && Volatile.Read(ref _lanesToCome) == 0;

    /// <summary>All users of a lane have come. True when all have even gone again.</summary>
    public bool AllCame() => Interlocked.Decrement(ref _lanesToCome) == 0 && IsLimited && Volatile.Read(ref _atWork) == 0;
}
