namespace Loadstone.Services.Tests.Alerting;

/// <summary>A clock on which nobody waits: whoever is to be woken later is woken at once, and it is later.</summary>
internal sealed class HurryingClock : TimeProvider
{
    private DateTimeOffset _now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What was waited for, in seconds.</summary>
    public List<double> Pauses { get; } = [];

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Pauses.Add(dueTime.TotalSeconds);
        _now += dueTime;
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
