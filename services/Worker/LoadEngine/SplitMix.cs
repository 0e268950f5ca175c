namespace Loadstone.LoadEngine;

/// <summary>
/// A small, fast source of random numbers: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
/// OOPSLA 2014). Each virtual user has its own, made from the run's seed and the user's number, so that a run can be repeated.
/// </summary>
internal struct SplitMix(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The source of one part of a run.</summary>
    public static SplitMix Of(int seed, long part) => new(Mix((ulong)seed + Golden) ^ Mix((ulong)part + 1));

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mix(_state += Golden);

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public long Between(long min, long max)
    {
        var span = (ulong)(max - min) + 1;
        // The high half of a 128-bit product (Lemire 2019); its bias is below 2^-32 for spans below 2^32.
        return min + (long)Math.BigMul(Next(), span, out _);
    }

    /// <summary>A number from 0 to 1, 1 excluded.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of the standard normal distribution (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Fraction())) * Math.Cos(2 * Math.PI * Fraction());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
