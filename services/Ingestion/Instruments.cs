using System.Diagnostics.Metrics;
using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

/// <summary>What this service shows of its work (requirements R15.6).</summary>
internal static class Instruments
{
    /// <summary>Seconds of shards that were stored; each counts once, however often it comes.</summary>
    public static readonly Counter<long> WindowsStored = Telemetry.Meter.CreateCounter<long>("loadstone.windows.stored", description: "Seconds of shards that were stored.");

    /// <summary>How long after its end a second of a run was closed.</summary>
    public static readonly Histogram<double> CloseDelay = Telemetry.Meter.CreateHistogram(
        "loadstone.seconds.close_delay", "s", "How long after its end a second of a run was closed.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16] });
}
