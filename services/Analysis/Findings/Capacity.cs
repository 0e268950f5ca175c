using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;
using Loadstone.Plans;
using MathNet.Numerics.LinearRegression;
using static System.FormattableString;

namespace Loadstone.Analysis.Findings;

/// <summary>Where throughput stops growing although users do.</summary>
public sealed record Knee(double Users, double Throughput, double SlopeBefore, double SlopeAfter, int Second, int LastSecond);

/// <summary>Where a rising load first broke a criterion for good (requirements R8.4).</summary>
public sealed record BreakingPoint(int Users, double Throughput, int Second, string Reason);

/// <summary>What a run with a rising load says of how much the system bears.</summary>
public sealed record CapacityModel(Knee? Knee, BreakingPoint? BreakingPoint, ScalabilityLaw? Law);

internal static class Capacity
{
    private const double LeastGrowth = 1.5;
    private const double LeastBeyond = 1.2;
    private const int MostLevels = 40;
    private const int FewestLevels = 8;
    private const double FlatShare = 0.25;
    private const double LeastGain = 0.5;
    private const int BrokenSeconds = 5;

    public static CapacityModel? Of(RunToExamine run)
    {
        var levels = LevelsOf(run);
        var knee = run.IsClosed ? KneeOf(levels) : null;
        var breaking = BreakingPointOf(run);
        var law = run.IsClosed && levels.Count >= FewestLevels ? ScalabilityLaw.Fit([.. levels.Select(l => (l.Users, l.Throughput))]) : null;
        return knee is null && breaking is null && law is null ? null : new CapacityModel(knee, breaking, law);
    }

    public static IEnumerable<Finding> Findings(RunToExamine run, CapacityModel? capacity)
    {
        if (capacity?.Knee is { } k)
        {
            yield return new Finding(
                "throughput_plateau", FindingType.ThroughputPlateau, "system", Severity.High,
                Invariant($"Throughput stops growing at about {k.Users:0} users and {k.Throughput:0.#} requests/s (second {k.Second}): each user brought {k.SlopeBefore:0.##} requests/s before, {k.SlopeAfter:0.##} after."),
                Invariant($"Find what is used up at {k.Users:0} users (processor, connections, locks, threads of a pool) before adding machines."),
                run.PhaseAt(k.Second), "throughput_rps over virtual_users", k.Second, k.LastSecond);
        }
    }

    // The means of throughput by number of users, while users are added: what falls off again says nothing of a limit.
    private static List<Level> LevelsOf(RunToExamine run)
    {
        var peak = run.Seconds.Select(s => s.VirtualUsers).DefaultIfEmpty(0).Max();
        var last = run.Seconds.LastOrDefault(s => s.VirtualUsers == peak)?.Sequence;
        var growth = run.Seconds.Where(s => s.Sequence <= last && s is { VirtualUsers: > 0, Seconds: >= 1 }).ToList();
        if (growth.Count == 0 || peak < LeastGrowth * growth[0].VirtualUsers)
            return [];
        var width = Math.Max(1, (peak + MostLevels - 1) / MostLevels);
        return [.. growth.GroupBy(s => s.VirtualUsers / width).OrderBy(g => g.Key).Select(g => new Level(
            g.Average(s => s.VirtualUsers), g.Sum(s => s.Total().Sent) / g.Sum(s => s.Seconds), Math.Sqrt(g.Count()), g.Min(s => s.Sequence)))];
    }

    // A line with one bend, fitted for every place of the bend, against a line without (D. Hinkley, Biometrika 56, 1969). It is a knee
    // when the bend takes away half of what the straight line leaves unexplained, and the throughput hardly grows behind it.
    private static Knee? KneeOf(List<Level> levels)
    {
        if (levels.Count < FewestLevels)
            return null;
        var straight = Fit(levels, double.PositiveInfinity);
        var (bend, line) = Enumerable.Range(2, levels.Count - 4).Select(i => levels[i].Users).Select(at => (Bend: at, Line: Fit(levels, at))).MinBy(c => c.Line.Unexplained);
        if (line.Before <= 0 || line.After > FlatShare * line.Before || line.Unexplained > (1 - LeastGain) * straight.Unexplained || levels[^1].Users < LeastBeyond * bend)
            return null;
        return new Knee(
            Math.Round(bend, 1), Math.Round(line.Constant + (line.Before * bend), 2), Math.Round(line.Before, 4), Math.Round(line.After, 4),
            levels.First(l => l.Users >= bend).Second, levels.Max(l => l.Second));
    }

    private static (double Constant, double Before, double After, double Unexplained) Fit(List<Level> levels, double bend)
    {
        var isStraight = double.IsInfinity(bend);
        double[][] rows = [.. levels.Select(l => isStraight
            ? new[] { l.Weight, l.Weight * l.Users }
            : [l.Weight, l.Weight * Math.Min(l.Users, bend), l.Weight * Math.Max(0, l.Users - bend)])];
        double[] values = [.. levels.Select(l => l.Weight * l.Throughput)];
        var p = MultipleRegression.Svd(rows, values);
        return (p[0], p[1], isStraight ? p[1] : p[2], rows.Zip(values, (row, v) => Math.Pow(v - row.Zip(p, (r, c) => r * c).Sum(), 2)).Sum());
    }

    private static BreakingPoint? BreakingPointOf(RunToExamine run)
    {
        if (run.Plan.TestType is not (TestType.Stress or TestType.Capacity or TestType.Spike) || run.Seconds.Count < BrokenSeconds)
            return null;
        for (var i = 0; i + BrokenSeconds <= run.Seconds.Count; i++)
        {
            var stretch = RunToExamine.Merge([.. run.Seconds.Skip(i).Take(BrokenSeconds)]);
            if (Broken(run.Plan.SuccessCriteria, stretch) is { } reason)
                return new BreakingPoint(run.Seconds[i].VirtualUsers, Math.Round(stretch.Total().Sent / stretch.Seconds, 2), run.Seconds[i].Sequence, reason);
        }

        return null;
    }

    private static string? Broken(SuccessCriteria criteria, MetricWindow stretch)
    {
        if (stretch.ValueOf("p95_response_time", null) is { } p95 && p95 > criteria.MaxP95ResponseTime)
            return Invariant($"over {BrokenSeconds} seconds the p95 response time was {p95:0.#} ms, above {criteria.MaxP95ResponseTime:0.#} ms");
        return stretch.ValueOf("error_rate", null) is { } errors && errors > criteria.MaxErrorRate
            ? Invariant($"over {BrokenSeconds} seconds {errors:0.##} % of the requests failed, above {criteria.MaxErrorRate:0.##} %") : null;
    }

    // The weight is the deviation's inverse: the mean of more seconds is surer.
    private readonly record struct Level(double Users, double Throughput, double Weight, int Second);
}
