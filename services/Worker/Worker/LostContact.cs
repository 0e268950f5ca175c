namespace Loadstone.Worker;

/// <summary>
/// Ends the load when the scheduler has not been heard for too long (<c>LOADSTONE_LOST_CONTACT_STOP_S</c>, 30): nobody could stop
/// it any more. What was measured waits in the spool, and each shard says why it ended.
/// </summary>
public sealed class LostContact(Shards shards, SchedulerClock clock, IConfiguration settings, TimeProvider time, ILogger<LostContact> log) : BackgroundService
{
    private const int UsualSeconds = 30;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private readonly TimeSpan _longest = TimeSpan.FromSeconds(Math.Clamp(settings.GetValue("LOADSTONE_LOST_CONTACT_STOP_S", UsualSeconds), 1, 3600));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (clock.Silence <= _longest)
                continue;
            foreach (var (execution, shard) in shards.StopAll(_longest, $"stopped its load by itself, having heard nothing of the scheduler for {_longest.TotalSeconds:0} s"))
                log.LogWarning("Shard {Shard} of {Execution} is stopped: the scheduler was not heard for {Seconds} s", shard, execution, _longest.TotalSeconds);
        }
    }
}
