using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// When the iterations of an open load are due: a pure, strictly rising sequence of nanoseconds from the start. The whole
/// sequence is the same for every shard; a shard takes every n-th, so that all shards together make exactly the plan's load.
/// </summary>
public static class Arrivals
{
    private const double NsPerSecond = 1e9;

    /// <summary>The arrivals of one shard, each with its number in the whole sequence, from 0.</summary>
    public static IEnumerable<(long DueNs, long Number)> Of(LoadShape shape, int seed, ShardShare share)
    {
        var number = 0L;
        foreach (var dueNs in Of(shape, seed))
        {
            if (share.Has(number))
                yield return (dueNs, number);
            number++;
        }
    }

    /// <summary>The due times of a shape of arrivals, in ns from the start; it ends with the shape.</summary>
    /// <param name="shape">A shape whose unit is arrivals per second.</param>
    /// <param name="seed">The run's seed; only Poisson arrivals use it.</param>
    public static IEnumerable<long> Of(LoadShape shape, int seed)
    {
        var lastNs = -1L;
        foreach (var dueNs in shape.Poisson ? Poisson(shape, seed) : Even(shape))
            yield return lastNs = Math.Max(dueNs, lastNs + 1);
    }

    // The i-th arrival (from 0) is due when the integral of the rate reaches i.
    private static IEnumerable<long> Even(LoadShape shape) => AtCounts(shape, Counting());

    // A Poisson process of a varying rate is one of rate 1 along the integral of the rate (Çinlar 1975, ch. 4).
    private static IEnumerable<long> Poisson(LoadShape shape, int seed) => AtCounts(shape, UnitPoisson(SplitMix.Of(seed, -1)));

    private static IEnumerable<double> Counting()
    {
        for (var i = 0L; ; i++)
            yield return i;
    }

    private static IEnumerable<double> UnitPoisson(SplitMix random)
    {
        for (var at = 0.0; ;)
            yield return at += -Math.Log(1 - random.Fraction());
    }

    private static IEnumerable<long> AtCounts(LoadShape shape, IEnumerable<double> counts)
    {
        using var wanted = counts.GetEnumerator();
        wanted.MoveNext();
        var (from, startSeconds, countBefore) = (shape.Start, 0.0, 0.0);
        foreach (var stage in shape.Stages)
        {
            var lengthSeconds = stage.Duration.TotalSeconds;
            var countAfter = countBefore + ((from + stage.Target) / 2 * lengthSeconds);
            for (; wanted.Current < countAfter; wanted.MoveNext())
            {
                var atSeconds = SecondsTo(wanted.Current - countBefore, from, stage.Target, lengthSeconds);
                yield return (long)((startSeconds + atSeconds) * NsPerSecond);
            }

            (from, startSeconds, countBefore) = (stage.Target, startSeconds + lengthSeconds, countAfter);
        }
    }

    // Solves count = from·t + (to − from)/(2·length)·t² for t, in the form that stays exact when from and to are close.
    private static double SecondsTo(double count, double from, double to, double length)
    {
        var slope = (to - from) / length;
        return count == 0 ? 0 : 2 * count / (from + Math.Sqrt(Math.Max(0, (from * from) + (2 * slope * count))));
    }
}
