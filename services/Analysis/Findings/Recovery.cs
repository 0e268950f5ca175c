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
    private const int FewestAtPeak = 3;
    private const double NearTimes = 1.2;
    private const double NearErrors = 1;
    private const double SmallestMs = 1;

    /// <summary>
    /// Null when the load has no spike: a base, a peak well above it that stands for a while, and a base again; of several spikes the last.
    /// The load is what was due: how many users random arrivals keep busy goes up and down by itself.
    /// </summary>
    internal static Recovery? Of(RunToExamine run)
    {
        var most = run.Seconds.Select(run.LoadIn).DefaultIfEmpty(0).Max();
        var high = run.Seconds.Where(s => run.LoadIn(s) >= Peak * most).ToList();
        if (most == 0 || run.Seconds.LastOrDefault(s => IsBase(s) && s.Sequence < high[^1].Sequence) is not { } lastBase)
            return null;
        var peak = high.Where(s => s.Sequence > lastBase.Sequence).ToList();
        var before = run.Seconds.Where(s => s.Sequence < peak[0].Sequence && IsBase(s)).ToList();
        var after = run.Seconds.Where(s => s.Sequence > peak[^1].Sequence).ToList();
        if (!Stands(peak) || !HasBase(before.ConvertAll(run.LoadIn), most) || after.Count(IsBase) < Fewest)
            return null;
        var normal = RunToExamine.Merge(before).Total();
        var (p95, errors) = (normal.Response.PercentileMs(95), normal.ErrorRatePercent());
        var found = Enumerable.Range(0, Math.Max(0, after.Count - Fewest + 1)).Where(i => IsNormal(after.Skip(i).Take(Fewest), p95, errors)).Select(i => (int?)i).FirstOrDefault();
        return new Recovery(peak[0].Sequence, peak[^1].Sequence, Math.Round(p95, 3), found is { } at ? after[at].Sequence - peak[^1].Sequence - 1 : null);

        bool IsBase(MetricWindow second) => run.LoadIn(second) is > 0 and var load && load <= Base * most;
    }

    private static bool Stands(List<MetricWindow> peak) => peak.Count >= Math.Max(FewestAtPeak, (peak[^1].Sequence - peak[0].Sequence) / 4);

    // A ramp passes every level; only a load that stays at one has a base.
    private static bool HasBase(List<double> before, double most) =>
        before.GroupBy(load => (int)(20 * load / most)).Select(g => g.Count()).DefaultIfEmpty(0).Max() >= Math.Max(Fewest, before.Count / 2);

    private static bool IsNormal(IEnumerable<MetricWindow> stretch, double p95, double errors)
    {
        var total = RunToExamine.Merge([.. stretch]).Total();
        return total.Response.Count > 0 && total.Response.PercentileMs(95) <= Math.Max(NearTimes * p95, p95 + SmallestMs) && total.ErrorRatePercent() <= errors + NearErrors;
    }
}
