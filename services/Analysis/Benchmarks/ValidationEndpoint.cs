using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.Benchmarks;

/// <summary>Holds benchmarks against a run, and keeps what was found with each.</summary>
internal static class ValidationEndpoint
{
    private const int Most = 200;

    public static async Task<ValidationAnswer> ValidateAsync(HttpContext http, IDocumentStore store, IIngestionClient ingestion, TimeProvider time)
    {
        var (executionId, ids) = await http.Request.ReadAsync(ReadBody);
        var cancellation = http.RequestAborted;
        await using var session = store.QuerySession();
        var run = await session.LoadAsync<RunToJudge>(executionId, cancellation) ?? throw RefusalException.NotFound("execution", executionId);
        var judgement = await session.LoadAsync<Judgement>(executionId, cancellation)
            ?? throw RefusalException.Conflict($"The execution {executionId} has no result yet: it is judged when the run has ended.");
        var benchmarks = await FindAsync(session, ids, run.Environment, cancellation);
        var measured = await ingestion.TotalAsync(executionId, cancellation);
        var items = benchmarks.Select(b => Validation.Hold(b, measured.Total, judgement.Last.Verdict)).ToList();
        var (by, now) = (InternalIdentity.CallerOf(http).User, time.GetUtcNow());
        foreach (var item in items.Where(i => i.Status != ValidationStatus.Pending))
            await SideEvent.AppendAsync<Benchmark>(store, item.BenchmarkId, new BenchmarkValidated(executionId, item.Status, item.Actual, by, now), by, cancellation);
        return new ValidationAnswer(true, items, items.All(i => i.Status == ValidationStatus.Passed), ValidationSummary.Of(items));
    }

    /// <summary>The active benchmarks of an environment, by name.</summary>
    public static Task<IReadOnlyList<Benchmark>> OfEnvironmentAsync(IQuerySession session, string environment, CancellationToken cancellation) => session.QueryAsync<Benchmark>(
        "where (d.data ->> 'is_active')::boolean and d.data -> 'target' ->> 'environment' = ? order by d.data -> 'target' ->> 'benchmark_name' limit 200",
        cancellation, environment);

    private static (Guid ExecutionId, IReadOnlyList<Guid>? Benchmarks) ReadBody(DocumentNode body)
    {
        var execution = body.RequiredId("executionId", "an execution");
        if (!body.Has("benchmarkIds"))
            return (execution, null);
        var given = body.Texts("benchmarkIds", Most);
        if (given.Count == 0)
            body.Error("benchmarkIds", "must name at least one benchmark; without it, all of the run's environment are meant");
        return (execution, [.. given.Select((id, i) => IdOf(id, $"benchmarkIds[{i}]", body.Errors)).Distinct()]);
    }

    private static Guid IdOf(string given, string path, DocumentErrors errors)
    {
        if (!Guid.TryParse(given, out var id))
            errors.Add(path, "must be the id of a benchmark");
        return id;
    }

    // Those that were named, in their order; else every active one of the run's environment.
    private static async Task<IReadOnlyList<Benchmark>> FindAsync(
        IQuerySession session, IReadOnlyList<Guid>? ids, string environment, CancellationToken cancellation)
    {
        if (ids is null)
        {
            return await OfEnvironmentAsync(session, environment, cancellation) is { Count: > 0 } all ? all : throw RefusalException.Conflict($"There is no active benchmark of the environment {environment}.");
        }

        var found = (await session.LoadManyAsync<Benchmark>(cancellation, [.. ids])).ToDictionary(b => b.Id);
        foreach (var id in ids)
            (found.GetValueOrDefault(id) ?? throw RefusalException.NotFound("benchmark", id)).MustBeActive("benchmark");
        return [.. ids.Select(id => found[id])];
    }
}

[Envelope]
internal sealed record ValidationAnswer(bool Success, IReadOnlyList<ValidationItem> Validation, bool Passed, ValidationSummary Summary);

[Envelope]
internal sealed record ValidationSummary(int Total, int Passed, int Failed, int Warning, int Pending)
{
    public static ValidationSummary Of(IReadOnlyList<ValidationItem> items)
    {
        return new(items.Count, Count(ValidationStatus.Passed), Count(ValidationStatus.Failed), Count(ValidationStatus.Warning), Count(ValidationStatus.Pending));

        int Count(ValidationStatus status) => items.Count(i => i.Status == status);
    }
}
