using System.Text.Json.Serialization;
using Loadstone.LoadEngine;
using Loadstone.Measurement;
using Loadstone.Plans;
using static System.FormattableString;

namespace Loadstone.Worker;

/// <summary>What a run of the engine alone came to. Times are ms, rates %, memory bytes.</summary>
internal sealed record LocalResult
{
    public const int CouldNotRun = 2;
    private const int WasCancelled = 5;

    public required long TotalRequests { get; init; }

    public required long FailedRequests { get; init; }

    public required double ThroughputRps { get; init; }

    public required double ErrorRate { get; init; }

    public required double AvgResponseTime { get; init; }

    public required double P50ResponseTime { get; init; }

    public required double P95ResponseTime { get; init; }

    public required double P99ResponseTime { get; init; }

    public required double MaxResponseTime { get; init; }

    public required double P99ServiceTime { get; init; }

    public required long ChecksPassed { get; init; }

    public required long ChecksFailed { get; init; }

    public required long Iterations { get; init; }

    public required long Dropped { get; init; }

    public required double SendLagP99 { get; init; }

    public required double CpuSeconds { get; init; }

    public required long PeakMemoryBytes { get; init; }

    public required VerdictOutcome Verdict { get; init; }

    public required IReadOnlyList<CriterionResult> Criteria { get; init; }

    public required IReadOnlyList<string> Reasons { get; init; }

    public required IReadOnlyDictionary<string, long> ErrorTypes { get; init; }

    public required IReadOnlyDictionary<string, PhaseFigures> Timings { get; init; }

    public required long MessagesReceived { get; init; }

    public required double LoopDelayMax { get; init; }

    public required double GcPauseMax { get; init; }

    public required bool Cancelled { get; init; }

    [JsonIgnore]
    public int ExitCode => Cancelled ? WasCancelled : (int)Verdict switch
    {
        (int)VerdictOutcome.Passed => 0,
        (int)VerdictOutcome.Failed => 1,
        (int)VerdictOutcome.Invalid => 3,
        _ => 4,
    };

    public static LocalResult Of(RunEnd end, Verdict verdict, TimeSpan cpu)
    {
        var total = end.Total.Total();
        var figures = RunFigures.Of(total, end.Total.Seconds);
        return new LocalResult
        {
            TotalRequests = figures.TotalRequests,
            FailedRequests = figures.FailedRequests,
            ThroughputRps = figures.ThroughputRps,
            ErrorRate = figures.ErrorRate,
            AvgResponseTime = figures.AvgResponseTime,
            P50ResponseTime = figures.P50ResponseTime,
            P95ResponseTime = figures.P95ResponseTime,
            P99ResponseTime = figures.P99ResponseTime,
            MaxResponseTime = figures.MaxResponseTime,
            P99ServiceTime = Math.Round(total.Service.PercentileMs(99), 4),
            ChecksPassed = figures.ChecksPassed,
            ChecksFailed = figures.ChecksFailed,
            Iterations = end.Total.Iterations.Started,
            Dropped = end.Total.Iterations.Dropped,
            SendLagP99 = Math.Round(end.Total.Lag.PercentileMs(99), 4),
            CpuSeconds = Math.Round(cpu.TotalSeconds, 3),
            PeakMemoryBytes = end.Total.Health.MemoryBytes,
            Verdict = verdict.Outcome,
            Criteria = verdict.Criteria,
            Reasons = verdict.Reasons,
            ErrorTypes = total.ErrorTypes,
            Timings = PhaseFigures.Of(total.Phases),
            MessagesReceived = total.MessagesReceived,
            LoopDelayMax = Math.Round(end.Total.Health.LoopDelayMs, 3),
            GcPauseMax = Math.Round(end.Total.Health.GcPauseMs, 3),
            Cancelled = end.Cancelled,
        };
    }

    /// <summary>The result for a person.</summary>
    public void Write(TextWriter say)
    {
        say.WriteLine();
        say.WriteLine(Invariant($"requests      {TotalRequests} ({ThroughputRps:0.#}/s), failed {FailedRequests} ({ErrorRate:0.##} %), dropped arrivals {Dropped}"));
        say.WriteLine(Invariant($"response ms   avg {AvgResponseTime:0.###}  p50 {P50ResponseTime:0.###}  p95 {P95ResponseTime:0.###}  p99 {P99ResponseTime:0.###}  max {MaxResponseTime:0.###}"));
        say.WriteLine(Invariant($"generator     lag p99 {SendLagP99:0.###} ms, CPU {CpuSeconds:0.##} s, memory {PeakMemoryBytes / 1024 / 1024} MB"));
        foreach (var (error, count) in ErrorTypes.OrderByDescending(e => e.Value))
            say.WriteLine(Invariant($"error         {error}: {count}"));
        foreach (var criterion in Criteria)
            say.WriteLine(Invariant($"{(criterion.Passed ? "passed" : "FAILED")}        {criterion.Title} (measured {criterion.Value:0.###})"));
        say.WriteLine(Invariant($"verdict       {(Cancelled ? "cancelled" : Verdict.ToString().ToLowerInvariant())}"));
        foreach (var reason in Reasons)
            say.WriteLine($"              {reason}");
    }
}
