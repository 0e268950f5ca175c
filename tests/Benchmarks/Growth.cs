namespace Loadstone.Benchmarks;

/// <summary>Whether a figure that is looked at again and again grows.</summary>
/// <param name="Samples">The run after which it was looked at, and what it was.</param>
internal sealed record Growth(IReadOnlyList<(int Run, double Value)> Samples)
{
    /// <summary>Growth per 100 runs: the median of the slopes between all pairs of samples (Theil–Sen), which one stray sample does not move.</summary>
    public double PerHundred { get; } = 100 * Figures.Median(
        from first in Samples from later in Samples where later.Run > first.Run select (later.Value - first.Value) / (later.Run - first.Run));

    /// <summary>The same as a share of the median.</summary>
    public double SharePerHundred => Figures.Median(Samples.Select(s => s.Value)) is var median and > 0 ? PerHundred / median : PerHundred;

    /// <summary>
    /// A count that breathes with its pool rises now and then, and comes back: it grows when it also never comes back, so that the
    /// last third of the samples lies above the first.
    /// </summary>
    public bool IsSteady
    {
        get
        {
            var third = Math.Max(1, Samples.Count / 3);
            return PerHundred <= 0 || Samples.TakeLast(third).Min(s => s.Value) <= Samples.Take(third).Max(s => s.Value);
        }
    }
}
