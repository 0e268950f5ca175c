using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// Durations as plans write them: a number with a unit, <c>250ms</c>, <c>20s</c>, <c>2m</c>, <c>1.5h</c>, or several in
/// falling order, <c>1m30s</c>. A bare number has the unit its member says (minutes, or seconds for think time).
/// The resolution is one millisecond.
/// </summary>
public static class DurationText
{
    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>Reads a duration with units. Empty text, unknown or rising units and negative numbers are refused.</summary>
    /// <returns>True when <paramref name="text"/> is a duration; <paramref name="duration"/> is then 0 or more.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        var largestLeft = double.MaxValue;
        var totalMs = 0.0;
        while (!rest.IsEmpty)
        {
            if (!TryTakePart(ref rest, out var number, out var unitMs) || unitMs >= largestLeft)
                return false;
            totalMs += number * unitMs;
            largestLeft = unitMs;
        }

        if (largestLeft == double.MaxValue || totalMs > TimeSpan.FromDays(365).TotalMilliseconds)
            return false;
        duration = FromMilliseconds(totalMs);
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back to the same duration, such as <c>1m30s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var leftMs = (long)duration.TotalMilliseconds;
        if (leftMs == 0)
            return "0s";
        var text = "";
        foreach (var (unit, unitMs) in Units.Reverse())
        {
            var count = leftMs / (long)unitMs;
            leftMs -= count * (long)unitMs;
            if (count > 0)
                text += count.ToString(CultureInfo.InvariantCulture) + unit;
        }

        return text;
    }

    /// <summary>A number of minutes as a duration, to the nearest millisecond.</summary>
    public static TimeSpan FromMinutes(double minutes) => FromMilliseconds(minutes * 60_000);

    /// <summary>A number of seconds as a duration, to the nearest millisecond.</summary>
    public static TimeSpan FromSeconds(double seconds) => FromMilliseconds(seconds * 1_000);

    private static TimeSpan FromMilliseconds(double milliseconds) => TimeSpan.FromMilliseconds((long)Math.Round(milliseconds));

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out double number, out double unitMs)
    {
        unitMs = 0;
        var digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            digits++;
        if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
            return false;
        rest = rest[digits..];
        var letters = 0;
        while (letters < rest.Length && char.IsAsciiLetterLower(rest[letters]))
            letters++;
        var unit = rest[..letters].ToString();
        rest = rest[letters..].TrimStart();
        unitMs = Array.Find(Units, u => u.Unit == unit).Milliseconds;
        return unitMs > 0;
    }
}

/// <summary>Reads the durations of a plan's members, with the unit a bare number has there.</summary>
public static class DurationMembers
{
    /// <summary>A duration between the limits; a bare number counts in minutes. Null when absent or wrong.</summary>
    public static TimeSpan? Minutes(this DocumentNode node, string name, TimeSpan min, TimeSpan max) =>
        node.Duration(name, DurationText.FromMinutes, min, max);

    /// <summary>A duration between the limits; a bare number counts in seconds. Null when absent or wrong.</summary>
    public static TimeSpan? Seconds(this DocumentNode node, string name, TimeSpan min, TimeSpan max) =>
        node.Duration(name, DurationText.FromSeconds, min, max);

    /// <summary>A duration that has a long name in minutes on the wire and a short one in plan files; not both at once.</summary>
    public static TimeSpan? MinutesUnderEither(this DocumentNode node, string shortName, string longName, TimeSpan min, TimeSpan max)
    {
        var brief = node.Minutes(shortName, min, max);
        var full = node.Minutes(longName, min, max);
        if (node.Has(shortName) && node.Has(longName))
            node.Error(shortName, $"says the same as {longName}: give one of them");
        return brief ?? full;
    }

    private static TimeSpan? Duration(this DocumentNode node, string name, Func<double, TimeSpan> bare, TimeSpan min, TimeSpan max)
    {
        if (node.Raw(name) is not { } value)
            return null;
        TimeSpan duration;
        if (value.GetValueKind() == JsonValueKind.String && DurationText.TryParse(value.GetValue<string>(), out var parsed))
            duration = parsed;
        else if (value.GetValueKind() == JsonValueKind.Number && TryBare(value.ToJsonString(), bare, out var counted))
            duration = counted;
        else
            return Wrong(node, name, "must be a duration such as 30s, 2m or 1m30s");
        return duration >= min && duration <= max ? duration
            : Wrong(node, name, $"must be between {DurationText.Format(min)} and {DurationText.Format(max)}");
    }

    private static bool TryBare(string number, Func<double, TimeSpan> bare, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var given = double.Parse(number, CultureInfo.InvariantCulture);
        if (!(Math.Abs(given) < 1e6))
            return false;
        duration = bare(given);
        return true;
    }

    private static TimeSpan? Wrong(DocumentNode node, string name, string message)
    {
        node.Error(name, message);
        return null;
    }
}

/// <summary>Writes a duration as text with units, <c>30s</c>; reads it back.</summary>
public sealed class DurationTextConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DurationText.TryParse(reader.GetString() ?? "", out var duration) ? duration : throw new JsonException("not a duration");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(DurationText.Format(value));
}

/// <summary>Writes a duration as a number of minutes, for members named <c>…_minutes</c>; reads it back.</summary>
public sealed class MinutesConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DurationText.FromMinutes(reader.GetDouble());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value.TotalMinutes, 9));
}
