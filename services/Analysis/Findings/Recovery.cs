using Loadstone.Measurement;

namespace Loadstone.Analysis.Findings;

/// <summary>How a run came back from a spike (requirements R8.8).</summary>
/// <param name="SpikeSecond">The first second of the peak.</param>
/// <param name="SpikeEndSecond">The last one.</param>
/// <param name="P95Before">The p95 response time before the spike, in ms.</param>
/// <param name="RecoverySeconds">
/// From the end of the peak to the first of five seconds whose p95 is at most 20 % above that before the spike, and whose error rate at
/// most one percentage point; null when that never came.
/// </param>
public sealed record Recovery(int SpikeSecond, int SpikeEndSecond, double P95Before, int? RecoverySeconds)
{
    private const double Peak = 0.9;
    private const double Base = 0.6;
    private const int Fewest = 5;
    private const double NearTimes = 1.2;
    private const double NearErrors = 1;
    private const double SmallestMs = 1;

    /// <summary>Null when the load has no spike: a base, a peak well above it, and a base again.</summary>
    /// <param name="seconds">The seconds of load, in order.</param>
    public static Recovery? Of(IReadOnlyList<MetricWindow> seconds)
    {
        var most = seconds.Select(s => s.VirtualUsers).DefaultIfEmpty(0).Max();
        var peak = seconds.Where(s => s.VirtualUsers >= Peak * most).ToList();
        if (most == 0 || peak.Count == 0)
            return null;
        var before = seconds.Where(s => s.Sequence < peak[0].Sequence && s.VirtualUsers > 0 && s.VirtualUsers <= Base * most).ToList();
        var after = seconds.Where(s => s.Sequence > peak[^1].Sequence).ToList();
        if (!HasBase(before, most) || after.Count(s => s.VirtualUsers > 0 && s.VirtualUsers <= Base * most) < Fewest)
            return null;
        var normal = RunToExamine.Merge(before).Total();
        var (p95, errors) = (normal.Response.PercentileMs(95), normal.ErrorRatePercent());
        var found = Enumerable.Range(0, Math.Max(0, after.Count - Fewest + 1)).Where(i => IsNormal(after.Skip(i).Take(Fewest), p95, errors)).Select(i => (int?)i).FirstOrDefault();
        return new Recovery(peak[0].Sequence, peak[^1].Sequence, Math.Round(p95, 3), found is { } at ? after[at].Sequence - peak[^1].Sequence - 1 : null);
    }

    // A ramp passes every level; only a load that stays at one has a base.
    private static bool HasBase(List<MetricWindow> before, int most) =>
        before.GroupBy(s => (int)(20.0 * s.VirtualUsers / most)).Select(g => g.Count()).DefaultIfEmpty(0).Max() >= Math.Max(Fewest, before.Count / 2);

    private static bool IsNormal(IEnumerable<MetricWindow> stretch, double p95, double errors)
    {
        var total = RunToExamine.Merge([.. stretch]).Total();
        return total.Response.Count > 0 && total.Response.PercentileMs(95) <= Math.Max(NearTimes * p95, p95 + SmallestMs) && total.ErrorRatePercent() <= errors + NearErrors;
    }
}
