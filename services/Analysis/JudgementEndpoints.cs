using Loadstone.Analysis.History;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis;

/// <summary>What a run was found to be worth, and what it would be worth by other criteria.</summary>
internal static class JudgementEndpoints
{
    public static void MapJudgements(this WebApplication app)
    {
        app.MapPost("/api/load-testing/executions/{id:guid}/rejudge", RejudgeAsync);
        app.MapGet("/api/load-testing/executions/{id:guid}/judgements", ListAsync);
    }

    private static async Task<JudgementAnswer> RejudgeAsync(Guid id, HttpContext http, IDocumentSession session, IIngestionClient ingestion, TimeProvider time)
    {
        var criteria = await http.Request.ReadAsync(body => SuccessCriteria.Read(Required(body)));
        var (run, judgement) = await FindAsync(id, session, http.RequestAborted);
        var by = InternalIdentity.CallerOf(http).User;
        var needsSeconds = judgement.Last.Interventions.Count > 0 || run.Plan.AbTest is not null || run.Plan.LoadPattern is CapacitySearch || criteria.All().Any(c => c.NeedsSeconds);
        var measured = needsSeconds ? await ingestion.WindowsAsync(id, http.RequestAborted) : await ingestion.TotalAsync(id, http.RequestAborted);
        var judged = Judgement.DecideAgain(new JudgedRun(run, judgement.Last), criteria, measured, by, time.GetUtcNow());
        session.SetHeader("actor", by);
        session.Events.Append(id, judged);
        await session.SaveChangesAsync(http.RequestAborted);
        return new JudgementAnswer(true, JudgementView.Of(id, criteria, judged.Verdict, by, judged.At));
    }

    private static async Task<JudgementListAnswer> ListAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var (run, judgement) = await FindAsync(id, session, cancellation);
        return new JudgementListAnswer(true, [
            JudgementView.Of(id, run.Plan.SuccessCriteria, judgement.Last.Verdict, null, judgement.Last.At),
            .. judgement.Again.Select(again => JudgementView.Of(id, again.SuccessCriteria, again.Verdict, again.By, again.At))]);
    }

    internal static async Task<(RunToJudge Run, Judgement Judgement)> FindAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var run = await session.LoadAsync<RunToJudge>(id, cancellation) ?? throw RefusalException.NotFound("execution", id);
        return (run, await session.LoadAsync<Judgement>(id, cancellation)
            ?? throw RefusalException.Conflict($"The execution {id} is not judged yet: that is done when its measurements are complete."));
    }

    private static DocumentNode? Required(DocumentNode body)
    {
        if (!body.Has("success_criteria"))
            body.Error("success_criteria", "is required");
        return body.Object("success_criteria");
    }
}

[Envelope]
internal sealed record JudgementAnswer(bool Success, JudgementView Judgement);

[Envelope]
internal sealed record JudgementListAnswer(bool Success, IReadOnlyList<JudgementView> Judgements);

/// <summary>One judgement. The platform's own, at the end of the run, has nobody in <paramref name="JudgedBy"/>.</summary>
internal sealed record JudgementView(
    Guid ExecutionId, VerdictOutcome Verdict, bool? SuccessCriteriaMet, IReadOnlyList<CriterionResult> Criteria, IReadOnlyList<string> Reasons, int RuleVersion,
    SuccessCriteria SuccessCriteria, string? JudgedBy, DateTimeOffset JudgedAt)
{
    public static JudgementView Of(Guid id, SuccessCriteria criteria, Verdict verdict, string? by, DateTimeOffset at) =>
        new(id, verdict.Outcome, verdict.SuccessCriteriaMet, verdict.Criteria, verdict.Reasons, verdict.RuleVersion, criteria, by, at);
}
