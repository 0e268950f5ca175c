using System.Text.RegularExpressions;
using Quartz;

namespace Loadstone.Scheduler.Schedules;

/// <summary>
/// When something is due: a crontab line's five fields (minute, hour, day of the month, month, day of the week, where 0 and 7 are
/// Sunday), read on the clocks of a time zone. A reading that the clocks skip in spring is due when they have jumped over it.
/// </summary>
internal sealed partial class Timing
{
    public const string Utc = "UTC";

    private readonly CronExpression _expression;

    private Timing(CronExpression expression) => _expression = expression;

    /// <summary>Null when either is wrong.</summary>
    public static Timing? Of(string cron, string zone) =>
        CronExpression.TryParse(cron, CronFormat.Unix, out var expression) && Find(zone) is { } found
            ? new Timing(expression!.WithTimeZone(found))
            : null;

    public static bool IsZone(string zone) => Find(zone) is not null;

    /// <summary>What is wrong with an expression, as a problem says it of its member; null when nothing is.</summary>
    public static string? WrongWith(string cron)
    {
        if (Of(cron, Utc) is not { } timing)
            return "must be a cron expression of five fields, such as 0 2 * * 0 for Sundays at two";
        return timing.NextAfter(DateTimeOffset.UnixEpoch) is null ? "names a day that never comes" : null;
    }

    /// <summary>The next time, in UTC; null when there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset now) => _expression.GetNextValidTimeAfter(now)?.ToUniversalTime();

    // A zone's name becomes the name of a file.
    private static TimeZoneInfo? Find(string zone) =>
        Name().IsMatch(zone) && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : null;

    [GeneratedRegex(@"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,3}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
