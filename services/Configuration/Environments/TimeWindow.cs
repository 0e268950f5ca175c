using System.Globalization;
using Loadstone.Plans;

namespace Loadstone.Configuration.Environments;

public enum Weekday
{
    Sun,
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
}

/// <summary>When an environment may be put under load: on some days, from one time to another, by the clocks of one place.</summary>
public sealed record TimeWindow
{
    /// <summary>The days it begins on.</summary>
    public IReadOnlyList<Weekday> Days { get; init; } = [];

    /// <summary>When it begins.</summary>
    public string From { get; init; } = "00:00";

    /// <summary>When it ends: on the next day when that is not after the beginning.</summary>
    public string To { get; init; } = "24:00";

    /// <summary>The place, by its IANA name.</summary>
    public string TimeZone { get; init; } = "UTC";

    public static IReadOnlyList<TimeWindow> ReadAll(DocumentNode parent) =>
        [.. parent.List("allowed_time_windows", 50).Select(e => Read(new DocumentNode(e.Value, e.Path, parent.Errors)))];

    /// <summary>The window that holds all of a stretch of time; null when none does.</summary>
    public static TimeWindow? Around(IReadOnlyList<TimeWindow> windows, DateTimeOffset from, TimeSpan length) =>
        windows.FirstOrDefault(w => w.Holds(from, length));

    public bool Holds(DateTimeOffset from, TimeSpan length)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        var local = TimeZoneInfo.ConvertTime(from, zone).DateTime;
        // One that began yesterday may still be open.
        return new[] { local.Date, local.Date.AddDays(-1) }.Any(day => Days.Contains((Weekday)day.DayOfWeek)
            && Instant(day, From, zone) <= from && from + length <= Instant(day, To, zone, isEnd: true));
    }

    public override string ToString() => $"{string.Join(", ", Days.Select(d => d.ToString().ToLowerInvariant()))} {From}–{To} {TimeZone}";

    private DateTimeOffset Instant(DateTime day, string time, TimeZoneInfo zone, bool isEnd = false)
    {
        var local = DateTime.SpecifyKind(day + SpanOf(time), DateTimeKind.Unspecified);
        if (isEnd && SpanOf(To) <= SpanOf(From))
            local = local.AddDays(1);
        // A time that the clocks leave out is the one they show instead.
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(30);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private static TimeWindow Read(DocumentNode node)
    {
        var window = new TimeWindow
        {
            Days = node.Has("days") ? ReadDays(node) : Enum.GetValues<Weekday>(),
            From = ReadTime(node, "from", "00:00", mayBeMidnight: false),
            To = ReadTime(node, "to", "24:00", mayBeMidnight: true),
            TimeZone = node.Text("time_zone", 100) ?? "UTC",
        };
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _))
            node.Error("time_zone", "must be the IANA name of a time zone, such as Europe/Berlin");
        node.RefuseUnknown();
        return window;
    }

    private static Weekday[] ReadDays(DocumentNode node)
    {
        var days = node.Texts("days", 7);
        if (days.Count == 0 || !days.All(d => WireNames<Weekday>.ToValue.ContainsKey(d)))
            node.Error("days", $"must be some of {string.Join(", ", WireNames<Weekday>.ToValue.Keys)}");
        return [.. days.Where(d => WireNames<Weekday>.ToValue.ContainsKey(d)).Select(d => WireNames<Weekday>.ToValue[d])];
    }

    private static string ReadTime(DocumentNode node, string name, string absent, bool mayBeMidnight)
    {
        var time = node.Text(name, 5) ?? absent;
        if (TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) || (mayBeMidnight && time == "24:00"))
            return time;
        node.Error(name, $"must be a time of day, such as {(mayBeMidnight ? "06:30 or 24:00" : "22:00")}");
        return absent;
    }

    private static TimeSpan SpanOf(string time) => time == "24:00" ? TimeSpan.FromDays(1) : TimeOnly.ParseExact(time, "HH:mm", CultureInfo.InvariantCulture).ToTimeSpan();
}
