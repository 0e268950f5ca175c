using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>scheduler → itself. Goes over the broker and back, to prove that the broker carries messages.</summary>
public sealed record SchedulerPulse(Guid Instance, DateTimeOffset SentAt);

/// <summary>
/// Whether this instance may call a worker lost. Silence means nothing while the broker is down or this very process was
/// frozen: so its own pulse must have come back over the broker just now, and for a while if the broker was away before, and it must
/// itself have been running without a gap.
/// </summary>
public sealed class Pulse(TimeProvider time)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MustHaveRun = TimeSpan.FromSeconds(2);

    // After the broker was away, workers need some time to find it again.
    private static readonly TimeSpan MustHaveCarried = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private DateTimeOffset _cameBackAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _carriesSince;
    private DateTimeOffset _lastBeat = DateTimeOffset.MinValue;
    private DateTimeOffset _runningSince = DateTimeOffset.MaxValue;

    public Guid Instance { get; } = Guid.NewGuid();

    /// <summary>Called a few times a second by the loop that watches the workers.</summary>
    public void Beat()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _lastBeat > LongestGap)
                _runningSince = now;
            _lastBeat = now;
        }
    }

    public void CameBack()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            // A gap while this process was frozen itself says nothing of the broker.
            if (_carriesSince is null || (now - _cameBackAt > FreshFor && _runningSince <= _cameBackAt))
                _carriesSince = now;
            _cameBackAt = now;
        }
    }

    public bool MayCallWorkersLost()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return now - _cameBackAt < FreshFor && now - _carriesSince > MustHaveCarried && now - _runningSince > MustHaveRun;
        }
    }
}

public sealed class PulseConsumer(Pulse pulse) : IConsumer<SchedulerPulse>
{
    public Task Consume(ConsumeContext<SchedulerPulse> context)
    {
        // Only one that was sent just now counts: a queue may have held it back.
        if (context.Message.Instance == pulse.Instance)
            pulse.CameBack();
        return Task.CompletedTask;
    }
}
