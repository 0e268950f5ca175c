using System.Text.Json.Nodes;
using RestEase;

namespace Loadstone.Client;

/// <summary>Runs at set times, and performance tests as build servers ask for them.</summary>
public partial interface ILoadstoneApi
{
    /// <summary>The history of tests, newest first; deleted ones are left out.</summary>
    [Get("api/performance/tests")]
    Task<PerformanceTestList> PerformanceTestsAsync(
        [Query] string? status, [Query] string? testType, [Query] string? environment, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Runs a test whose whole configuration is in the body.</summary>
    [Post("api/performance/tests/execute")]
    Task<PerformanceTestAnswer> ExecutePerformanceTestAsync([Header("Idempotency-Key")] string? key, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>How a test stands, and its results once it was judged.</summary>
    [Get("api/performance/tests/{id}")]
    Task<PerformanceTestAnswer> PerformanceTestAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Stops a test that goes on, and takes it out of the tests. The execution stays.</summary>
    [Delete("api/performance/tests/{id}")]
    Task<PerformanceTestAnswer> DeletePerformanceTestAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the configuration of a test for later runs.</summary>
    [Put("api/performance/tests/{id}/config")]
    Task<ChangePerformanceTestConfigAnswer> ChangePerformanceTestConfigAsync([Path] Guid id, [Body] JsonObject body, CancellationToken cancellation);

    /// <summary>Schedules in use, newest first.</summary>
    [Get("api/load-testing/schedules")]
    Task<ScheduleList> SchedulesAsync([Query] Guid? configurationId, [Query] string? active, [Query] int? limit, [Query] string? cursor, CancellationToken cancellation);

    /// <summary>Stores a schedule of a configuration that can be run.</summary>
    [Post("api/load-testing/schedules")]
    Task<ScheduleAnswer> CreateScheduleAsync([Body] JsonObject schedule, CancellationToken cancellation);

    /// <summary>One schedule, also when it is no longer in use.</summary>
    [Get("api/load-testing/schedules/{id}")]
    Task<ScheduleAnswer> ScheduleAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Replaces the schedule; the version that was read must be named. <paramref name="version"/> is the one that was read.</summary>
    [Put("api/load-testing/schedules/{id}")]
    Task<ScheduleAnswer> UpdateScheduleAsync([Path] Guid id, [Header("If-Match")] string version, [Body] JsonObject schedule, CancellationToken cancellation);

    /// <summary>Takes the schedule out of use; its history stays. <paramref name="version"/> is the one that was read.</summary>
    [Delete("api/load-testing/schedules/{id}")]
    Task<ScheduleAnswer> DeleteScheduleAsync([Path] Guid id, [Header("If-Match")] string version, CancellationToken cancellation);

    /// <summary>What happened to the schedule, in order, with who and when.</summary>
    [Get("api/load-testing/schedules/{id}/history")]
    Task<HistoryList> ScheduleHistoryAsync([Path] Guid id, CancellationToken cancellation);

    /// <summary>Starts a run of the schedule's configuration at once.</summary>
    [Post("api/load-testing/schedules/{id}/run-now")]
    Task<ExecutionAnswer> RunScheduleNowAsync([Path] Guid id, [Header("Idempotency-Key")] string? key, CancellationToken cancellation);
}
