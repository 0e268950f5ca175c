namespace Loadstone.SampleTarget;

/// <summary>
/// Randomness without state: the n-th draw of a stream is a function of seed, stream and n alone, so it is the same whichever
/// thread asks and in whatever order. The mixing is SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
internal static class Chance
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <returns>A number in [0, 1).</returns>
    public static double Draw(ulong seed, int stream, long n)
    {
        var bits = Mix(Mix(seed + ((ulong)stream * Golden)) + ((ulong)n * Golden));
        return (bits >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
