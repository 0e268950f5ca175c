using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loadstone.SampleTarget;

internal enum DelayType
{
    Fixed,
    Uniform,
    Normal,
    Exponential,
}

internal sealed class DelayTypeOnTheWire() : JsonStringEnumConverter<DelayType>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

/// <summary>How long a request is held before its route is asked. Milliseconds; uniform lies between min and max.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DelaySettings
{
    private const double LongestMs = 600_000;

    [JsonConverter(typeof(DelayTypeOnTheWire))]
    public DelayType? Type { get; init; }

    public double? MeanMs { get; init; }
    public double? DeviationMs { get; init; }
    public double? MinMs { get; init; }
    public double? MaxMs { get; init; }

    public void Check(List<(string, string)> errors)
    {
        foreach (var (name, value) in new[] { ("mean_ms", MeanMs), ("deviation_ms", DeviationMs), ("min_ms", MinMs), ("max_ms", MaxMs) })
            Bounds.Check(errors, "delay." + name, value ?? 0, 0, LongestMs);
        if (Type is null) errors.Add(("delay.type", "is needed"));
        if (Type == DelayType.Uniform && MaxMs is null) errors.Add(("delay.max_ms", "is needed for uniform"));
        if (Type != DelayType.Uniform && MeanMs is null) errors.Add(("delay.mean_ms", "is needed"));
        if (MinMs > MaxMs) errors.Add(("delay.max_ms", "must not be below min_ms"));
    }

    /// <summary>The delay that belongs to two numbers in [0, 1).</summary>
    public double SampleMs(double first, double second)
    {
        var (min, max, mean) = (MinMs ?? 0, MaxMs ?? LongestMs, MeanMs ?? 0);
        var ms = Type switch
        {
            DelayType.Uniform => min + (first * (max - min)),
            DelayType.Normal => mean + ((DeviationMs ?? 0) * StandardNormal(first, second)),
            DelayType.Exponential => -mean * Math.Log(1 - first),
            _ => mean,
        };
        return Math.Clamp(ms, min, max);
    }

    // Box and Muller (1958); 1 - first is never 0.
    private static double StandardNormal(double first, double second) =>
        Math.Sqrt(-2 * Math.Log(1 - first)) * Math.Cos(2 * Math.PI * second);
}
