namespace Loadstone.Scheduler.Schedules;

/// <summary>A run that is to begin now.</summary>
/// <param name="DueAt">The time it is for.</param>
public sealed record RunDue(DateTimeOffset DueAt);

/// <summary>What a schedule comes to at an instant. Pure.</summary>
public static class ScheduleDecisions
{
    /// <summary>How late a run may begin and still be on time.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    // A line that is due each minute, for two months without anybody there.
    private const int MostTimes = 100_000;

    /// <summary>A <see cref="RunDue"/>, an event that says why there is none, or null when nothing is due.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="previousGoesOn">True while the last run it began is not over.</param>
    /// <param name="now">The instant.</param>
    public static object? Next(Schedule schedule, bool previousGoesOn, DateTimeOffset now)
    {
        if (!schedule.IsActive)
            return null;
        if (schedule.QueuedAt is { } queued && !previousGoesOn)
            return new RunDue(queued);
        if (LastDue(schedule, now) is not var (due, times))
            return null;
        if (schedule.QueuedAt is not null)
            return new ScheduleSkipped(due, times, "another run waits for its turn already", now);
        if (now - due > OnTime && schedule.Body.MissedRuns == MissedRuns.Skip)
            return new ScheduleSkipped(due, times, "nobody could begin it at its time", now);
        if (!previousGoesOn)
            return new RunDue(due);
        return schedule.Body.OverlappingRuns switch
        {
            OverlappingRuns.Skip => new ScheduleSkipped(due, times, "the run before went on", now),
            OverlappingRuns.Queue => new ScheduleQueued(due, now),
            _ => new RunDue(due),
        };
    }

    private static (DateTimeOffset Due, int Times)? LastDue(Schedule schedule, DateTimeOffset now)
    {
        var (timing, due, times) = (schedule.Body.Timing, schedule.UpdatedAt > schedule.DoneUpTo ? schedule.UpdatedAt : schedule.DoneUpTo, 0);
        while (times < MostTimes && timing?.NextAfter(due) is { } next && next <= now)
            (due, times) = (next, times + 1);
        return times == 0 ? null : (due, times);
    }
}
