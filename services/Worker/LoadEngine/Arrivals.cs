using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// When the iterations of an open load are due: a pure, strictly rising sequence of nanoseconds from the start. The whole
/// sequence is the same for every shard; a shard takes every n-th, so that all shards together make exactly the plan's load.
/// </summary>
public sealed class Arrivals
{
    private const double NsPerSecond = 1e9;

    // The i-th arrival (from 0) is due when the integral of the rate reaches its count.
    private readonly IEnumerator<double> _counts;
    private readonly ShardShare _share;
    private LoadShape _shape;
    private int _stage;
    private double _fromRate;
    private double _startSeconds;
    private double _countBefore;
    private long _dueBeforeNs = -1;
    private long _doneNs = -1;

    /// <param name="shape">A shape whose unit is arrivals per second.</param>
    /// <param name="seed">The run's seed; only Poisson arrivals use it.</param>
    /// <param name="share">Whose arrivals.</param>
    public Arrivals(LoadShape shape, int seed, ShardShare share)
    {
        (_shape, _share, _fromRate) = (shape, share, shape.Start);
        // A Poisson process of a varying rate is one of rate 1 along the integral of the rate (Çinlar 1975, ch. 4).
        _counts = (shape.Poisson ? UnitPoisson(SplitMix.Of(seed, -1)) : Counting()).GetEnumerator();
    }

    /// <summary>When the present arrival is due, in ns from the start. Good after <see cref="MoveNext"/> said true.</summary>
    public long DueNs { get; private set; } = -1;

    /// <summary>Its number in the whole sequence, from 0.</summary>
    public long Number { get; private set; } = -1;

    /// <summary>The due times of a shape, in ns from the start; they end with the shape.</summary>
    public static IEnumerable<long> Of(LoadShape shape, int seed) => Of(shape, seed, ShardShare.Whole).Select(a => a.DueNs);

    /// <summary>The arrivals of one shard, each with its number in the whole sequence, from 0.</summary>
    public static IEnumerable<(long DueNs, long Number)> Of(LoadShape shape, int seed, ShardShare share)
    {
        var arrivals = new Arrivals(shape, seed, share);
        while (arrivals.MoveNext())
            yield return (arrivals.DueNs, arrivals.Number);
    }

    /// <summary>Goes on to the next arrival of the share; false when the shape has no more.</summary>
    public bool MoveNext()
    {
        _doneNs = DueNs;
        do
        {
            (_dueBeforeNs, Number) = (DueNs, Number + 1);
            _counts.MoveNext();
            if (!Find())
                return false;
        }
        while (!_share.Has(Number));
        return true;
    }

    /// <summary>
    /// Lets the arrivals from the present one on come by another shape. Where both are the same, so are the arrivals; none is
    /// left out or comes twice.
    /// </summary>
    /// <returns>False when the shape has no more.</returns>
    public bool Follow(LoadShape shape)
    {
        (_shape, _stage, _fromRate, _startSeconds, _countBefore) = (shape, 0, shape.Start, 0, 0);
        // Those of others that are still to come have their time from this shape too.
        _dueBeforeNs = _doneNs;
        return Find() && (_share.Has(Number) || MoveNext());
    }

    private bool Find()
    {
        for (; _stage < _shape.Stages.Count; _stage++)
        {
            var stage = _shape.Stages[_stage];
            var lengthSeconds = stage.Duration.TotalSeconds;
            var countAfter = _countBefore + ((_fromRate + stage.Target) / 2 * lengthSeconds);
            if (_counts.Current < countAfter)
            {
                var atSeconds = SecondsTo(_counts.Current - _countBefore, _fromRate, stage.Target, lengthSeconds);
                DueNs = Math.Max((long)((_startSeconds + atSeconds) * NsPerSecond), _dueBeforeNs + 1);
                return true;
            }

            (_fromRate, _startSeconds, _countBefore) = (stage.Target, _startSeconds + lengthSeconds, countAfter);
        }

        return false;
    }

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

    // Solves count = from·t + (to − from)/(2·length)·t² for t, in the form that stays exact when from and to are close.
    private static double SecondsTo(double count, double from, double to, double length)
    {
        var slope = (to - from) / length;
        return count == 0 ? 0 : 2 * count / (from + Math.Sqrt(Math.Max(0, (from * from) + (2 * slope * count))));
    }
}
