using MathNet.Numerics.Random;

namespace Loadstone.Analysis.Statistics;

/// <summary>
/// Draws a series of windows anew in blocks of neighbours, so that what is correlated in the run stays so in the draws: the circular
/// block bootstrap (D. Politis and J. Romano, 1992, after H. Künsch, Ann. Statist. 17, 1989).
/// </summary>
internal static class BlockBootstrap
{
    /// <summary>
    /// The block length that makes the bootstrap's variance of a mean most accurate: D. Politis and H. White, Econometric Reviews 23
    /// (2004), with the correction of A. Patton, D. Politis and H. White (2009), for the circular bootstrap.
    /// </summary>
    /// <param name="series">The series; its mean does not matter.</param>
    /// <returns>A length of at least 1 and at most a fifth of the series, so that there are blocks to choose from.</returns>
    public static int BlockLength(IReadOnlyList<double> series)
    {
        var n = series.Count;
        var most = Math.Max(1, n / 5);
        var covariance = Autocovariance(series, Math.Min(n - 1, (int)Math.Ceiling(Math.Sqrt(n)) + LagsInARow(n)));
        if (covariance.Length == 0 || covariance[0] <= 0)
            return 1;
        var last = LastLag(covariance, n);
        var (moment, spectrum) = (0.0, covariance[0]);
        for (var k = 1; k <= Math.Min(2 * last, covariance.Length - 1); k++)
        {
            var weight = FlatTop((double)k / (2 * last));
            moment += 2 * weight * k * covariance[k];
            spectrum += 2 * weight * covariance[k];
        }

        // Where the estimate of the spectrum at 0 fails, the series is so strongly correlated that the longest blocks are right.
        if (spectrum <= 0)
            return most;
        var length = Math.Pow(1.5 * Math.Pow(moment / spectrum, 2) * n, 1.0 / 3);
        return Math.Clamp((int)Math.Round(length), 1, most);
    }

    /// <summary>Draws: each says how many times it takes each window.</summary>
    /// <param name="windows">How many windows there are; each draw takes as many.</param>
    /// <param name="blockLength">How many neighbours go together.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="seed">The same seed gives the same draws.</param>
    public static IEnumerable<double[]> Draws(int windows, int blockLength, int draws, int seed)
    {
        var random = new Xoshiro256StarStar(seed, false);
        for (var draw = 0; draw < draws; draw++)
        {
            var weights = new double[windows];
            for (var left = windows; left > 0; left -= blockLength)
            {
                var from = random.Next(windows);
                for (var i = 0; i < Math.Min(blockLength, left); i++)
                    weights[(from + i) % windows]++;
            }

            yield return weights;
        }
    }

    private static int LagsInARow(int n) => Math.Max(5, (int)Math.Ceiling(Math.Sqrt(Math.Log10(n))));

    // The first lag after which a run of correlations is as small as chance makes them.
    private static int LastLag(double[] covariance, int n)
    {
        var bound = 2 * Math.Sqrt(Math.Log10(n) / n);
        var needed = LagsInARow(n);
        var quiet = 0;
        for (var k = 1; k < covariance.Length; k++)
        {
            quiet = Math.Abs(covariance[k] / covariance[0]) < bound ? quiet + 1 : 0;
            if (quiet == needed)
                return Math.Max(1, k - needed);
        }

        return Math.Max(1, covariance.Length - 1);
    }

    private static double FlatTop(double t) => t <= 0.5 ? 1 : Math.Max(0, 2 * (1 - t));

    private static double[] Autocovariance(IReadOnlyList<double> series, int lags)
    {
        var n = series.Count;
        var mean = series.DefaultIfEmpty(0).Average();
        return [.. Enumerable.Range(0, Math.Max(0, lags + 1)).Select(k =>
        {
            var sum = 0.0;
            for (var i = 0; i + k < n; i++)
                sum += (series[i] - mean) * (series[i + k] - mean);
            return n == 0 ? 0 : sum / n;
        })];
    }
}
