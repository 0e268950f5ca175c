using Loadstone.Analysis.Findings;
using Loadstone.Contracts;
using Loadstone.Measurement;

namespace Loadstone.Analysis.Reports;

/// <summary>One operation over the time of a run.</summary>
public sealed record OperationSeries(string Scenario, string Operation, IReadOnlyList<OperationPoint> Points)
{
    private const int MostPoints = 120;

    public static IReadOnlyList<OperationSeries> Of(RunMeasurements measured)
    {
        var windows = RunToExamine.Merged([.. measured.Seconds.Where(s => s.Seconds > 0)], MostPoints);
        return [.. measured.Total.Operations.Select(o => new OperationSeries(
            o.Scenario, o.Operation, [.. windows.Select(w => (Window: w, Requests: RunToExamine.In(w, o))).Where(p => p.Requests is not null).Select(p => OperationPoint.Of(p.Window, p.Requests!))]))];
    }
}

/// <summary>One stretch of it. Times are ms, rates %.</summary>
public sealed record OperationPoint(int Second, double RequestsPerSecond, double P50, double P95, double P99, double ErrorRate)
{
    public static OperationPoint Of(MetricWindow window, OperationWindow requests)
    {
        var figures = RunFigures.Of(requests, window.Seconds);
        return new OperationPoint(window.Sequence, Math.Round(figures.ThroughputRps, 2), figures.P50ResponseTime, figures.P95ResponseTime, figures.P99ResponseTime, figures.ErrorRate);
    }
}
