using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>An execution as callers see it (requirements R1.2). Times are ms, rates %, memory bytes.</summary>
public sealed record ExecutionResource
{
    public required Guid Id { get; init; }

    public required Guid ConfigurationId { get; init; }

    public required string ExecutionName { get; init; }

    public required ExecutionStatus Status { get; init; }

    /// <summary>Where it stands in the line for workers; null when it does not wait.</summary>
    public QueuePlace? Queue { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public double DurationSeconds { get; init; }

    public double PlannedDurationSeconds { get; init; }

    public long TotalRequests { get; init; }

    public long SuccessfulRequests { get; init; }

    public long FailedRequests { get; init; }

    /// <summary>Of all requests, those that another tool sent and reported.</summary>
    public long ExternalRequests { get; init; }

    public double AvgResponseTime { get; init; }

    public double MinResponseTime { get; init; }

    public double MaxResponseTime { get; init; }

    public double P50ResponseTime { get; init; }

    public double P95ResponseTime { get; init; }

    public double P99ResponseTime { get; init; }

    public double ThroughputRps { get; init; }

    public double ErrorRate { get; init; }

    public long ChecksPassed { get; init; }

    public long ChecksFailed { get; init; }

    /// <summary>What journeys or other tools measured by names of their own.</summary>
    public IReadOnlyDictionary<string, CustomMetric> CustomMetrics { get; init; } = new Dictionary<string, CustomMetric>();

    public long PeakMemoryUsage { get; init; }

    public double PeakCpuUsage { get; init; }

    public int ConcurrentUsersPeak { get; init; }

    /// <summary>The most requests that lost workers may have sent and nobody counted; null when nothing limits them.</summary>
    public long? UnknownRequestsMax { get; init; }

    public VerdictOutcome? Verdict { get; init; }

    public bool? SuccessCriteriaMet { get; init; }

    public required ExecutionSummary Summary { get; init; }

    public required ErrorDetails ErrorDetails { get; init; }

    public required Manifest Manifest { get; init; }

    public Guid? RerunOf { get; init; }

    public required string RequestedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The resource, with the figures of the judgement once it is there, and those to date before.</summary>
    public static ExecutionResource Of(Execution x, LiveFigures.Standing? live, DateTimeOffset now, QueuePlace? queue = null)
    {
        var figures = x.Analysis?.Figures ?? live?.Last.ToDate ?? new RunFigures();
        var peaks = x.Analysis?.Peaks;
        return new ExecutionResource
        {
            Id = x.Id,
            ConfigurationId = x.Request.Configuration.ConfigurationId,
            ExecutionName = x.Request.Name,
            Status = x.Status,
            Queue = queue,
            StartedAt = x.StartAt <= now || x.IsOver ? x.StartAt : null,
            CompletedAt = x.EndedAt,
            DurationSeconds = Math.Round(peaks?.LoadSeconds ?? x.Elapsed(now).TotalSeconds, 3),
            PlannedDurationSeconds = x.Load.Shape.Duration.TotalSeconds,
            TotalRequests = figures.TotalRequests,
            SuccessfulRequests = figures.SuccessfulRequests,
            FailedRequests = figures.FailedRequests,
            ExternalRequests = figures.ExternalRequests,
            AvgResponseTime = figures.AvgResponseTime,
            MinResponseTime = figures.MinResponseTime,
            MaxResponseTime = figures.MaxResponseTime,
            P50ResponseTime = figures.P50ResponseTime,
            P95ResponseTime = figures.P95ResponseTime,
            P99ResponseTime = figures.P99ResponseTime,
            ThroughputRps = figures.ThroughputRps,
            ErrorRate = figures.ErrorRate,
            ChecksPassed = figures.ChecksPassed,
            ChecksFailed = figures.ChecksFailed,
            CustomMetrics = figures.CustomMetrics ?? new Dictionary<string, CustomMetric>(),
            UnknownRequestsMax = peaks is null ? 0 : peaks.UnknownRequestsMax,
            PeakMemoryUsage = peaks?.PeakMemoryUsage ?? live?.Last.Window.Health.MemoryBytes ?? 0,
            PeakCpuUsage = Math.Round(peaks?.PeakCpuUsage ?? live?.Last.Window.Health.CpuPercent ?? 0, 2),
            ConcurrentUsersPeak = peaks?.ConcurrentUsersPeak ?? live?.Last.Window.VirtualUsers ?? 0,
            Verdict = x.Analysis?.Verdict.Outcome,
            SuccessCriteriaMet = x.Analysis?.Verdict.SuccessCriteriaMet,
            Summary = new ExecutionSummary(
                x.Request.Configuration.Environment, x.Plan.TestType, x.Request.Seed, x.Shards.Count, x.Analysis?.Verdict.Criteria ?? [], x.Analysis?.Verdict.Reasons ?? [],
                x.Request.Configuration.Scale?.Users ?? 1, x.Request.Configuration.Scale?.Time ?? 1),
            ErrorDetails = new ErrorDetails(x.Reason, peaks?.ErrorTypes ?? new Dictionary<string, long>()),
            Manifest = Manifest.Of(x),
            RerunOf = x.Request.RerunOf,
            RequestedBy = x.Request.RequestedBy,
            CreatedAt = x.Request.At,
        };
    }
}

/// <summary>What the verdict rests on.</summary>
public sealed record ExecutionSummary(
    string Environment, TestType TestType, int Seed, int Shards, IReadOnlyList<CriterionResult> Criteria, IReadOnlyList<string> Reasons, double Scale, double TimeScale);

/// <summary>Why a run did not end well, and what went wrong with its requests.</summary>
public sealed record ErrorDetails(string? Reason, IReadOnlyDictionary<string, long> ErrorTypes);

/// <summary>How a run stands at its last closed second: figures of that second alone.</summary>
public sealed record CurrentMetrics
{
    public int TimestampOffset { get; init; }

    public int VirtualUsers { get; init; }

    public double RequestsPerSecond { get; init; }

    public double AvgResponseTime { get; init; }

    public double P95ResponseTime { get; init; }

    public double P99ResponseTime { get; init; }

    public double ErrorRate { get; init; }

    public double CpuUsage { get; init; }

    public long MemoryUsage { get; init; }

    public static CurrentMetrics Of(LiveFigures.Standing standing)
    {
        var (second, window) = (standing.Last.Second, standing.Last.Window);
        var figures = RunFigures.Of(window.Total(), window.Seconds);
        return new CurrentMetrics
        {
            TimestampOffset = second,
            VirtualUsers = window.VirtualUsers,
            RequestsPerSecond = figures.ThroughputRps,
            AvgResponseTime = figures.AvgResponseTime,
            P95ResponseTime = figures.P95ResponseTime,
            P99ResponseTime = figures.P99ResponseTime,
            ErrorRate = figures.ErrorRate,
            CpuUsage = Math.Round(window.Health.CpuPercent, 2),
            MemoryUsage = window.Health.MemoryBytes,
        };
    }
}

[Envelope]
public sealed record ExecutionAnswer(bool Success, ExecutionResource Execution, string Message);

[Envelope]
public sealed record ExecutionStatusAnswer(bool Success, ExecutionResource Execution, CurrentMetrics? CurrentMetrics, double Progress);

[Envelope]
public sealed record StopAllAnswer(bool Success, IReadOnlyList<Guid> Stopped, string Message);

[Envelope]
public sealed record ExecutionListAnswer(bool Success, IReadOnlyList<ExecutionResource> Executions, string? NextCursor);

[Envelope]
public sealed record ExecutionEventsAnswer(bool Success, IReadOnlyList<ExecutionEvent> Events);

/// <summary>One event of a run's life, with who and when.</summary>
public sealed record ExecutionEvent(long Version, string Type, DateTimeOffset At, string? By, System.Text.Json.Nodes.JsonObject Data);
