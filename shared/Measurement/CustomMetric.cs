namespace Loadstone.Measurement;

/// <summary>What was measured under a name of its own, such as the length of a queue: how many values, and what they amount to.</summary>
/// <param name="Count">How many values.</param>
/// <param name="Sum">All of them together.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
public sealed record CustomMetric(long Count, double Sum, double Min, double Max)
{
    /// <summary>The mean.</summary>
    public double Avg => Count == 0 ? 0 : Sum / Count;

    /// <summary>One value alone.</summary>
    public static CustomMetric Of(double value) => new(1, value, value, value);

    /// <summary>The values of both.</summary>
    public CustomMetric And(CustomMetric other) =>
        new(Count + other.Count, Sum + other.Sum, Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
