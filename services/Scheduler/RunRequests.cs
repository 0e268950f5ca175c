using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>What a run is to be made of.</summary>
/// <param name="Configuration">The configuration, to be copied in.</param>
/// <param name="Name">The run's name; null for the usual one.</param>
/// <param name="Seed">The seed; null for the plan's, or one that is drawn.</param>
/// <param name="RerunOf">The run it repeats.</param>
public sealed record NewRun(RunnableConfiguration Configuration, string? Name, int? Seed = null, Guid? RerunOf = null);

/// <summary>
/// Asks for runs: one for each request, and the same one for every retry under the same Idempotency-Key. The id is made from
/// caller and key, so that of two retries at once only one can start the stream.
/// </summary>
public sealed class RunRequests(IDocumentStore store, Executions executions, Fleet fleet, AssignmentTurn turns, TimeProvider time)
{
    private const int LongestKey = 200;
    private const string KeyHeader = "Idempotency-Key";

    /// <param name="http">The request, for its caller and its key.</param>
    /// <param name="content">What a retry must have in common with the first request.</param>
    /// <param name="make">Makes the run; not called for a retry.</param>
    /// <returns>The execution as it is now, and whether it was asked for before.</returns>
    /// <exception cref="RefusalException">422 when the key was used before with another content.</exception>
    public async Task<(Execution Execution, bool Before)> AskAsync(HttpContext http, string content, Func<Task<NewRun>> make)
    {
        var (by, key) = (InternalIdentity.CallerOf(http).User, KeyOf(http));
        var hash = key is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        var id = key is null ? Guid.CreateVersion7() : NamedGuid.Of($"{by}\n{key}");
        if (key is not null && await FindAsync(id, http.RequestAborted) is { } earlier)
            return (SameAs(earlier, hash), true);
        var run = await make();
        await MustHavePassedAsync(run.Configuration, http.RequestAborted);
        var request = RequestOf(id, run, by, hash);
        try
        {
            return (await StartAsync(request, http.RequestAborted), false);
        }
        catch (ExistingStreamIdCollisionException)
        {
            return (SameAs((await FindAsync(id, http.RequestAborted))!, hash), true);
        }
    }

    /// <summary>Begins a run under an id that stands for it, once, however often it is asked for.</summary>
    /// <param name="id">The run's id.</param>
    /// <param name="by">Whose run it is.</param>
    /// <param name="make">Makes the run; not called for one that was begun before.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task BeginAsync(Guid id, string by, Func<Task<NewRun>> make, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not null)
            return;
        var run = await make();
        await MustHavePassedAsync(run.Configuration, cancellation);
        try
        {
            await StartAsync(RequestOf(id, run, by, null), cancellation);
        }
        catch (ExistingStreamIdCollisionException)
        {
            // Another instance was quicker; it is the same run.
            return;
        }
    }

    private async Task<Execution> StartAsync(ExecutionRequested request, CancellationToken cancellation)
    {
        var execution = Execution.Create(request);
        await using var turn = await turns.TakeAsync(cancellation);
        var active = await executions.ActiveAsync(cancellation);
        var workers = fleet.Free(active);
        var assigned = WaitingLine.IsTurnOf(execution, active, workers) ? ExecutionDecisions.Assign(execution, workers, request.At) : [];
        await using var session = store.LightweightSession();
        session.SetHeader("actor", request.RequestedBy);
        session.Events.StartStream<Execution>(request.Id, [request, .. assigned]);
        await session.SaveChangesAsync(cancellation);
        return execution;
    }

    // What counts is the last run of the same scenarios there, whatever its load and its name.
    private async Task MustHavePassedAsync(RunnableConfiguration configuration, CancellationToken cancellation)
    {
        if (configuration.RequiresPassedRunIn is not { } before)
            return;
        await using var session = store.QuerySession();
        var ended = await session.QueryAsync<Execution>(
            "where d.data -> 'request' -> 'configuration' ->> 'environment' = ? and d.data ->> 'phase' = 'ended' order by d.data -> 'request' ->> 'at' desc limit 100",
            cancellation, before);
        var scenarios = TextOf(configuration.Plan);
        var last = ended.FirstOrDefault(x => TextOf(x.Plan) == scenarios);
        if (last?.Analysis?.Verdict.Outcome != VerdictOutcome.Passed)
        {
            throw RefusalException.Conflict($"{configuration.Environment} may be put under load only by scenarios that passed in {before}, and "
                + (last is null ? "these have not been run there." : $"the last run there, {last.Request.Name}, did not pass."));
        }
    }

    private static string TextOf(TestPlan plan) => JsonSerializer.Serialize(plan.ScenarioConfig.Scenarios, WireJson.Options);

    private ExecutionRequested RequestOf(Guid id, NewRun run, string by, string? hash)
    {
        var now = time.GetUtcNow();
        return new ExecutionRequested(
            id, run.Name ?? FormattableString.Invariant($"Test {now:yyyy-MM-dd HH:mm:ss}"), run.Configuration,
            run.Seed ?? run.Configuration.Plan.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue), by, hash, now, run.RerunOf,
            Manifest.HashOf(run.Configuration), Manifest.PlatformVersion);
    }

    private static string? KeyOf(HttpContext http)
    {
        var key = http.Request.Headers[KeyHeader].ToString();
        if (key.Length > LongestKey)
            throw RefusalException.Field(KeyHeader, $"must be at most {LongestKey} characters");
        return key.Length == 0 ? null : key;
    }

    private async Task<Execution?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<Execution>(id, cancellation);
    }

    // The same key with the same content is the same run; with another one it is a mistake.
    private static Execution SameAs(Execution earlier, string? hash) => earlier.Request.RequestHash == hash ? earlier
        : throw new RefusalException(StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key was used before with another body.");
}
