using Loadstone.Plans;

namespace Loadstone.Analysis.History;

/// <summary>A run with what it was found to be worth.</summary>
public sealed record JudgedRun(RunToJudge Run, RunJudged Judged)
{
    /// <summary>Whether its figures may be used at all.</summary>
    public bool IsTrusted => Judged.Verdict.Outcome is VerdictOutcome.Passed or VerdictOutcome.Failed;
}

/// <summary>Runs that were judged, newest first.</summary>
internal static class RunHistory
{
    /// <summary>Those of one configuration against one environment; of any environment when that is null.</summary>
    public static Task<IReadOnlyList<JudgedRun>> OfConfigurationAsync(
        IQuerySession session, Guid configuration, string? environment, int most, CancellationToken cancellation) => environment is null
        ? ReadAsync(session, "d.data ->> 'configuration_id' = ?", most, cancellation, configuration.ToString())
        : ReadAsync(session, "d.data ->> 'configuration_id' = ? and d.data ->> 'environment' = ?", most, cancellation, configuration.ToString(), environment);

    /// <summary>Those of one type of test against one environment.</summary>
    public static Task<IReadOnlyList<JudgedRun>> OfTypeAsync(IQuerySession session, TestType type, string environment, int most, CancellationToken cancellation) => ReadAsync(
        session, "d.data -> 'plan' ->> 'test_type' = ? and d.data ->> 'environment' = ?", most, cancellation, WireNames<TestType>.ToValue.First(n => n.Value == type).Key, environment);

    /// <summary>The latest of each configuration against each environment.</summary>
    public static Task<IReadOnlyList<JudgedRun>> LatestAsync(IQuerySession session, CancellationToken cancellation) => ReadAsync(
        session,
        """
        d.id in (
          select distinct on (r.data ->> 'configuration_id', r.data ->> 'environment') r.id
          from analysis.mt_doc_runtojudge r join analysis.mt_doc_judgement j on j.id = r.id
          order by r.data ->> 'configuration_id', r.data ->> 'environment', r.data ->> 'requested_at' desc)
        """, 1000, cancellation);

    private static async Task<IReadOnlyList<JudgedRun>> ReadAsync(IQuerySession session, string condition, int most, CancellationToken cancellation, params object[] values)
    {
        var runs = await session.QueryAsync<RunToJudge>($"where {condition} order by d.data ->> 'requested_at' desc limit {most}", cancellation, values);
        var judged = (await session.LoadManyAsync<Judgement>(cancellation, [.. runs.Select(r => r.Id)])).ToDictionary(j => j.Id);
        return [.. runs.Where(r => judged.ContainsKey(r.Id)).Select(r => new JudgedRun(r, judged[r.Id].Last))];
    }
}
