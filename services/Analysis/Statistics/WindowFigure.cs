using Loadstone.Measurement;

namespace Loadstone.Analysis.Statistics;

/// <summary>A figure of a run, such as its p95, that can be had of any choice of the run's windows, each taken so many times.</summary>
internal abstract class WindowFigure
{
    public abstract int Windows { get; }

    /// <summary>The figure over the windows, each counted <paramref name="weights"/> times; NaN when they hold nothing to make it of.</summary>
    public abstract double Of(ReadOnlySpan<double> weights);

    /// <summary>
    /// What each window adds to the figure, to the first order (the empirical influence function, F. Hampel, JASA 69, 1974). The
    /// sum is 0; its serial correlation is that of the figure.
    /// </summary>
    public abstract double[] Influence();

    /// <summary>The figure over all windows.</summary>
    public double Whole()
    {
        var once = new double[Windows];
        Array.Fill(once, 1);
        return Of(once);
    }

    protected static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}

/// <summary>A sum over a sum: a mean, a rate, a throughput.</summary>
internal sealed class RatioFigure(double[] part, double[] whole) : WindowFigure
{
    public override int Windows => part.Length;

    public override double Of(ReadOnlySpan<double> weights) => Dot(weights, part) / Dot(weights, whole);

    public override double[] Influence()
    {
        var (ratio, total) = (Whole(), whole.Sum());
        return [.. part.Zip(whole, (p, w) => (p - (ratio * w)) / total)];
    }
}

/// <summary>A percentile of the response time, in ms, by nearest rank over the merged histograms of the windows.</summary>
internal sealed class PercentileFigure : WindowFigure
{
    private const double NsPerMs = 1e6;

    private readonly double _share;
    private readonly double[] _valuesMs;

    // By bucket, then by window: how many of the window's values lie in this bucket or below.
    private readonly double[][] _counts;

    public PercentileFigure(IReadOnlyList<Histogram> windows, double percent)
    {
        Windows = windows.Count;
        _share = percent / 100;
        var buckets = windows.SelectMany((w, i) => w.Buckets().Select(b => (Window: i, b.LowNs, b.HighNs, b.Count))).ToList();
        var lows = buckets.GroupBy(b => b.LowNs).OrderBy(g => g.Key).ToList();
        _valuesMs = [.. lows.Select(g => (g.Key + g.First().HighNs) / 2.0 / NsPerMs)];
        _counts = new double[lows.Count][];
        for (var b = 0; b < lows.Count; b++)
        {
            _counts[b] = b == 0 ? new double[Windows] : [.. _counts[b - 1]];
            foreach (var bucket in lows[b])
                _counts[b][bucket.Window] += bucket.Count;
        }
    }

    public override int Windows { get; }

    public override double Of(ReadOnlySpan<double> weights) => Find(weights, _share) is var bucket and >= 0 ? _valuesMs[bucket] : double.NaN;

    // A value above the quantile moves it up by share/(N f), one below moves it down by (1 − share)/(N f); 1/f, the sparsity, is
    // taken from the quantiles around it (P. Bloch and J. Gastwirth, Ann. Math. Statist. 39, 1968).
    public override double[] Influence()
    {
        var once = new double[Windows];
        Array.Fill(once, 1);
        var at = Find(once, _share);
        if (at < 0)
            return new double[Windows];
        var near = Math.Min(_share, 1 - _share) / 2;
        var sparsity = Math.Max(_valuesMs[Find(once, _share + near)] - _valuesMs[Find(once, _share - near)], _valuesMs[at] / 256) / (2 * near);
        var (below, all) = (_counts[at], _counts[^1]);
        var (total, share) = (all.Sum(), below.Sum() / all.Sum());
        return [.. below.Zip(all, (b, n) => ((share * n) - b) / total * sparsity)];
    }

    private int Find(ReadOnlySpan<double> weights, double share)
    {
        var rank = _counts.Length == 0 ? 0 : share * Dot(weights, _counts[^1]);
        if (rank <= 0)
            return -1;
        var (low, high) = (0, _counts.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Dot(weights, _counts[middle]) >= rank)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
