using static System.FormattableString;

namespace Loadstone.Measurement;

/// <summary>
/// Decides whether the load generator itself spoiled a measurement. Fed with the seconds of a run in order; a fault makes the
/// result invalid, whatever its figures.
/// </summary>
public sealed class GeneratorWatch
{
    /// <summary>CPU of the generator, in % of all its cores, above which it is saturated.</summary>
    public const double SaturatedCpuPercent = 90;

    /// <summary>For how many seconds in a row it must be saturated to count.</summary>
    public const int SaturatedSeconds = 5;

    /// <summary>The error type of requests that failed because the generator's own machine ran out of something.</summary>
    public const string OwnError = "generator_exhausted";

    private const double SmallestLagMs = 10;
    private const double LagShareOfP95 = 0.1;

    private int _saturated;
    private int? _saturatedAt;
    private int? _saturatedUntil;

    /// <summary>Takes the next second.</summary>
    public void Add(MetricWindow second)
    {
        _saturated = second.Health.CpuPercent > SaturatedCpuPercent ? _saturated + 1 : 0;
        if (_saturated < SaturatedSeconds)
            return;
        _saturatedAt ??= second.Sequence - SaturatedSeconds + 1;
        _saturatedUntil = second.Sequence;
    }

    /// <summary>What was wrong, in sentences with figures; empty for a sound run.</summary>
    /// <param name="total">The whole run.</param>
    public IReadOnlyList<string> Faults(MetricWindow total)
    {
        var faults = new List<string>();
        var lagMs = total.Lag.PercentileMs(99);
        var mostLagMs = Math.Max(SmallestLagMs, LagShareOfP95 * total.Total().Response.PercentileMs(95));
        if (lagMs > mostLagMs)
            faults.Add(Invariant($"the generator was late: the p99 of its lag is {lagMs:0.##} ms, above {mostLagMs:0.##} ms"));
        if (total.Total().ErrorTypes.GetValueOrDefault(OwnError) is > 0 and var own)
            faults.Add(Invariant($"the generator ran out of ports, file handles or memory: {own} requests failed by its own fault ({OwnError})"));
        if (_saturatedAt is { } from)
            faults.Add(Invariant($"the generator was saturated: its CPU was above {SaturatedCpuPercent} % for {SaturatedSeconds} s or more, in the seconds {from} to {_saturatedUntil}"));
        return faults;
    }
}
