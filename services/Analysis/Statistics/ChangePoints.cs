using MathNet.Numerics.Distributions;

namespace Loadstone.Analysis.Statistics;

/// <summary>Where a series changes for good.</summary>
/// <param name="Index">The first value after the change.</param>
/// <param name="Before">The mean of the stretch before it.</param>
/// <param name="After">The mean of the stretch after it.</param>
/// <param name="PValue">How likely chance alone does that.</param>
public sealed record ChangePoint(int Index, double Before, double After, double PValue)
{
    /// <summary>The change in % of the mean before; null when that is 0.</summary>
    public double? ChangePercent => Before == 0 ? null : 100 * (After - Before) / Math.Abs(Before);
}

/// <summary>
/// Finds the points where the distribution of a series changes: E-Divisive means (D. Matteson and N. James, JASA 109, 2014,
/// arXiv 1306.4933) with Student's t-test in place of permutations, as M. Fleming et al. do (Hunter, ICPE 2023, arXiv 2301.03034):
/// the same series always gives the same points. A first pass with a weaker test keeps a strong change behind a weak one from
/// being missed; each point must then hold by the strict test against the stretches at its sides.
/// </summary>
internal static class ChangePoints
{
    /// <summary>The longest series; of longer ones the caller takes means of stretches.</summary>
    public const int Longest = 600;

    private const double Weaker = 10;

    /// <param name="series">The values, in order; at most <see cref="Longest"/>.</param>
    /// <param name="maxPValue">The significance that a point must reach.</param>
    /// <param name="isCorrelated">Whether neighbours are alike, as the seconds of one run are and runs on different days are not.</param>
    public static IReadOnlyList<ChangePoint> Find(IReadOnlyList<double> series, double maxPValue = 0.001, bool isCorrelated = false)
    {
        if (series.Count > Longest)
            throw new ArgumentException($"has more than {Longest} values", nameof(series));
        var distances = new Distances(series);
        var points = new List<int>();
        while (Next(series, distances, points, maxPValue * Weaker, isCorrelated) is { } found)
            points.Insert(~points.BinarySearch(found), found);
        // The weakest goes first: without it, the stretches of its neighbours are longer, and those may hold.
        while (points.Count > 0)
        {
            var all = Describe(series, points, isCorrelated);
            var weakest = all.MaxBy(p => p.PValue)!;
            if (weakest.PValue <= maxPValue)
                return all;
            points.Remove(weakest.Index);
        }

        return [];
    }

    private static int? Next(IReadOnlyList<double> series, Distances distances, List<int> points, double maxPValue, bool isCorrelated)
    {
        var best = Stretches(points, series.Count).Select(s => distances.Split(s.Start, s.End)).Where(c => c.At > 0)
            .Where(c => PValue(series, c.Start, c.At, c.End, isCorrelated) <= maxPValue).DefaultIfEmpty().MaxBy(c => c.Divergence);
        return best.At > 0 ? best.At : null;
    }

    private static List<ChangePoint> Describe(IReadOnlyList<double> series, List<int> points, bool isCorrelated)
    {
        int[] edges = [0, .. points, series.Count];
        return [.. points.Select((at, i) => new ChangePoint(
            at, Mean(series, edges[i], at), Mean(series, at, edges[i + 2]), PValue(series, edges[i], at, edges[i + 2], isCorrelated)))];
    }

    private static IEnumerable<(int Start, int End)> Stretches(List<int> points, int count)
    {
        var edges = points.Prepend(0).Append(count).ToList();
        return edges.Zip(edges.Skip(1));
    }

    // Student's t-test with a common variance. Of a correlated series there are fewer independent values than values: by
    // (1 − r) / (1 + r) where r is the correlation of neighbours around the means of both sides (a process of first order).
    private static double PValue(IReadOnlyList<double> series, int start, int at, int end, bool isCorrelated)
    {
        var (left, right) = (Mean(series, start, at), Mean(series, at, end));
        var rest = Enumerable.Range(start, end - start).Select(i => series[i] - (i < at ? left : right)).ToList();
        var (squares, share) = (rest.Sum(r => r * r), isCorrelated ? IndependentShare(rest) : 1);
        var (a, b) = ((at - start) * share, (end - at) * share);
        var freedom = a + b - 2;
        if (freedom < 1 || (isCorrelated && Math.Min(a, b) < 2))
            return 1;
        var error = Math.Sqrt(squares * share / freedom * ((1 / a) + (1 / b)));
        if (error == 0)
            return left.Equals(right) ? 1 : 0;
        return 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(right - left) / error);
    }

    private static double IndependentShare(List<double> rest)
    {
        var squares = rest.Sum(r => r * r);
        var r = squares == 0 ? 0 : Math.Clamp(rest.Zip(rest.Skip(1), (x, y) => x * y).Sum() / squares, 0, 0.95);
        return (1 - r) / (1 + r);
    }

    private static double Mean(IReadOnlyList<double> series, int start, int end)
    {
        var sum = 0.0;
        for (var i = start; i < end; i++)
            sum += series[i];
        return sum / (end - start);
    }

    /// <summary>Sums of the distances between the values of two stretches, each in constant time.</summary>
    private sealed class Distances
    {
        // By i and j: the sum of |x − y| over the first i and the first j values.
        private readonly double[,] _sums;

        public Distances(IReadOnlyList<double> series)
        {
            var n = series.Count;
            _sums = new double[n + 1, n + 1];
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    _sums[i + 1, j + 1] = Math.Abs(series[i] - series[j]) + _sums[i, j + 1] + _sums[i + 1, j] - _sums[i, j];
            }
        }

        // The split of a stretch whose sides differ most; the right side may end before the stretch does, so that a later change does not hide it.
        public (int Start, int At, int End, double Divergence) Split(int start, int end)
        {
            (int Start, int At, int End, double Divergence) best = (start, 0, end, 0);
            for (var at = start + 1; at < end; at++)
            {
                for (var until = at + 1; until <= end; until++)
                {
                    var divergence = Divergence(start, at, until);
                    if (divergence > best.Divergence)
                        best = (start, at, end, divergence);
                }
            }

            return best;
        }

        // The scaled energy distance of both sides (Matteson and James, equations 5 to 7, with exponent 1).
        private double Divergence(int start, int at, int end)
        {
            double n = at - start, m = end - at;
            var between = 2 / (n + m) * Between(start, at, at, end);
            var left = n > 1 ? m / (n + m) / (n - 1) * Between(start, at, start, at) : 0;
            var right = m > 1 ? n / (n + m) / (m - 1) * Between(at, end, at, end) : 0;
            return between - left - right;
        }

        private double Between(int a, int b, int c, int d) => _sums[b, d] - _sums[a, d] - _sums[b, c] + _sums[a, c];
    }
}
