using MathNet.Numerics.Distributions;

namespace Loadstone.Analysis.Statistics;

/// <summary>How a series grows or shrinks over its time.</summary>
/// <param name="Slope">By how much a second.</param>
/// <param name="Low">The lower end of the slope's interval, at 95 %.</param>
/// <param name="High">The upper end.</param>
/// <param name="PValue">How likely chance alone does that.</param>
/// <param name="Start">The level at the first second, on the line.</param>
public sealed record Drift(double Slope, double Low, double High, double PValue, double Start)
{
    private const int MostPoints = 400;
    private const int FewestPoints = 10;
    private const double TwoSided95 = 1.959963984540054;

    /// <summary>
    /// The slope of Theil and Sen (P. Sen, JASA 63, 1968), which outliers and jumps of a garbage collector do not bend, with the test of
    /// Mann and Kendall, its variance corrected for serial correlation as K. Hamed and A. Rao say (J. Hydrology 204, 1998).
    /// </summary>
    /// <param name="seconds">When, in seconds, rising.</param>
    /// <param name="values">What was measured then.</param>
    /// <returns>Null when there are fewer than 10 values.</returns>
    public static Drift? Of(IReadOnlyList<double> seconds, IReadOnlyList<double> values)
    {
        var stretch = Math.Max(1, (seconds.Count + MostPoints - 1) / MostPoints);
        double[] t = [.. seconds.Chunk(stretch).Select(c => c.Average())], x = [.. values.Chunk(stretch).Select(c => c.Average())];
        if (t.Length < FewestPoints)
            return null;
        var slopes = Slopes(t, x);
        var (slope, deviation) = (Median(slopes), Math.Sqrt(VarianceOfS(x) * Correction(t, x, Median(slopes))));
        var reach = TwoSided95 * deviation / 2;
        return new Drift(
            slope, At(slopes, (slopes.Length / 2.0) - reach), At(slopes, (slopes.Length / 2.0) + reach), PValueOf(x, deviation),
            Median([.. x.Zip(t, (v, s) => v - (slope * (s - t[0]))).Order()]));
    }

    private static double[] Slopes(double[] t, double[] x)
    {
        var slopes = new List<double>(t.Length * t.Length / 2);
        for (var i = 0; i < t.Length; i++)
        {
            for (var j = i + 1; j < t.Length; j++)
                slopes.Add((x[j] - x[i]) / (t[j] - t[i]));
        }

        slopes.Sort();
        return [.. slopes];
    }

    private static double PValueOf(double[] x, double deviation)
    {
        var s = 0;
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = i + 1; j < x.Length; j++)
                s += Math.Sign(x[j] - x[i]);
        }

        return deviation == 0 ? 1 : 2 * Normal.CDF(0, 1, -Math.Max(0, Math.Abs(s) - 1) / deviation);
    }

    // Kendall's variance of S, with his correction for ties.
    private static double VarianceOfS(double[] x)
    {
        double n = x.Length;
        var ties = x.GroupBy(v => v).Select(g => (double)g.Count()).Sum(k => k * (k - 1) * ((2 * k) + 5));
        return ((n * (n - 1) * ((2 * n) + 5)) - ties) / 18;
    }

    // By how much correlated ranks widen the variance; the trend itself, which would look like correlation, is taken out first.
    private static double Correction(double[] t, double[] x, double slope)
    {
        var ranks = Ranks([.. x.Zip(t, (v, s) => v - (slope * s))]);
        var n = ranks.Length;
        var mean = ranks.Average();
        var squares = ranks.Sum(r => (r - mean) * (r - mean));
        var sum = 0.0;
        for (var lag = 1; lag < n / 2 && squares > 0; lag++)
        {
            var r = ranks.Take(n - lag).Zip(ranks.Skip(lag), (a, b) => (a - mean) * (b - mean)).Sum() / squares;
            // Beyond the lags where it is more than chance, correlation is noise that would add up.
            if (Math.Abs(r) < TwoSided95 / Math.Sqrt(n))
                break;
            sum += (n - lag) * (n - lag - 1.0) * (n - lag - 2) * r;
        }

        return Math.Max(1, 1 + (2 * sum / (n * (n - 1.0) * (n - 2))));
    }

    private static double[] Ranks(double[] values)
    {
        var order = values.Select((v, i) => (v, i)).OrderBy(p => p.v).ToList();
        var ranks = new double[values.Length];
        for (var from = 0; from < order.Count;)
        {
            var until = from;
            while (until < order.Count && order[until].v.Equals(order[from].v))
                until++;
            for (var k = from; k < until; k++)
                ranks[order[k].i] = (from + until + 1) / 2.0;
            from = until;
        }

        return ranks;
    }

    private static double Median(double[] sorted) => (At(sorted, (sorted.Length - 1) / 2.0) + At(sorted, sorted.Length / 2.0)) / 2;

    private static double At(double[] sorted, double rank) => sorted[Math.Clamp((int)Math.Floor(rank), 0, sorted.Length - 1)];
}
