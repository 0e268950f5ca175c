using System.Security.Cryptography;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Findings;
using Loadstone.Analysis.History;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis.Reports;

public enum ReportType
{
    Summary,
    Detailed,
    TrendAnalysis,
    Comparison,
}

/// <summary>A report, as it is stored and listed (requirements R1.7).</summary>
public sealed record Report(Guid Id, Guid ExecutionId, ReportType ReportType, DateTimeOffset GeneratedAt, RunReport ReportData)
{
    public string ReportUrl => $"/api/load-testing/reports/{Id}";

    public IReadOnlyList<string> Insights => ReportData.Findings.Insights;

    public IReadOnlyList<Recommendation> Recommendations => ReportData.Findings.Recommendations;

    public PerformanceGrade? PerformanceGrade => ReportData.Findings.Grade;

    public IReadOnlyList<Finding> BottlenecksIdentified => ReportData.Findings.Findings;

    public IReadOnlyList<string> NextSteps => ReportData.Findings.NextSteps;

    /// <summary>The report that each run gets when it is judged.</summary>
    public static Report Of(RunToJudge run, RunMeasurements measured, RunJudged judged) =>
        new(IdOf(run.Id), run.Id, ReportType.Summary, judged.At, RunReport.Of(run, measured, judged));

    public static Guid IdOf(Guid execution, ReportType type = ReportType.Summary) => new(SHA256.HashData([.. execution.ToByteArray(), (byte)type]).AsSpan(0, 16));
}

/// <summary>Everything a report says of a run. Times are ms, rates %, memory bytes.</summary>
public sealed record RunReport
{
    // More points than a chart has pixels help nobody.
    private const int MostPoints = 600;

    public required string ExecutionName { get; init; }

    public required string ConfigurationName { get; init; }

    public required string Environment { get; init; }

    public required TestType TestType { get; init; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required IReadOnlyList<string> Explanation { get; init; }

    public required VerdictOutcome Verdict { get; init; }

    public required IReadOnlyList<string> Reasons { get; init; }

    public required IReadOnlyList<CriterionResult> Criteria { get; init; }

    public required RunFigures Figures { get; init; }

    public required RunPeaks Peaks { get; init; }

    public required IterationCounts Iterations { get; init; }

    public required GeneratorFigures Generator { get; init; }

    public required IReadOnlyList<OperationFigures> Operations { get; init; }

    /// <summary>Absent in reports that were stored before there were phases.</summary>
    public IReadOnlyList<PhasePerformance> Phases { get; init; } = [];

    /// <summary>Nothing in reports that were stored before there were findings.</summary>
    public RunFindings Findings { get; init; } = RunFindings.None;

    /// <summary>The run beside the baseline of its day; null when there was none.</summary>
    public BaselineComparison? Baseline { get; init; }

    /// <summary>The alerts it had raised when it was judged; null when that was not known.</summary>
    public IReadOnlyList<RunAlert>? Alerts { get; init; }

    /// <summary>The candidate beside the base; null unless the run was an A/B test.</summary>
    public AbComparison? AbComparison { get; init; }

    /// <summary>What a capacity search found; null in other runs.</summary>
    public SearchedCapacity? Capacity { get; init; }

    /// <summary>What was done to the load while the run went on.</summary>
    public IReadOnlyList<Intervention> Interventions { get; init; } = [];

    /// <summary>The seconds that the verdict leaves out because of that.</summary>
    public IReadOnlyList<int> LeftOutSeconds { get; init; } = [];

    /// <summary>The operations over time; in a detailed report.</summary>
    public IReadOnlyList<OperationSeries>? OperationSeries { get; init; }

    /// <summary>The runs of the configuration up to this one; in a trend analysis.</summary>
    public Trend? Trend { get; init; }

    /// <summary>The run beside its baseline's, or the one before; in a comparison.</summary>
    public ExecutionComparison? Comparison { get; init; }

    public required IReadOnlyList<ReportPoint> Series { get; init; }

    public required IReadOnlyList<string> Gaps { get; init; }

    public static RunReport Of(RunToJudge run, RunMeasurements measured, RunJudged judged) => new()
    {
        ExecutionName = run.Name,
        ConfigurationName = run.Plan.Name,
        Environment = run.Environment,
        TestType = run.Plan.TestType,
        RequestedBy = run.RequestedBy,
        RequestedAt = run.RequestedAt,
        Explanation = [.. PlanExplanation.Of(run.Plan)],
        Verdict = judged.Verdict.Outcome,
        Reasons = judged.Verdict.Reasons,
        Criteria = judged.Verdict.Criteria,
        Figures = judged.Figures,
        Peaks = judged.Peaks,
        Iterations = measured.Total.Iterations,
        Generator = GeneratorFigures.Of(measured.Total),
        Operations = [.. measured.Total.Operations.Select(o => OperationFigures.Of(o, measured.Total.Seconds)).OrderByDescending(o => o.Figures.AvgResponseTime)],
        Phases = PhasePerformance.Of(measured.Seconds),
        Findings = FindingsOf(run, measured, judged),
        Baseline = judged.Baseline,
        Alerts = judged.Alerts,
        AbComparison = judged.AbComparison,
        Capacity = judged.Capacity,
        Interventions = judged.Interventions,
        LeftOutSeconds = [.. JudgedWindow.LeftOut(judged.Interventions, measured.Seconds)],
        Series = SeriesOf(measured.Seconds),
        Gaps = [.. measured.Gaps, .. measured.Notes ?? []],
    };

    private static RunFindings FindingsOf(RunToJudge run, RunMeasurements measured, RunJudged judged)
    {
        var found = RunFindings.Of(run.Plan, JudgedWindow.Of(judged.Interventions, measured), judged.Verdict);
        var leftOut = JudgedWindow.LeftOut(judged.Interventions, measured.Seconds);
        found = found with { Insights = [.. judged.AbComparison?.InWords() ?? [], .. judged.Capacity?.InWords() ?? [], .. found.Insights] };
        return leftOut.Count == 0 ? found : found with { Insights = [$"The load was changed by hand: what follows leaves out the seconds {JudgedWindow.InWords(leftOut)}.", .. found.Insights] };
    }

    private static List<ReportPoint> SeriesOf(IReadOnlyList<MetricWindow> seconds)
    {
        var stretch = Math.Max(1, (seconds.Count + MostPoints - 1) / MostPoints);
        return [.. seconds.Where(s => s.Seconds > 0).Chunk(stretch).Select(chunk =>
        {
            var merged = new MetricWindow { Sequence = chunk[0].Sequence, Seconds = 0 };
            foreach (var second in chunk)
                merged.AddSeconds(second);
            return ReportPoint.Of(merged);
        })];
    }
}

/// <summary>How the load generators fared.</summary>
public sealed record GeneratorFigures(double LagP50, double LagP99, double LagMax, double GcPauseMax, double LoopDelayMax, double PoolDelayMax)
{
    public static GeneratorFigures Of(MetricWindow total) => new(
        Math.Round(total.Lag.PercentileMs(50), 4), Math.Round(total.Lag.PercentileMs(99), 4), Math.Round(total.Lag.PercentileMs(100), 4), Math.Round(total.Health.GcPauseMs, 2),
        Math.Round(total.Health.LoopDelayMs, 2), Math.Round(total.Health.PoolDelayMs, 2));
}

/// <summary>One operation of a run.</summary>
public sealed record OperationFigures(
    string Scenario, string Operation, RunFigures Figures, double P99ServiceTime, IReadOnlyDictionary<int, long> StatusCodes, IReadOnlyDictionary<string, long> ErrorTypes,
    IReadOnlyDictionary<string, PhaseFigures> Timings, long MessagesReceived)
{
    public static OperationFigures Of(OperationWindow o, double seconds) => new(
        o.Scenario, o.Operation, RunFigures.Of(o, seconds), Math.Round(o.Service.PercentileMs(99), 4), o.StatusCodes, o.ErrorTypes,
        PhaseFigures.Of(o.Phases), o.MessagesReceived);
}

/// <summary>One point of the charts.</summary>
public sealed record ReportPoint(int Second, int Users, double RequestsPerSecond, double P50, double P95, double P99, double ErrorRate, double LagP99)
{
    /// <summary>The busiest load generator's processor, in %. Absent in reports that were stored before it was kept, like <see cref="Target"/>.</summary>
    public double? GeneratorCpu { get; init; }

    /// <summary>What was measured at the target, by name; null when nothing was.</summary>
    public IReadOnlyDictionary<string, double>? Target { get; init; }

    public static ReportPoint Of(MetricWindow window)
    {
        var figures = RunFigures.Of(window.Total(), window.Seconds);
        return new ReportPoint(
            window.Sequence, window.VirtualUsers, Math.Round(figures.ThroughputRps, 2), figures.P50ResponseTime, figures.P95ResponseTime,
            figures.P99ResponseTime, figures.ErrorRate, Math.Round(window.Lag.PercentileMs(99), 3))
        {
            GeneratorCpu = Math.Round(window.Health.CpuPercent, 1),
            Target = window.CustomMetrics.Count == 0 ? null : window.CustomMetrics.ToDictionary(m => m.Key, m => Math.Round(m.Value.Avg, 4)),
        };
    }
}
