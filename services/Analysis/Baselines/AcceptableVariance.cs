using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;

namespace Loadstone.Analysis.Baselines;

/// <summary>
/// How far a run may stray from a baseline before it counts (requirements R1.10). Each metric's variance is three times the standard
/// deviation with which it differed between the trusted runs of the same configuration and environment, the last ten at most; the
/// deviation is 1.4826 times the median distance from the median (which a single bad run does not move; F. Hampel, JASA 69, 1974), in %
/// of the median, of error rates in percentage points. It is at least 5 % (0.5 points) and at most 30 % (5 points). With fewer than
/// three such runs nothing is known of their deviation, and 10 % (1 point) is taken.
/// </summary>
/// <param name="AvgResponseTime">In %.</param>
/// <param name="P95ResponseTime">In %.</param>
/// <param name="ErrorRate">In percentage points.</param>
/// <param name="ThroughputRps">In %.</param>
/// <param name="RunToRun">The standard deviation of times and throughput between runs, in %.</param>
/// <param name="BasedOnRuns">How many runs it was calculated from.</param>
public sealed record AcceptableVariance(double AvgResponseTime, double P95ResponseTime, double ErrorRate, double ThroughputRps, double RunToRun, int BasedOnRuns)
{
    public const int MostRuns = 10;

    private const int FewestRuns = 3;
    private const double Times = 3;
    private const double UsualRunToRun = 1;
    private const double MostRunToRun = 10;

    public static AcceptableVariance Of(IReadOnlyList<RunFigures> runs)
    {
        if (runs.Count < FewestRuns)
            return new AcceptableVariance(10, 10, 1, 10, UsualRunToRun, runs.Count);
        var (avg, p95, throughput) = (Share(runs, f => f.AvgResponseTime), Share(runs, f => f.P95ResponseTime), Share(runs, f => f.ThroughputRps));
        var errors = Deviation([.. runs.Select(f => f.ErrorRate)]);
        return new AcceptableVariance(
            Bounded(avg, 5, 30), Bounded(p95, 5, 30), Bounded(errors, 0.5, 5), Bounded(throughput, 5, 30),
            Math.Round(Math.Clamp((avg + p95 + throughput) / 3, UsualRunToRun, MostRunToRun), 2), runs.Count);
    }

    internal Tolerances ToTolerances() => new(AvgResponseTime, P95ResponseTime, P95ResponseTime, ErrorRate, ThroughputRps, RunToRun);

    private static double Bounded(double deviation, double least, double most) => Math.Round(Math.Clamp(Times * deviation, least, most), 2);

    private static double Share(IReadOnlyList<RunFigures> runs, Func<RunFigures, double> of)
    {
        double[] values = [.. runs.Select(of)];
        return Median(values) is > 0 and var median ? 100 * Deviation(values) / median : 0;
    }

    private static double Deviation(double[] values)
    {
        var median = Median(values);
        return 1.4826 * Median([.. values.Select(v => Math.Abs(v - median))]);
    }

    private static double Median(double[] values) => MathNet.Numerics.Statistics.Statistics.Median(values);
}
