using Loadstone.Contracts;
using Loadstone.Measurement;

namespace Loadstone.Analysis;

/// <summary>
/// The windows of a run, of as many seconds each as keep all of it in memory: an operation in a window takes some 70 KB. Most runs come
/// second by second, long ones by the minute, as they are stored; histograms are merged, so figures stay exact.
/// </summary>
internal static class BoundedMeasurements
{
    private const double MostOperationWindows = 12_000;
    private const int Minute = 60;

    public static async Task<RunMeasurements> WindowsAsync(this IIngestionClient ingestion, Guid id, CancellationToken cancellation) =>
        await ingestion.MeasurementsAsync(id, StretchFor((await ingestion.TotalAsync(id, cancellation)).Total), cancellation);

    /// <summary>How many seconds a window has to have: one, or whole minutes.</summary>
    public static int StretchFor(MetricWindow total)
    {
        var seconds = Math.Ceiling(total.Seconds * total.Operations.Count / MostOperationWindows);
        return seconds <= 1 ? 1 : Minute * (int)Math.Ceiling(seconds / Minute);
    }

    /// <summary>How many seconds the windows have.</summary>
    public static int StretchOf(IReadOnlyList<MetricWindow> windows) => windows.Count < 2 ? 1 : Math.Max(1, windows[1].Sequence - windows[0].Sequence);
}
