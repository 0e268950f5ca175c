using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

internal static class ExecutionEndpoints
{
    // The plan with its data, and what templates read, are looked up in the configuration, not in a run's history.
    private static readonly string[] NotShown = ["configuration", "request_hash"];

    private const int RequestsAtOnce = 100;

    public static void MapExecutions(this WebApplication app)
    {
        app.MapPost("/api/load-testing/execute", ExecuteAsync);
        app.MapPost("/api/load-testing/stop-all", StopAllAsync);
        app.MapGet("/internal/executions/{id:guid}/state", StateAsync);
        app.MapGet("/internal/executions/{id:guid}/interventions", InterventionsAsync);
        app.MapGet("/internal/executions/{id:guid}/search-steps", async (Guid id, IQuerySession session, CancellationToken cancellation) =>
            (await session.LoadAsync<Execution>(id, cancellation))?.SearchSteps ?? []);
        app.MapGet("/internal/executions/requested-after/{last:guid}", RequestsAsync);
        var group = app.MapGroup("/api/load-testing/executions");
        group.MapGet("", ListAsync);
        group.MapPost("{id:guid}/rerun", RerunAsync);
        group.MapGet("{id:guid}/status", StatusAsync);
        group.MapGet("{id:guid}/events", EventsAsync);
        group.MapPost("{id:guid}/stop", (Guid id, HttpContext http, Steering s) => s.SteerAsync(id, http, "is being stopped",
            (x, by, at) => ExecutionDecisions.Stop(x, by, $"stopped by {by}", asFailure: false, at)));
        group.MapPost("{id:guid}/pause", (Guid id, HttpContext http, Steering s) => s.SteerAsync(id, http, "is paused", ExecutionDecisions.Pause));
        group.MapPost("{id:guid}/steer", ChangeLoadAsync);
        group.MapPost("{id:guid}/resume", (Guid id, HttpContext http, Steering s) => s.SteerAsync(id, http, "goes on", ExecutionDecisions.Resume));
    }

    private static async Task<IResult> ExecuteAsync(HttpContext http, IConfigurationClient configurations, RunRequests requests, TimeProvider time)
    {
        var body = await http.Request.ReadAsync(ExecuteBody.Read);
        return Accepted(time, await requests.AskAsync(http, body.Content, async () =>
            new NewRun(await body.RunnableAsync(configurations, http.RequestAborted), body.Name)));
    }

    // What it was asked for then, if its environment allows that now.
    private static async Task<IResult> RerunAsync(
        Guid id, HttpContext http, IQuerySession session, IConfigurationClient configurations, RunRequests requests, TimeProvider time)
    {
        var name = await http.Request.ReadIfAnyAsync(body => body.Text("executionName"));
        var x = await session.LoadAsync<Execution>(id, http.RequestAborted) ?? throw RefusalException.NotFound("execution", id);
        return Accepted(time, await requests.AskAsync(http, $"rerun|{id}|{name}", async () =>
            Rerun.Of(x, name, await configurations.CheckAsync(Rerun.PlanToCheck(x), http.RequestAborted).OrRefuseAsync())));
    }

    private static async Task<ExecutionAnswer> ChangeLoadAsync(Guid id, HttpContext http, Steering steering)
    {
        var wish = await http.Request.ReadAsync(LoadWish.Read);
        var caller = InternalIdentity.CallerOf(http);
        return await steering.SteerAsync(id, http, wish.InWords, (x, _, at) => wish.Decide(x, caller, at));
    }

    private static async Task<StopAllAnswer> StopAllAsync(HttpContext http, Executions executions, TimeProvider time)
    {
        var reason = await http.Request.ReadIfAnyAsync(body => body.Text("reason"));
        var by = InternalIdentity.CallerOf(http).User;
        var why = $"everything was stopped by {by}" + (reason is null ? "" : $": {reason}");
        var stopped = await executions.StopAllAsync(by, why, time.GetUtcNow(), http.RequestAborted);
        return new StopAllAnswer(true, stopped, stopped.Count == 1 ? "1 execution is being stopped." : $"{stopped.Count} executions are being stopped.");
    }

    // A new execution is shown as it was asked for; a retry sees how far it is.
    internal static IResult Accepted(TimeProvider time, (Execution Execution, bool Before) asked)
    {
        var x = asked.Execution;
        return Results.Accepted($"/api/load-testing/executions/{x.Id}/status", new ExecutionAnswer(
            true, ExecutionResource.Of(x, null, time.GetUtcNow()), x.Request.Name + (asked.Before ? " was asked for before." : " is scheduled.")));
    }

    private static async Task<ExecutionListAnswer> ListAsync(
        IQuerySession session, LiveFigures live, QueuePlaces queue, TimeProvider time, string? limit, string? status, string? configurationId, string? cursor,
        CancellationToken cancellation)
    {
        var filter = new ListFilter()
            .AddIf(ListFilter.OneOf<ExecutionStatus>("status", status), "d.data ->> 'status' = ?")
            .AddIf(ListFilter.Id("configurationId", configurationId, "a configuration"), "d.data -> 'request' -> 'configuration' ->> 'configuration_id' = ?");
        var (found, next) = await ExecutionList.ReadAsync(session, filter, limit, cursor, cancellation);
        var places = await queue.OfAsync(found, cancellation);
        return new ExecutionListAnswer(true, [.. found.Select(x => ExecutionResource.Of(x, live.Of(x.Id), time.GetUtcNow(), places(x)))], next);
    }

    private static async Task<ExecutionStatusAnswer> StatusAsync(
        Guid id, IQuerySession session, LiveFigures live, QueuePlaces queue, TimeProvider time, CancellationToken cancellation)
    {
        var x = await session.LoadAsync<Execution>(id, cancellation) ?? throw RefusalException.NotFound("execution", id);
        var (standing, now) = (live.Of(id), time.GetUtcNow());
        var isRunning = x.Status == ExecutionStatus.Running && standing is not null;
        var progress = Math.Clamp(100 * (x.Elapsed(now) / x.Load.Shape.Duration), 0, 100);
        return new ExecutionStatusAnswer(
            true, ExecutionResource.Of(x, standing, now, (await queue.OfAsync([x], cancellation))(x)), isRunning ? CurrentMetrics.Of(standing!) : null, Math.Round(progress, 1));
    }

    // For the live feed. The version is read first, so that no change can be taken for known that is not.
    private static async Task<Contracts.ExecutionStateChanged> StateAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchStreamStateAsync(id, cancellation) ?? throw RefusalException.NotFound("execution", id);
        var x = (await session.LoadAsync<Execution>(id, cancellation))!;
        return new Contracts.ExecutionStateChanged(id, stream.Version, Announcer.NameOf(x.Status), x.Reason, x.Request.RequestedBy, stream.LastTimestamp);
    }

    // For services whose copies are to be made anew.
    private static async Task<IReadOnlyList<Contracts.ExecutionRequested>> RequestsAsync(Guid last, IQuerySession session, CancellationToken cancellation)
    {
        var page = await session.QueryAsync<Execution>($"where d.id > ? order by d.id limit {RequestsAtOnce}", cancellation, last);
        return [.. page.Select(x => Announcer.Public(x.Request, x))];
    }

    private static async Task<IReadOnlyList<Contracts.Intervention>> InterventionsAsync(Guid id, IQuerySession session, CancellationToken cancellation) =>
        Interventions.Of((await session.Events.FetchStreamAsync(id, token: cancellation)).Select(e => e.Data));

    private static async Task<ExecutionEventsAnswer> EventsAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var events = await session.Events.FetchStreamAsync(id, token: cancellation);
        if (events.Count == 0)
            throw RefusalException.NotFound("execution", id);
        return new ExecutionEventsAnswer(true, [.. events.Select(e => new ExecutionEvent(
            e.Version, e.EventTypeName, e.Timestamp, e.GetHeader("actor")?.ToString(), DataOf(e)))]);
    }

    private static JsonObject DataOf(IEvent e)
    {
        var data = (JsonObject)JsonSerializer.SerializeToNode(e.Data, e.Data.GetType(), WireJson.Options)!;
        foreach (var member in NotShown)
            data.Remove(member);
        return data;
    }
}

/// <summary>Carries out what a person asks of a running execution.</summary>
internal sealed class Steering(Executions executions, LiveFigures live, TimeProvider time)
{
    public async Task<ExecutionAnswer> SteerAsync(
        Guid id, HttpContext http, string now, Func<Execution, string, DateTimeOffset, IEnumerable<object>> decide)
    {
        var by = InternalIdentity.CallerOf(http).User;
        var x = await executions.DecideAsync(id, x => decide(x, by, time.GetUtcNow()), by, http.RequestAborted);
        return new ExecutionAnswer(true, ExecutionResource.Of(x, live.Of(id), time.GetUtcNow()), $"{x.Request.Name} {now}.");
    }
}
