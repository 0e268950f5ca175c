using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Measurement;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Analysis.Baselines;

// The life of a baseline. There is one for a configuration, or a type of test, and an environment.

public sealed record BaselineEstablished(Guid Id, BaselineScope Scope, Guid? ConfigurationId, TestType TestType, string Environment, BaselineValues Values, string By, DateTimeOffset At);

/// <summary>Another run took its place: what it measured is from now on how it should be.</summary>
public sealed record BaselineAccepted(BaselineValues Values, string By, DateTimeOffset At);

/// <summary>What a baseline speaks for.</summary>
public enum BaselineScope
{
    Configuration,
    TestType,
}

/// <summary>What one run set. Times are ms, the error rate %, throughput requests per second.</summary>
public sealed record BaselineValues(
    Guid ExecutionId, double BaselineAvgResponseTimeMs, double BaselineP95ResponseTimeMs, double BaselineErrorRate, double BaselineThroughputRps,
    AcceptableVariance AcceptableVariance, DateTimeOffset EstablishedAt, string EstablishedBy)
{
    public static BaselineValues Of(Guid execution, RunFigures figures, AcceptableVariance variance, string by, DateTimeOffset at) => new(
        execution, figures.AvgResponseTime, figures.P95ResponseTime, figures.ErrorRate, figures.ThroughputRps, variance, at, by);
}

/// <summary>How a system is known to fare (requirements R1.10).</summary>
public sealed record Baseline : Resource
{
    public BaselineScope Scope { get; init; }

    public Guid? ConfigurationId { get; init; }

    public TestType TestType { get; init; }

    public required string Environment { get; init; }

    public required BaselineValues Values { get; init; }

    /// <summary>What stood before, oldest first.</summary>
    public IReadOnlyList<BaselineValues> Earlier { get; init; } = [];

    protected override object BodyToShow => Values;

    protected override JsonObject MoreToShow => new()
    {
        ["scope"] = WireNames<BaselineScope>.ToValue.First(n => n.Value == Scope).Key,
        ["configuration_id"] = ConfigurationId,
        ["test_type"] = WireNames<TestType>.ToValue.First(n => n.Value == TestType).Key,
        ["environment"] = Environment,
        ["earlier"] = new JsonArray([.. Earlier.Select(e => System.Text.Json.JsonSerializer.SerializeToNode(e, WireJson.Options))]),
    };

    public static Guid IdOf(BaselineScope scope, RunToJudge run)
    {
        var about = scope == BaselineScope.Configuration ? run.ConfigurationId.ToString() : run.Plan.TestType.ToString();
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"baseline|{scope}|{about}|{run.Environment}")).AsSpan(0, 16));
    }

    public static Baseline Create(IEvent<BaselineEstablished> e) => new()
    {
        Id = e.Data.Id,
        Scope = e.Data.Scope,
        ConfigurationId = e.Data.ConfigurationId,
        TestType = e.Data.TestType,
        Environment = e.Data.Environment,
        Values = e.Data.Values,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
    };

    public static Baseline Apply(IEvent<BaselineAccepted> e, Baseline before) =>
        before with { Values = e.Data.Values, Earlier = [.. before.Earlier, before.Values], UpdatedAt = e.Data.At };

    /// <summary>The first baseline of its kind.</summary>
    public static BaselineEstablished Establish(BaselineScope scope, RunToJudge run, BaselineValues values, string by, DateTimeOffset now) => new(
        IdOf(scope, run), scope, scope == BaselineScope.Configuration ? run.ConfigurationId : null, run.Plan.TestType, run.Environment, values, by, now);
}
