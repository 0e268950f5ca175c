using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>What CI jobs call: the same executions and configurations, with one body for all a job has to say.</summary>
internal static class PerformanceTestEndpoints
{
    private const string Path = "/api/performance/tests";

    public static void MapPerformanceTests(this WebApplication app)
    {
        var group = app.MapGroup(Path);
        group.MapGet("", ListAsync);
        group.MapPost("execute", ExecuteAsync);
        group.MapGet("{id:guid}", GetAsync);
        group.MapPut("{id:guid}/config", ChangeAsync);
        group.MapDelete("{id:guid}", DeleteAsync);
    }

    private static async Task<PerformanceTestListAnswer> ListAsync(
        IQuerySession session, string? status, string? testType, string? environment, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = new ListFilter()
            .Add("d.data ->> 'hidden_at' is null")
            .AddIf(ListFilter.OneOf<TestType>("testType", testType), "d.data -> 'request' -> 'configuration' -> 'plan' ->> 'test_type' = ?")
            .AddIf(ListFilter.OneOf<PerformanceTestStatus>("status", status),
                "case d.data ->> 'status' when 'scheduled' then 'queued' when 'paused' then 'running' when 'cancelled' then 'failed' else d.data ->> 'status' end = ?")
            .AddIf(environment, "d.data -> 'request' -> 'configuration' ->> 'environment' = ?");
        var (found, next) = await ExecutionList.ReadAsync(session, filter, limit, cursor, cancellation);
        return new PerformanceTestListAnswer(true, [.. found.Select(PerformanceTestRun.Of)], next);
    }

    private static async Task<IResult> ExecuteAsync(HttpContext http, IConfigurationClient configurations, RunRequests requests, TimeProvider time)
    {
        var asked = await http.Request.ReadAsync(PerformanceTestRequest.Read);
        var (x, _) = await requests.AskAsync(http, $"performance test|{asked.Plan.ToJsonString()}|{asked.BaseUrl}|{asked.ExecutionName}", async () =>
            new NewRun(await configurations.KeepAsync(asked.Plan, asked.BaseUrl, http.RequestAborted).OrRefuseAsync(asked.PathOf), asked.ExecutionName));
        return Results.Accepted($"{Path}/{x.Id}", PerformanceTestAnswer.Of(x, time.GetUtcNow()));
    }

    private static async Task<PerformanceTestAnswer> GetAsync(Guid id, IQuerySession session, TimeProvider time, CancellationToken cancellation) =>
        PerformanceTestAnswer.Of(await FindAsync(session, id, cancellation), time.GetUtcNow());

    // For later runs: the test itself goes on as it was asked for.
    private static async Task<PerformanceTestConfigAnswer> ChangeAsync(Guid id, HttpContext http, IQuerySession session, IConfigurationClient configurations)
    {
        var x = await FindAsync(session, id, http.RequestAborted);
        var configuration = x.Request.Configuration;
        var defaults = new PerformanceTestDefaults(x.Plan.Name, WireNames<TestType>.ToValue.First(t => t.Value == x.Plan.TestType).Key, configuration.Environment);
        var asked = await http.Request.ReadAsync(body => PerformanceTestRequest.ReadEither(body, defaults));
        var kept = await configurations.ChangeAsync(configuration.ConfigurationId, asked.Plan, asked.BaseUrl, http.RequestAborted).OrRefuseAsync(asked.PathOf);
        return new PerformanceTestConfigAnswer(true, id, kept.ConfigurationId, kept.Version, $"Later runs of {kept.Plan.Name} use version {kept.Version}.");
    }

    private static async Task<PerformanceTestAnswer> DeleteAsync(
        Guid id, HttpContext http, IQuerySession session, Executions executions, TimeProvider time)
    {
        await FindAsync(session, id, http.RequestAborted);
        var by = InternalIdentity.CallerOf(http).User;
        var x = await executions.DecideAsync(id, x => ExecutionDecisions.Hide(x, by, time.GetUtcNow()), by, http.RequestAborted);
        return PerformanceTestAnswer.Of(x, time.GetUtcNow());
    }

    private static async Task<Execution> FindAsync(IQuerySession session, Guid id, CancellationToken cancellation) =>
        await session.LoadAsync<Execution>(id, cancellation) is { IsHidden: false } x ? x : throw RefusalException.NotFound("performance test", id);
}
