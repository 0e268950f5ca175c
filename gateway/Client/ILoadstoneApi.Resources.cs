using System.Text.Json.Nodes;
using RestEase;

namespace Loadstone.Client;

/// <summary>What is kept under a name: configurations, scenarios, plans, benchmarks and environments.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>Benchmarks in use of one environment, by name.</summary>
    [Get("api/load-testing/benchmarks")]
    Task<BenchmarkList> BenchmarksAsync(
        [Query] string? environment, [Query] string? benchmarkType, [Query] string? endpoint, [Query] string? validationStatus, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a benchmark; its name is unique in its environment.</summary>
    [Post("api/load-testing/benchmarks")]
    Task<BenchmarkAnswer> CreateBenchmarkAsync([Body] JsonObject benchmark, CancellationToken cancellation);

    /// <summary>One benchmark, also when it is no longer in use.</summary>
    [Get("api/load-testing/benchmarks/{id}")]
    Task<BenchmarkAnswer> BenchmarkAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the benchmark; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/benchmarks/{id}")]
    Task<BenchmarkAnswer> UpdateBenchmarkAsync([Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject benchmark, CancellationToken cancellation);

    /// <summary>Takes the benchmark out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/benchmarks/{id}")]
    Task<BenchmarkAnswer> DeleteBenchmarkAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the benchmark, in order, with who and when.</summary>
    [Get("api/load-testing/benchmarks/{id}/history")]
    Task<HistoryList> BenchmarkHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Holds benchmarks against what a run measured, and keeps what was found with each.</summary>
    [Post("api/load-testing/benchmarks/validate")]
    Task<ValidationAnswer> ValidateBenchmarksAsync([Body] JsonObject body, CancellationToken cancellation);

    /// <summary>One configuration, also when it is no longer in use.</summary>
    [Get("api/load-testing/configurations/{id}")]
    Task<ConfigurationAnswer> ConfigurationAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Takes the configuration out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/configurations/{id}")]
    Task<ConfigurationAnswer> DeleteConfigurationAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the configuration, in order, with who and when.</summary>
    [Get("api/load-testing/configurations/{id}/history")]
    Task<HistoryList> ConfigurationHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>One environment, also when it is no longer in use.</summary>
    [Get("api/load-testing/environments/{id}")]
    Task<EnvironmentAnswer> EnvironmentAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Takes the environment out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/environments/{id}")]
    Task<EnvironmentAnswer> DeleteEnvironmentAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>Looks for the environment's token at its base URLs, which proves that they are yours to put under load.</summary>
    [Post("api/load-testing/environments/{id}/verify")]
    Task<VerifyEnvironmentAnswer> VerifyEnvironmentAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>What happened to the environment, in order, with who and when.</summary>
    [Get("api/load-testing/environments/{id}/history")]
    Task<HistoryList> EnvironmentHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Plans in use, newest first; the shipped ones come last.</summary>
    [Get("api/load-testing/plans")]
    Task<PlanList> PlansAsync(
        [Query] string? testType, [Query] string? name, [Query] string? shipped, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a plan. What an environment allows is asked when it is run.</summary>
    [Post("api/load-testing/plans")]
    Task<PlanAnswer> CreatePlanAsync([Body] JsonObject plan, CancellationToken cancellation);

    /// <summary>One plan, also when it is no longer in use.</summary>
    [Get("api/load-testing/plans/{id}")]
    Task<PlanAnswer> PlanAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the plan; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/plans/{id}")]
    Task<PlanAnswer> UpdatePlanAsync([Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject plan, CancellationToken cancellation);

    /// <summary>Takes the plan out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/plans/{id}")]
    Task<PlanAnswer> DeletePlanAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the plan, in order, with who and when.</summary>
    [Get("api/load-testing/plans/{id}/history")]
    Task<HistoryList> PlanHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Scenarios in use, newest first; the shipped ones, which are read only, come last.</summary>
    [Get("api/load-testing/scenarios")]
    Task<ScenarioList> ScenariosAsync(
        [Query] string? type, [Query] string? name, [Query] string? shipped, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a journey.</summary>
    [Post("api/load-testing/scenarios")]
    Task<ScenarioAnswer> CreateScenarioAsync([Body] JsonObject scenario, CancellationToken cancellation);

    /// <summary>One scenario, also when it is no longer in use.</summary>
    [Get("api/load-testing/scenarios/{id}")]
    Task<ScenarioAnswer> ScenarioAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the scenario; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/scenarios/{id}")]
    Task<ScenarioAnswer> UpdateScenarioAsync([Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject scenario, CancellationToken cancellation);

    /// <summary>Takes the scenario out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/scenarios/{id}")]
    Task<ScenarioAnswer> DeleteScenarioAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the scenario, in order, with who and when.</summary>
    [Get("api/load-testing/scenarios/{id}/history")]
    Task<HistoryList> ScenarioHistoryAsync([Path] Guid id, CancellationToken cancellation);
}
