using Loadstone.Measurement;

namespace Loadstone.Analysis.Statistics;

/// <summary>
/// How much a figure may change before it counts: times and throughput in %, error rates in percentage points; and by how much times
/// and throughput differ from run to run of one system, in % (a standard deviation).
/// </summary>
public sealed record Tolerances(
    double AvgResponseTime = 5, double P95ResponseTime = 5, double P99ResponseTime = 10, double ErrorRate = 0.5, double Throughput = 5, double RunToRun = 1)
{
    public double Of(string metric) => metric switch
    {
        RunComparison.Avg => AvgResponseTime,
        RunComparison.P95 => P95ResponseTime,
        RunComparison.P99 => P99ResponseTime,
        RunComparison.ErrorRate => ErrorRate,
        _ => Throughput,
    };
}

/// <summary>Holds the seconds of one run against those of another.</summary>
internal static class RunComparison
{
    public const string Avg = "avg_response_time";
    public const string P95 = "p95_response_time";
    public const string P99 = "p99_response_time";
    public const string ErrorRate = "error_rate";
    public const string Throughput = "throughput_rps";

    public static readonly IReadOnlyList<string> Metrics = [Avg, P95, P99, ErrorRate, Throughput];

    /// <summary>Those that decide for or against a run; the tail beyond p95 is shown, and too unsteady to decide.</summary>
    public static readonly IReadOnlyList<string> Deciding = [Avg, P95, ErrorRate, Throughput];

    // Of all comparisons of two runs that do not differ, at most this share may find anything (Bonferroni's bound).
    private const double FalseAlarms = 0.02;
    private const int MostWindows = 600;
    private const double LikeLength = 0.1;
    private const double SmallestMs = 0.2;

    /// <summary>The whole runs, by every metric.</summary>
    public static IReadOnlyList<MetricChange> Whole(IReadOnlyList<MetricWindow> a, IReadOnlyList<MetricWindow> b, Tolerances tolerances, IReadOnlyList<string>? metrics = null) =>
        Compare(new Side(a, _ => true), new Side(b, _ => true), null, tolerances, metrics ?? Metrics, (metrics ?? Metrics).Count);

    /// <summary>Each operation that both runs have, by every metric.</summary>
    public static IReadOnlyList<MetricChange> Operations(IReadOnlyList<MetricWindow> a, IReadOnlyList<MetricWindow> b, Tolerances tolerances)
    {
        var shared = NamesIn(a).Intersect(NamesIn(b)).Order(StringComparer.Ordinal).ToList();
        return [.. shared.SelectMany(name => Compare(
            new Side(a, o => o.Operation == name), new Side(b, o => o.Operation == name), name, tolerances, Metrics, Metrics.Count * shared.Count))];
    }

    private static IReadOnlyList<MetricChange> Compare(Side a, Side b, string? operation, Tolerances tolerances, IReadOnlyList<string> metrics, int together)
    {
        var paired = Math.Abs(a.Seconds - b.Seconds) <= LikeLength * Math.Max(a.Seconds, b.Seconds);
        var most = paired ? Math.Min(a.Seconds, b.Seconds) : int.MaxValue;
        var (left, right) = (a.Merged(most, MostWindows), b.Merged(most, MostWindows));
        var confidence = 1 - (FalseAlarms / together);
        return [.. metrics.Select(metric =>
        {
            var (isRelative, isTime) = (metric != ErrorRate, metric.EndsWith("time", StringComparison.Ordinal));
            var what = new ComparedFigure(metric, operation, isRelative, tolerances.Of(metric), isTime ? SmallestMs : 0, isRelative ? tolerances.RunToRun / 100 : 0);
            return paired
                ? FigureComparison.Paired(what, FigureOf(metric, left), FigureOf(metric, right), confidence)
                : FigureComparison.Unpaired(what, FigureOf(metric, left), FigureOf(metric, right), confidence);
        })];
    }

    private static WindowFigure FigureOf(string metric, IReadOnlyList<Stretch> windows) => metric switch
    {
        Avg => Ratio(windows, w => w.Response.SumNs / 1e6, w => w.Response.Count),
        ErrorRate => Ratio(windows, w => 100 * w.Failed, w => w.Ended),
        Throughput => Ratio(windows, w => w.Sent, w => w.Seconds),
        P95 => new PercentileFigure([.. windows.Select(w => w.Response)], 95),
        _ => new PercentileFigure([.. windows.Select(w => w.Response)], 99),
    };

    private static RatioFigure Ratio(IReadOnlyList<Stretch> windows, Func<Stretch, double> part, Func<Stretch, double> whole) =>
        new([.. windows.Select(part)], [.. windows.Select(whole)]);

    private static IEnumerable<string> NamesIn(IEnumerable<MetricWindow> run) =>
        run.SelectMany(w => w.Operations).Where(o => o.Kind == OperationKind.Request).Select(o => o.Operation).Distinct();

    // What is compared of a stretch of a run.
    private sealed class Stretch
    {
        public Histogram Response { get; } = new();

        public double Sent { get; private set; }

        public double Failed { get; private set; }

        public double Ended { get; private set; }

        public double Seconds { get; set; }

        public void Add(OperationWindow requests)
        {
            Response.Add(requests.Response);
            Sent += requests.Sent;
            Failed += requests.FailedRequests + requests.Refused;
            Ended += requests.Ended + requests.Refused;
        }
    }

    // A run's seconds of load; in those after it nothing was asked any more.
    private sealed class Side(IReadOnlyList<MetricWindow> run, Func<OperationWindow, bool> isMeant)
    {
        private readonly List<MetricWindow> _load = [.. run.Where(w => w.Seconds > 0)];

        public int Seconds => _load.Count;

        public IReadOnlyList<Stretch> Merged(int seconds, int most)
        {
            var used = _load.Take(seconds).ToList();
            return [.. used.Chunk(Math.Max(1, (used.Count + most - 1) / most)).Select(Merge)];
        }

        private Stretch Merge(MetricWindow[] chunk)
        {
            var sum = new Stretch { Seconds = chunk.Sum(w => w.Seconds) };
            foreach (var requests in chunk.SelectMany(w => w.Operations).Where(o => o.Kind == OperationKind.Request && isMeant(o)))
                sum.Add(requests);
            return sum;
        }
    }
}
