using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

internal static class ExecutionEndpoints
{
    private const int LongestKey = 200;

    // The plan with its data, and what templates read, are looked up in the configuration, not in a run's history.
    private static readonly string[] NotShown = ["configuration", "request_hash"];

    public static void MapExecutions(this WebApplication app)
    {
        app.MapPost("/api/load-testing/execute", ExecuteAsync);
        app.MapGet("/internal/executions/{id:guid}/state", StateAsync);
        var group = app.MapGroup("/api/load-testing/executions");
        group.MapGet("", ListAsync);
        group.MapGet("{id:guid}/status", StatusAsync);
        group.MapGet("{id:guid}/events", EventsAsync);
        group.MapPost("{id:guid}/stop", (Guid id, HttpContext http, Steering s) => s.SteerAsync(id, http, "is being stopped",
            (x, by, at) => ExecutionDecisions.Stop(x, by, $"stopped by {by}", asFailure: false, at)));
        group.MapPost("{id:guid}/pause", (Guid id, HttpContext http, Steering s) => s.SteerAsync(id, http, "is paused", ExecutionDecisions.Pause));
        group.MapPost("{id:guid}/resume", (Guid id, HttpContext http, Steering s) => s.SteerAsync(id, http, "goes on", ExecutionDecisions.Resume));
    }

    private static async Task<IResult> ExecuteAsync(
        HttpContext http, IConfigurationClient configurations, IDocumentStore store, Executions executions, Fleet fleet, TimeProvider time)
    {
        var (configurationId, name) = await http.Request.ReadAsync(ReadExecute);
        var by = InternalIdentity.CallerOf(http).User;
        var key = KeyOf(http);
        var hash = key is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{configurationId}|{name}")));
        var id = key is null ? Guid.CreateVersion7() : NamedGuid.Of($"{by}\n{key}");
        if (key is not null && await FindAsync(store, id, http.RequestAborted) is { } earlier)
            return Again(earlier, hash, time);
        var configuration = await RunnableAsync(configurations, configurationId, http.RequestAborted);
        var now = time.GetUtcNow();
        var request = new ExecutionRequested(
            id, name ?? string.Create(CultureInfo.InvariantCulture, $"Test {now:yyyy-MM-dd HH:mm:ss}"), configuration,
            configuration.Plan.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue), by, hash, now);
        var assigned = ExecutionDecisions.Assign(Execution.Create(request), fleet.Free(await executions.ActiveAsync(http.RequestAborted)), now);
        try
        {
            await using var session = store.LightweightSession();
            session.SetHeader("actor", by);
            session.Events.StartStream<Execution>(id, [request, .. assigned]);
            await session.SaveChangesAsync(http.RequestAborted);
        }
        catch (ExistingStreamIdCollisionException)
        {
            return Again((await FindAsync(store, id, http.RequestAborted))!, hash, time);
        }

        var execution = ExecutionResource.Of(Execution.Create(request), null, now);
        return Results.Accepted($"/api/load-testing/executions/{id}/status", new ExecutionAnswer(true, execution, $"{execution.ExecutionName} is scheduled."));
    }

    private static (Guid ConfigurationId, string? Name) ReadExecute(DocumentNode body)
    {
        var given = body.RequiredText("configurationId");
        if (!Guid.TryParse(given, out var id) && given.Length > 0)
            body.Error("configurationId", "must be the id of a configuration");
        return (id, body.Text("executionName"));
    }

    private static string? KeyOf(HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > LongestKey)
            throw RefusalException.Field("Idempotency-Key", $"must be at most {LongestKey} characters");
        return key.Length == 0 ? null : key;
    }

    private static async Task<Contracts.RunnableConfiguration> RunnableAsync(IConfigurationClient configurations, Guid id, CancellationToken cancellation)
    {
        var answer = await configurations.RunnableAsync(id, cancellation);
        if (answer.ResponseMessage.IsSuccessStatusCode)
            return answer.GetContent();
        var problem = JsonNode.Parse(answer.StringContent ?? "{}");
        var errors = problem?["errors"].Deserialize<Dictionary<string, string[]>>();
        throw new RefusalException((int)answer.ResponseMessage.StatusCode, problem?["error"]?.ToString() ?? "The configuration cannot be run.", errors);
    }

    private static async Task<Execution?> FindAsync(IDocumentStore store, Guid id, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<Execution>(id, cancellation);
    }

    // The same key with the same body is the same run; with another body it is a mistake.
    private static IResult Again(Execution earlier, string? hash, TimeProvider time) => earlier.Request.RequestHash == hash
        ? Results.Accepted($"/api/load-testing/executions/{earlier.Id}/status", new ExecutionAnswer(
            true, ExecutionResource.Of(earlier, null, time.GetUtcNow()), $"{earlier.Request.Name} was asked for before."))
        : throw new RefusalException(StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key was used before with another body.");

    private static async Task<ExecutionListAnswer> ListAsync(
        IQuerySession session, LiveFigures live, TimeProvider time, string? limit, string? status, string? configurationId, string? cursor, CancellationToken cancellation)
    {
        var query = ExecutionQuery.Of(limit, status, configurationId, cursor);
        var found = await session.QueryAsync<Execution>(query.Sql, cancellation, query.Values);
        var shown = found.Take(query.Limit).Select(x => ExecutionResource.Of(x, live.Of(x.Id), time.GetUtcNow())).ToList();
        return new ExecutionListAnswer(true, shown, found.Count > query.Limit ? ExecutionQuery.CursorAfter(found[query.Limit - 1]) : null);
    }

    private static async Task<ExecutionStatusAnswer> StatusAsync(
        Guid id, IQuerySession session, LiveFigures live, TimeProvider time, CancellationToken cancellation)
    {
        var x = await session.LoadAsync<Execution>(id, cancellation) ?? throw RefusalException.NotFound("execution", id);
        var (standing, now) = (live.Of(id), time.GetUtcNow());
        var isRunning = x.Phase is ExecutionPhase.Running or ExecutionPhase.Paused && standing is not null;
        var progress = Math.Clamp(100 * (x.Elapsed(now) / x.Plan.Shape.Duration), 0, 100);
        return new ExecutionStatusAnswer(
            true, ExecutionResource.Of(x, standing, now), isRunning ? CurrentMetrics.Of(standing!) : null, Math.Round(progress, 1));
    }

    // For the live feed. The version is read first, so that no change can be taken for known that is not.
    private static async Task<Contracts.ExecutionStateChanged> StateAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchStreamStateAsync(id, cancellation) ?? throw RefusalException.NotFound("execution", id);
        var x = (await session.LoadAsync<Execution>(id, cancellation))!;
        return new Contracts.ExecutionStateChanged(id, stream.Version, Announcer.NameOf(x.Status), x.Reason, x.Request.RequestedBy, stream.LastTimestamp);
    }

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
