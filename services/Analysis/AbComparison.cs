using System.Globalization;
using Loadstone.Analysis.Findings;
using Loadstone.Analysis.History;
using Loadstone.Analysis.Statistics;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis;

/// <summary>
/// The candidate of an A/B test beside its base (requirements R17.6). Compared are the seconds in which the load stood and one of both had the turn,
/// but for the first of each turn, and the first turn of each, in which caches and compilers warm up. Which requests are whose is
/// told by their scenarios, so that a late answer of one is never counted for the other.
/// </summary>
/// <param name="Candidate">The candidate's origin.</param>
/// <param name="Verdict">What it amounts to.</param>
/// <param name="BaseSeconds">How many seconds of the base are compared.</param>
/// <param name="CandidateSeconds">How many of the candidate.</param>
/// <param name="Overall">Each metric of all requests; the base is what it was in the base.</param>
/// <param name="Operations">Each metric of each operation.</param>
public sealed record AbComparison(
    string Candidate, ChangeVerdict Verdict, int BaseSeconds, int CandidateSeconds, IReadOnlyList<MetricChange> Overall, IReadOnlyList<MetricChange> Operations)
{
    // Of the requests sent in a second, the turn's side has at least so many.
    private const double Nearly = 0.9;

    // Both sides are of one run, so that they differ by nothing that only runs differ by.
    private static readonly Tolerances Tolerances = new(RunToRun: 0);

    /// <summary>Pure. Null when the run was no A/B test.</summary>
    public static AbComparison? Of(TestPlan plan, RunMeasurements measured)
    {
        if (plan.AbTest is not { } ab)
            return null;
        var turns = TurnsOf(new RunToExamine(plan, measured).Standstill);
        var (a, b) = (Settled(turns, ofCandidate: false), Settled(turns, ofCandidate: true));
        var overall = RunComparison.Whole(a, b, Tolerances, RunComparison.Deciding);
        return new AbComparison(ab.Candidate, ExecutionChanges.VerdictOf(overall), a.Count, b.Count, overall, RunComparison.Operations(a, b, Tolerances));
    }

    /// <summary>What the criteria of an A/B test are about: all that was asked of the candidate in its turns. Everything, in other tests.</summary>
    public static RunMeasurements JudgedOf(TestPlan plan, RunMeasurements measured)
    {
        if (plan.AbTest is null)
            return measured;
        var seconds = TurnsOf(measured.Seconds).Where(t => t.IsCandidates).SelectMany(t => t.Seconds).Select(s => PartOf(s, ofCandidate: true)).ToList();
        var total = new MetricWindow { Seconds = 0 };
        foreach (var second in seconds)
            total.AddSeconds(second);
        return measured with { Total = total, Seconds = seconds };
    }

    /// <summary>Sentences with figures: what changed, or that nothing did, or that it cannot be told.</summary>
    public IEnumerable<string> InWords()
    {
        var told = Overall.Concat(Operations).Where(c => c.Verdict is ChangeVerdict.Regression or ChangeVerdict.Improvement)
            .Select(c => $"the candidate against the base: {ExecutionComparison.Sentence(c)}").ToList();
        var compared = string.Create(CultureInfo.InvariantCulture, $"{CandidateSeconds} seconds against {BaseSeconds} of the base");
        if (told.Count > 0)
            return told;
        return [Verdict == ChangeVerdict.NoChange ? $"the candidate fares as the base does ({compared})"
            : $"whether the candidate is worse than the base cannot be told from {compared}: let the test last longer, or make the slices longer than an iteration"];
    }

    /// <summary>A verdict by criteria, with what the comparison adds to it: a regression fails a run, and what cannot be told is no pass.</summary>
    public Verdict On(Verdict byCriteria) => (byCriteria.Outcome, Verdict) switch
    {
        (VerdictOutcome.Passed or VerdictOutcome.Failed, ChangeVerdict.Regression) => byCriteria with { Outcome = VerdictOutcome.Failed, Reasons = [.. byCriteria.Reasons, .. InWords()] },
        (VerdictOutcome.Passed, ChangeVerdict.Inconclusive) => byCriteria with { Outcome = VerdictOutcome.Inconclusive, Reasons = [.. InWords()] },
        _ => byCriteria,
    };

    private static IReadOnlyList<MetricWindow> Settled(IReadOnlyList<Turn> turns, bool ofCandidate) =>
        [.. turns.Where(t => t.IsCandidates == ofCandidate).Skip(1).SelectMany(t => t.Seconds.Skip(1)).Select(s => PartOf(s, ofCandidate))];

    private static List<Turn> TurnsOf(IReadOnlyList<MetricWindow> seconds)
    {
        var turns = new List<Turn>();
        bool? before = null;
        foreach (var second in seconds)
        {
            var candidates = HasCandidateTheTurn(second);
            if (candidates is { } itsTurn)
            {
                if (candidates != before)
                    turns.Add(new Turn(itsTurn, []));
                turns[^1].Seconds.Add(second);
            }

            before = candidates;
        }

        return turns;
    }

    // By what was sent, since a pause moves the turns against the clock. Null when both were asked, or neither.
    private static bool? HasCandidateTheTurn(MetricWindow second)
    {
        var requests = second.Operations.Where(o => o.Kind == OperationKind.Request).ToList();
        var (all, candidates) = (requests.Sum(o => o.Sent), requests.Where(o => AbTest.IsCandidates(o.Scenario)).Sum(o => o.Sent));
        return all == 0 ? null : candidates >= Nearly * all ? true : candidates <= (1 - Nearly) * all ? false : null;
    }

    private static MetricWindow PartOf(MetricWindow second, bool ofCandidate)
    {
        var part = new MetricWindow
        {
            Sequence = second.Sequence,
            Seconds = second.Seconds,
            VirtualUsers = second.VirtualUsers,
            Iterations = second.Iterations,
            Health = second.Health,
            CustomMetrics = second.CustomMetrics,
            Probes = second.Probes,
        };
        foreach (var operation in second.Operations.Where(o => AbTest.IsCandidates(o.Scenario) == ofCandidate))
            part.Append(operation);
        return part;
    }

    private sealed record Turn(bool IsCandidates, List<MetricWindow> Seconds);
}
