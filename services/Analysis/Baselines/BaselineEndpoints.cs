using System.Text.Json.Nodes;
using Loadstone.Analysis.History;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.Baselines;

internal static class BaselineEndpoints
{
    private const string Path = "/api/load-testing/baselines";

    public static void MapBaselines(this WebApplication app)
    {
        app.MapGet(Path, ListAsync);
        app.MapPost(Path, EstablishAsync);
        app.MapPut(Path, AcceptAsync);
        app.MapGet(Path + "/{id:guid}", GetAsync);
        app.MapGet(Path + "/{id:guid}/history", HistoryAsync);
        app.MapGet("/api/load-testing/executions/{id:guid}/baseline", OfRunAsync);
        app.MapGet("/internal/executions/{id:guid}/baseline", RunToCompareWithAsync);
    }

    // For alerts while the run goes on.
    private static async Task<Contracts.RunToCompareWith> RunToCompareWithAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var run = await session.LoadAsync<RunToJudge>(id, cancellation) ?? throw RefusalException.NotFound("execution", id);
        return new Contracts.RunToCompareWith((await RunBaseline.FindAsync(session, run, cancellation))?.Values.ExecutionId);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? configurationId, string? environment, string? testType, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = new ListFilter()
            .AddIf(ListFilter.Id("configurationId", configurationId, "a configuration"), "d.data ->> 'configuration_id' = ?")
            .AddIf(environment, "d.data ->> 'environment' = ?")
            .AddIf(ListFilter.OneOf<TestType>("testType", testType), "d.data ->> 'test_type' = ?");
        return (await Page.ReadAsync<Baseline>(session, filter, limit, cursor, cancellation)).ToJson("baselines");
    }

    private static async Task<JsonObject> GetAsync(Guid id, IQuerySession session, CancellationToken cancellation) => Answer(await FindAsync(id, session, cancellation));

    private static async Task<HistoryAnswer> HistoryAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        await FindAsync(id, session, cancellation);
        return await HistoryAnswer.OfAsync(session, id, cancellation);
    }

    private static async Task<IResult> EstablishAsync(HttpContext http, IDocumentStore store, TimeProvider time)
    {
        await using var session = store.LightweightSession();
        var asked = await ReadAsync(http, session);
        var id = Baseline.IdOf(asked.Scope, asked.Run);
        // Said twice, it is said once.
        if (await session.LoadAsync<Baseline>(id, http.RequestAborted) is { } before && before.Values.ExecutionId != asked.Run.Id)
            throw RefusalException.Conflict($"There is a baseline of that already ({id}); accept the execution as the new one by PUT.");
        return Results.Created($"{Path}/{id}", Answer(await KeepAsync(asked, http, store, time)));
    }

    private static async Task<JsonObject> AcceptAsync(HttpContext http, IDocumentStore store, TimeProvider time)
    {
        await using var session = store.LightweightSession();
        return Answer(await KeepAsync(await ReadAsync(http, session), http, store, time));
    }

    private static async Task<Baseline> KeepAsync(Asked asked, HttpContext http, IDocumentStore store, TimeProvider time)
    {
        await using var session = store.LightweightSession();
        var (id, by, now) = (Baseline.IdOf(asked.Scope, asked.Run), InternalIdentity.CallerOf(http).User, time.GetUtcNow());
        var values = BaselineValues.Of(asked.Run.Id, asked.Judged.Judged.Figures, asked.Variance, by, now);
        var before = await session.LoadAsync<Baseline>(id, http.RequestAborted);
        if (before is null)
            await StartAsync(session, Baseline.Establish(asked.Scope, asked.Run, values, by, now), http.RequestAborted);
        else if (before.Values.ExecutionId != asked.Run.Id)
            await SideEvent.AppendAsync<Baseline>(store, id, new BaselineAccepted(values, by, now), by, http.RequestAborted);
        await using var after = store.QuerySession();
        return await FindAsync(id, after, http.RequestAborted);
    }

    private static async Task StartAsync(IDocumentSession session, BaselineEstablished established, CancellationToken cancellation)
    {
        session.SetHeader("actor", established.By);
        session.Events.StartStream<Baseline>(established.Id, established);
        try
        {
            await session.SaveChangesAsync(cancellation);
        }
        catch (ExistingStreamIdCollisionException)
        {
            throw RefusalException.Conflict("Somebody else has just established that baseline; read it again.");
        }
    }

    private static async Task<BaselineComparisonAnswer> OfRunAsync(Guid id, IQuerySession session, IIngestionClient ingestion, CancellationToken cancellation)
    {
        var run = await CompareEndpoint.FindAsync(id, session, cancellation);
        return new BaselineComparisonAnswer(true, await RunBaseline.OfTodayAsync(session, ingestion, run, cancellation));
    }

    private static async Task<Asked> ReadAsync(HttpContext http, IQuerySession session)
    {
        var (id, scope) = await http.Request.ReadAsync(ReadBody);
        var judged = await CompareEndpoint.FindAsync(id, session, http.RequestAborted);
        var run = judged.Run;
        if (!judged.IsTrusted)
            throw RefusalException.Conflict($"The execution {id} cannot be a baseline, for its measurement cannot be trusted: {judged.Judged.Verdict.Reasons[0]}.");
        var history = scope == BaselineScope.Configuration
            ? await RunHistory.OfConfigurationAsync(session, run.ConfigurationId, run.Environment, AcceptableVariance.MostRuns, http.RequestAborted)
            : await RunHistory.OfTypeAsync(session, run.Plan.TestType, run.Environment, AcceptableVariance.MostRuns, http.RequestAborted);
        return new Asked(scope, judged, AcceptableVariance.Of([.. history.Where(h => h.IsTrusted).Select(h => h.Judged.Figures)]));
    }

    private static (Guid Execution, BaselineScope Scope) ReadBody(DocumentNode body) =>
        (body.RequiredId("executionId", "an execution"), body.OneOf<BaselineScope>("scope") ?? BaselineScope.Configuration);

    private static async Task<Baseline> FindAsync(Guid id, IQuerySession session, CancellationToken cancellation) =>
        await session.LoadAsync<Baseline>(id, cancellation) ?? throw RefusalException.NotFound("baseline", id);

    private static JsonObject Answer(Baseline baseline) => new() { ["success"] = true, ["baseline"] = baseline.ToJson() };

    private sealed record Asked(BaselineScope Scope, JudgedRun Judged, AcceptableVariance Variance)
    {
        public RunToJudge Run => Judged.Run;
    }
}

[Envelope]
internal sealed record BaselineComparisonAnswer(bool Success, BaselineComparison? Comparison);
