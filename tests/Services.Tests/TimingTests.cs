using System.Globalization;
using Loadstone.Scheduler.Schedules;

namespace Loadstone.Services.Tests;

/// <summary>When a schedule is due.</summary>
public sealed class TimingTests
{
    [Theory]
    [InlineData("0 2 * * 0", "UTC", "2026-11-21T14:00:00Z", "2026-11-22T02:00:00Z")]
    [InlineData("0 2 * * 7", "UTC", "2026-11-22T02:00:00Z", "2026-11-29T02:00:00Z")]
    [InlineData("0 2 * * 0", "Europe/Berlin", "2026-11-21T14:00:00Z", "2026-11-22T01:00:00Z")]
    [InlineData("*/15 9-17 * * 1-5", "America/New_York", "2026-07-03T21:50:00Z", "2026-07-06T13:00:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    public void The_next_time_is_read_on_the_clocks_of_the_zone(string cron, string zone, string now, string next) =>
        Assert.Equal(At(next), Timing.Of(cron, zone)!.NextAfter(At(now)));

    [Theory]
    [InlineData("0 2 * *")]
    [InlineData("0 0 2 * * 0")]
    [InlineData("60 2 * * 0")]
    [InlineData("0 2 * * 8")]
    [InlineData("sometimes")]
    public void What_is_no_crontab_line_is_refused(string cron) =>
        Assert.Equal("must be a cron expression of five fields, such as 0 2 * * 0 for Sundays at two", Timing.WrongWith(cron));

    [Fact]
    public void A_day_that_never_comes_is_refused() => Assert.Equal("names a day that never comes", Timing.WrongWith("0 0 31 2 *"));

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("")]
    public void A_zone_is_one_by_name_and_no_path(string zone) => Assert.False(Timing.IsZone(zone));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
