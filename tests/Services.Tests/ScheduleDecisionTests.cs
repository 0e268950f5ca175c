using System.Globalization;
using Loadstone.Scheduler.Schedules;

namespace Loadstone.Services.Tests;

/// <summary>What a schedule comes to when its time comes, was missed, or comes while a run goes on.</summary>
public sealed class ScheduleDecisionTests
{
    private static readonly DateTimeOffset Made = At("2026-11-21T14:00:30Z");

    [Theory]
    [InlineData("2026-11-21T14:00:59Z", null)]
    [InlineData("2026-11-21T14:01:00Z", "2026-11-21T14:01:00Z")]
    [InlineData("2026-11-21T14:01:59Z", "2026-11-21T14:01:00Z")]
    [InlineData("2026-11-21T14:02:00Z", "2026-11-21T14:02:00Z")]
    public void A_run_begins_at_its_time_or_within_a_minute_of_it(string now, string? due) =>
        Assert.Equal(due is null ? null : new RunDue(At(due)), ScheduleDecisions.Next(Minutely(), previousGoesOn: false, At(now)));

    [Fact]
    public void A_time_is_dealt_with_once()
    {
        var ran = Schedule.Apply(new ScheduleRan(Guid.NewGuid(), "me", Made, At("2026-11-21T14:01:00Z")), Minutely());

        Assert.Null(ScheduleDecisions.Next(ran, previousGoesOn: false, At("2026-11-21T14:01:30Z")));
        Assert.Equal(new RunDue(At("2026-11-21T14:02:00Z")), ScheduleDecisions.Next(ran, previousGoesOn: false, At("2026-11-21T14:02:00Z")));
    }

    [Fact]
    public void A_run_by_hand_stands_for_no_time()
    {
        var ran = Schedule.Apply(new ScheduleRan(Guid.NewGuid(), "me", Made), Minutely());

        Assert.Equal(new RunDue(At("2026-11-21T14:01:00Z")), ScheduleDecisions.Next(ran, previousGoesOn: false, At("2026-11-21T14:01:00Z")));
    }

    [Fact]
    public void Times_that_nobody_was_there_for_are_skipped_or_made_up_for_once()
    {
        var hourly = Minutely() with { Body = new ScheduleBody { CronExpression = "0 * * * *" } };
        var later = At("2026-11-21T17:20:00Z");

        var skipped = Assert.IsType<ScheduleSkipped>(ScheduleDecisions.Next(hourly, previousGoesOn: false, later));
        Assert.Equal((At("2026-11-21T17:00:00Z"), 3, "nobody could begin it at its time"), (skipped.DueAt, skipped.Times, skipped.Reason));
        Assert.Null(ScheduleDecisions.Next(Schedule.Apply(skipped, hourly), previousGoesOn: false, later));

        var once = hourly with { Body = hourly.Body with { MissedRuns = MissedRuns.RunOnce } };
        var due = Assert.IsType<RunDue>(ScheduleDecisions.Next(once, previousGoesOn: false, later));
        var ran = Schedule.Apply(new ScheduleRan(Guid.NewGuid(), "me", later, due.DueAt), once);
        Assert.Equal((At("2026-11-21T17:00:00Z"), null), (due.DueAt, ScheduleDecisions.Next(ran, previousGoesOn: false, later)));
    }

    [Fact]
    public void A_time_that_comes_while_a_run_goes_on_is_skipped_unless_the_schedule_says_otherwise()
    {
        var now = At("2026-11-21T14:01:00Z");

        Assert.Equal("the run before went on", Assert.IsType<ScheduleSkipped>(ScheduleDecisions.Next(Minutely(), previousGoesOn: true, now)).Reason);
        Assert.Equal(new RunDue(now), ScheduleDecisions.Next(Minutely(OverlappingRuns.RunBeside), previousGoesOn: true, now));
    }

    [Fact]
    public void A_queued_run_begins_when_the_one_before_is_over_however_late_and_those_between_are_skipped()
    {
        var due = At("2026-11-21T14:01:00Z");
        var queued = Assert.IsType<ScheduleQueued>(ScheduleDecisions.Next(Minutely(OverlappingRuns.Queue), previousGoesOn: true, due));
        var waiting = Schedule.Apply(queued, Minutely(OverlappingRuns.Queue));
        Assert.Null(ScheduleDecisions.Next(waiting, previousGoesOn: true, due.AddSeconds(30)));

        var between = Assert.IsType<ScheduleSkipped>(ScheduleDecisions.Next(waiting, previousGoesOn: true, due.AddMinutes(9)));
        Assert.Equal((9, "another run waits for its turn already"), (between.Times, between.Reason));
        var still = Schedule.Apply(between, waiting);
        Assert.Equal(new RunDue(due), ScheduleDecisions.Next(still, previousGoesOn: false, due.AddMinutes(9.5)));
        var ran = Schedule.Apply(new ScheduleRan(Guid.NewGuid(), "me", due.AddMinutes(9.5), due), still);
        Assert.Null(ScheduleDecisions.Next(ran, previousGoesOn: false, due.AddMinutes(9.6)));
    }

    [Fact]
    public void A_schedule_that_is_not_in_use_begins_nothing() =>
        Assert.Null(ScheduleDecisions.Next(Minutely() with { IsActive = false }, previousGoesOn: false, At("2026-11-21T14:01:00Z")));

    private static Schedule Minutely(OverlappingRuns overlapping = OverlappingRuns.Skip) => new()
    {
        Body = new ScheduleBody { CronExpression = "* * * * *", OverlappingRuns = overlapping },
        IsActive = true,
        UpdatedAt = Made,
        DoneUpTo = Made,
    };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
