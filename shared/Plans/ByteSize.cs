using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loadstone.Plans;

/// <summary>
/// Sizes as plans write them: a number with a unit, <c>64KB</c>, <c>1.5MB</c>, or a plain number of bytes. The units B, KB, MB
/// and GB count in 1024s, as file managers do: 1KB is 1024 bytes, 1MB is 1024KB. Upper and lower case are the same.
/// </summary>
public static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units = [("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1)];

    /// <summary>Reads a size with or without a unit. What is negative, no whole number of bytes or beyond 8 EB is refused.</summary>
    /// <returns>True when <paramref name="text"/> is a size; <paramref name="bytes"/> is then 0 or more.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.Trim();
        var unit = Array.Find(Units, u => trimmed.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        var number = trimmed[..^(unit.Unit?.Length ?? 0)].TrimEnd();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue)
            return false;
        var exact = count * Math.Max(1, unit.Bytes);
        if (exact != decimal.Truncate(exact) || exact > long.MaxValue)
            return false;
        bytes = (long)exact;
        return true;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back to the same size, such as <c>64KB</c>; 0 or more bytes.</summary>
    public static string Format(long bytes)
    {
        var (unit, size) = Array.Find(Units, u => bytes >= u.Bytes && bytes % u.Bytes == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / Math.Max(1, size)}{unit ?? "B"}");
    }

    /// <summary>A size between the limits, as a text or a number of bytes. Null when absent or wrong.</summary>
    internal static long? Bytes(this DocumentNode node, string name, long min, long max)
    {
        if (node.Raw(name) is not { } value)
            return null;
        var text = value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.Number => value.ToJsonString(),
            _ => "",
        };
        if (!TryParse(text, out var bytes))
            node.Error(name, "must be a size such as 64KB or 10MB, or a number of bytes");
        else if (bytes < min || bytes > max)
            node.Error(name, $"must be between {Format(min)} and {Format(max)}");
        else
            return bytes;
        return null;
    }
}

/// <summary>Writes a size as text with its unit, <c>64KB</c>; reads it back.</summary>
public sealed class ByteSizeConverter : JsonConverter<long>
{
    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ByteSize.TryParse(reader.GetString() ?? "", out var bytes) ? bytes : throw new JsonException("not a size");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ByteSize.Format(value));
}
