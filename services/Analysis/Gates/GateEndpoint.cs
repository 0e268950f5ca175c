using System.Globalization;
using System.Net;
using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.History;
using Loadstone.Contracts;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis.Gates;

/// <summary>What a CI job asks before it deploys. It waits for the test's end, for a minute at most; the job asks again.</summary>
internal static class GateEndpoint
{
    private const int LongestWaitSeconds = 60;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    public static void MapGate(this WebApplication app) => app.MapGet("/api/performance/tests/{id:guid}/gate", GetAsync);

    private static async Task<GateAnswer> GetAsync(Guid id, string? wait, IDocumentStore store, IIngestionClient ingestion, ISchedulerClient scheduler, TimeProvider time, CancellationToken cancellation)
    {
        var until = time.GetUtcNow().AddSeconds(WaitOf(wait));
        using var timer = new PeriodicTimer(Every);
        while (true)
        {
            await using (var session = store.QuerySession())
            {
                var gate = await LookAsync(id, session, ingestion, scheduler, cancellation);
                if (gate.Status != GateStatus.Pending || time.GetUtcNow() >= until)
                    return new GateAnswer(true, id, gate.Status, gate.Verdict, gate.Status == GateStatus.Pending ? null : gate.Status == GateStatus.Pass, gate.Reasons, gate.Checks);
            }

            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private static async Task<Gate> LookAsync(Guid id, IQuerySession session, IIngestionClient ingestion, ISchedulerClient scheduler, CancellationToken cancellation)
    {
        // Asked for before the judgement, which never comes after the end.
        var state = await StateAsync(id, scheduler, cancellation);
        if (!state.IsOver)
            return Gate.Pending;
        var ended = new RunEnding(state.Status, state.Reason);
        if (await session.LoadAsync<RunToJudge>(id, cancellation) is not { } run || await session.LoadAsync<Judgement>(id, cancellation) is not { } judgement)
            return Gate.Of(ended);
        var verdict = judgement.Last.Verdict;
        return Gate.Of(
            verdict, ended, await BenchmarksAsync(run, verdict, session, ingestion, cancellation),
            await RunBaseline.OfTodayAsync(session, ingestion, new JudgedRun(run, judgement.Last), cancellation),
            judgement.Last.AbComparison);
    }

    private static async Task<ExecutionStateChanged> StateAsync(Guid id, ISchedulerClient scheduler, CancellationToken cancellation)
    {
        try
        {
            return await scheduler.StateAsync(id, cancellation);
        }
        catch (RestEase.ApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            throw RefusalException.NotFound("performance test", id);
        }
    }

    private static async Task<IReadOnlyList<ValidationItem>> BenchmarksAsync(RunToJudge run, Verdict verdict, IQuerySession session, IIngestionClient ingestion, CancellationToken cancellation)
    {
        var benchmarks = await ValidationEndpoint.OfEnvironmentAsync(session, run.Environment, cancellation);
        if (benchmarks.Count == 0)
            return [];
        var measured = await ingestion.TotalAsync(run.Id, cancellation);
        return [.. benchmarks.Select(b => Validation.Hold(b, measured.Total, verdict)).Where(i => i.Status != ValidationStatus.Pending)];
    }

    private static int WaitOf(string? given) => given is null ? 0
        : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestWaitSeconds ? seconds
        : throw RefusalException.Field("wait", $"must be a whole number of seconds between 0 and {LongestWaitSeconds}");
}

[Envelope]
internal sealed record GateAnswer(
    bool Success, Guid TestId, GateStatus Status, VerdictOutcome? Verdict, bool? Passed, IReadOnlyList<string> Reasons, IReadOnlyList<GateCheck> Checks);
