using System.Globalization;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis.Benchmarks;

/// <summary>One figure held against one target.</summary>
public sealed record Measure(string Metric, double Target, double? Actual, ValidationStatus Status);

/// <summary>One benchmark held against one run. Target and actual are those of what the benchmark is about; measures has all.</summary>
public sealed record ValidationItem(
    Guid BenchmarkId, string BenchmarkName, ValidationStatus Status, string Metric, double Target, double? Actual, IReadOnlyList<Measure> Measures, string? Reason);

/// <summary>
/// Holds benchmarks against what a run measured. A target is met, or just missed (by at most a tenth: a warning), or failed; the
/// worst of a benchmark's targets is its status. Response times are judged by their 95th percentile.
/// </summary>
public static class Validation
{
    private const double Margin = 0.1;

    public static ValidationItem Hold(Benchmark benchmark, MetricWindow total, Verdict verdict)
    {
        var (target, requests) = (benchmark.Target, Matching(benchmark.Target, total));
        var measures = MeasuresOf(target, requests, total.Seconds).ToList();
        var main = target.BenchmarkType == BenchmarkType.Throughput ? measures.First(m => m.Metric == "throughput_rps") : measures[0];
        var (status, reason) = requests.Ended == 0
            ? (ValidationStatus.Pending, $"the run measured nothing of {NameOf(target)}")
            : Judge(measures, verdict);
        return new ValidationItem(benchmark.Id, target.BenchmarkName, status, main.Metric, main.Target, main.Actual, measures, reason);
    }

    /// <summary>Whether a path that a benchmark names is one that a run measured: a part in braces stands for any.</summary>
    public static bool IsSame(string asked, string? measured)
    {
        var (a, b) = (asked.Split('?')[0].Trim('/').Split('/'), (measured ?? "").Split('?')[0].Trim('/').Split('/'));
        return a.Length == b.Length && a.Zip(b).All(parts => parts.First == parts.Second || IsOpen(parts.First) || IsOpen(parts.Second));

        static bool IsOpen(string part) => part.StartsWith('{') && part.EndsWith('}');
    }

    private static OperationWindow Matching(BenchmarkTarget target, MetricWindow total)
    {
        if (target is { EndpointPath: null, HttpMethod: null })
            return total.Total();
        var sum = new OperationWindow { Scenario = "", Operation = NameOf(target) };
        foreach (var operation in total.Operations.Where(o => o.Kind == OperationKind.Request && Matches(target, o)))
            sum.Add(operation);
        return sum;
    }

    private static bool Matches(BenchmarkTarget target, OperationWindow o) =>
        (target.HttpMethod is null || target.HttpMethod == o.Method)
        && (target.EndpointPath is not { } path || path == o.Operation || IsSame(path, o.Path));

    private static IEnumerable<Measure> MeasuresOf(BenchmarkTarget target, OperationWindow requests, double seconds)
    {
        var figures = RunFigures.Of(requests, seconds);
        var isMeasured = requests.Ended > 0;
        yield return AtMost("p95_response_time", target.TargetResponseTime, isMeasured ? figures.P95ResponseTime : null);
        yield return AtMost("error_rate", target.MaxErrorRate, isMeasured ? figures.ErrorRate : null);
        if (target.TargetThroughput is { } throughput)
            yield return AtLeast("throughput_rps", throughput, isMeasured ? figures.ThroughputRps : null);
    }

    private static Measure AtMost(string metric, double target, double? actual) =>
        new(metric, target, actual, StatusOf(actual, a => a <= target, a => a <= target * (1 + Margin)));

    private static Measure AtLeast(string metric, double target, double? actual) =>
        new(metric, target, actual, StatusOf(actual, a => a >= target, a => a >= target * (1 - Margin)));

    private static ValidationStatus StatusOf(double? actual, Func<double, bool> isMet, Func<double, bool> isNear) => actual switch
    {
        null => ValidationStatus.Pending,
        { } a when isMet(a) => ValidationStatus.Passed,
        { } a => isNear(a) ? ValidationStatus.Warning : ValidationStatus.Failed,
    };

    private static (ValidationStatus Status, string? Reason) Judge(IReadOnlyList<Measure> measures, Verdict verdict)
    {
        if (verdict.Outcome == VerdictOutcome.Invalid)
            return (ValidationStatus.Warning, $"the run is invalid: {verdict.Reasons[0]}");
        var missed = measures.Where(m => m.Status != ValidationStatus.Passed).ToList();
        var status = missed.Count == 0 ? ValidationStatus.Passed
            : missed.Any(m => m.Status == ValidationStatus.Failed) ? ValidationStatus.Failed : ValidationStatus.Warning;
        return (status, missed.Count == 0 ? null : string.Join("; ", missed.Select(Sentence)));
    }

    private static string Sentence(Measure m) => string.Create(
        CultureInfo.InvariantCulture, $"{m.Metric} is {m.Actual:0.###}, {(m.Metric == "throughput_rps" ? "below" : "above")} {m.Target:0.###}");

    private static string NameOf(BenchmarkTarget target) => $"{target.HttpMethod} {target.EndpointPath}".Trim() is { Length: > 0 } name ? name : "anything";
}
