using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Analysis.Benchmarks;

// The life of a benchmark.

public sealed record BenchmarkCreated(Guid Id, BenchmarkTarget Target, string By, DateTimeOffset At);

public sealed record BenchmarkChanged(BenchmarkTarget Target, string By, DateTimeOffset At);

public sealed record BenchmarkValidated(Guid ExecutionId, ValidationStatus Status, double? Actual, string By, DateTimeOffset At);

public sealed record BenchmarkDeactivated(string By, DateTimeOffset At);

public enum BenchmarkType
{
    ResponseTime,
    Throughput,
    ConcurrentUsers,
    ResourceUsage,
}

public enum ValidationStatus
{
    /// <summary>Not held against a run yet, or the run measured nothing of it.</summary>
    Pending,

    /// <summary>Every target was met.</summary>
    Passed,

    /// <summary>A target was missed by more than the margin.</summary>
    Failed,

    /// <summary>A target was just missed, or the run itself cannot be trusted.</summary>
    Warning,
}

/// <summary>What a system, or one of its endpoints, is to achieve (requirements R1.6).</summary>
public sealed record Benchmark : Resource
{
    public required BenchmarkTarget Target { get; init; }

    public DateTimeOffset? LastValidatedAt { get; init; }

    public ValidationStatus ValidationStatus { get; init; }

    protected override object BodyToShow => Target;

    protected override JsonObject MoreToShow => new()
    {
        ["last_validated_at"] = LastValidatedAt,
        ["validation_status"] = ValidationStatus.ToString().ToLowerInvariant(),
    };

    public static Benchmark Create(IEvent<BenchmarkCreated> e) => new()
    {
        Id = e.Data.Id,
        Target = e.Data.Target,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        LastEdition = e.Version,
    };

    // What was found of the old target says nothing of a new one.
    public static Benchmark Apply(IEvent<BenchmarkChanged> e, Benchmark before) => before with
    {
        IsActive = true,
        Target = e.Data.Target,
        ValidationStatus = e.Data.Target == before.Target ? before.ValidationStatus : ValidationStatus.Pending,
        UpdatedAt = e.Data.At,
        LastEdition = e.Version,
    };

    public static Benchmark Apply(IEvent<BenchmarkValidated> e, Benchmark before) =>
        before with { ValidationStatus = e.Data.Status, LastValidatedAt = e.Data.At };

    public static Benchmark Apply(IEvent<BenchmarkDeactivated> e, Benchmark before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, LastEdition = e.Version };
}

/// <summary>A benchmark as its author wrote it. Times are ms, rates %, throughput requests per second.</summary>
public sealed record BenchmarkTarget
{
    private const double LongestMs = 3_600_000;
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

    public string BenchmarkName { get; init; } = "";

    /// <summary>A path, or the name of an operation; null for the whole run.</summary>
    public string? EndpointPath { get; init; }

    public string? HttpMethod { get; init; }

    public double TargetResponseTime { get; init; }

    public double? TargetThroughput { get; init; }

    public double MaxErrorRate { get; init; } = 1;

    public BenchmarkType BenchmarkType { get; init; }

    public string Environment { get; init; } = BenchmarkEndpoints.DefaultEnvironment;

    public static BenchmarkTarget Read(DocumentNode node)
    {
        var target = new BenchmarkTarget
        {
            BenchmarkName = node.RequiredText("benchmark_name"),
            EndpointPath = node.Text("endpoint_path", 500),
            HttpMethod = node.Text("http_method"),
            TargetResponseTime = node.Number("target_response_time", 0.001, LongestMs) ?? 0,
            TargetThroughput = node.Number("target_throughput", 0.001, 1e9),
            MaxErrorRate = node.Number("max_error_rate", 0, 100) ?? 1,
            BenchmarkType = node.OneOf<BenchmarkType>("benchmark_type") ?? BenchmarkType.ResponseTime,
            Environment = node.Has("environment") ? node.RequiredText("environment") : BenchmarkEndpoints.DefaultEnvironment,
        };
        if (!node.Has("target_response_time"))
            node.Error("target_response_time", "is required");
        if (target.HttpMethod is { } method && !Methods.Contains(method))
            node.Error("http_method", $"must be one of {string.Join(", ", Methods)}");
        if (target is { BenchmarkType: BenchmarkType.Throughput, TargetThroughput: null } && !node.Has("target_throughput"))
            node.Error("target_throughput", "is required of a throughput benchmark");
        return target;
    }
}
