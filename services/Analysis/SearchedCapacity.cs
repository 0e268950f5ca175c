using Loadstone.Analysis.Findings;
using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Plans;
using static System.FormattableString;

namespace Loadstone.Analysis;

/// <summary>What a capacity search found (requirements R17.8). Rates are in arrivals per second.</summary>
/// <param name="SafeRate">The largest rate at which every objective held; null when none did.</param>
/// <param name="BrokenRate">The smallest at which one broke: the capacity lies between both. Null when none broke.</param>
/// <param name="IsConfirmed">Whether the safe rate held once more for twice as long, which ends a search.</param>
/// <param name="FirstSaturated">What was used up first, with its second and value; null when nothing that is measured was.</param>
/// <param name="Steps">Every step, in order.</param>
public sealed record SearchedCapacity(double? SafeRate, double? BrokenRate, bool IsConfirmed, string? FirstSaturated, IReadOnlyList<SearchStep> Steps)
{
    private const double SaturatedPercent = 85;

    private static readonly (string Name, Func<MetricWindow, double?> Percent)[] Resources =
    [
        ("the processor of the target (cpu_usage)", s => s.CustomMetrics.GetValueOrDefault("cpu_usage")?.Avg),
        ("the memory of the target (memory_used_percent)", s => s.CustomMetrics.GetValueOrDefault("memory_used_percent")?.Avg),
        ("the processor of the load generator", s => s.Health.CpuPercent),
    ];

    /// <summary>Pure. Null when the run searched nothing.</summary>
    public static SearchedCapacity? Of(TestPlan plan, RunMeasurements measured, IReadOnlyList<SearchStep> steps)
    {
        if (plan.LoadPattern is not CapacitySearch)
            return null;
        var (held, broken) = CapacitySearch.Bracket(steps);
        var isConfirmed = steps is [.., { Move: SearchMove.Hold, Held: true }];
        return new SearchedCapacity(held > 0 ? held : null, broken, isConfirmed, SaturatedIn(plan, measured.Seconds, steps), steps);
    }

    /// <summary>What the criteria of a capacity search are about: the last step at the safe rate. Everything, when there is none and in other tests.</summary>
    public static RunMeasurements JudgedOf(SearchedCapacity? capacity, RunMeasurements measured)
    {
        if (capacity?.Steps.LastOrDefault(s => s.Held && s.Move != SearchMove.Rest && s.Rate.Equals(capacity.SafeRate)) is not { } safe)
            return measured;
        var seconds = measured.Seconds.Where(s => s.Sequence >= safe.FirstSecond && s.Sequence <= safe.LastSecond).ToList();
        return seconds.Count == 0 ? measured : measured with { Total = RunToExamine.Merge([new MetricWindow { Seconds = 0 }, .. seconds]), Seconds = seconds };
    }

    /// <summary>A verdict by criteria, with what the search adds to it.</summary>
    public Verdict On(Verdict byCriteria, CapacitySearch asked) => byCriteria.Outcome switch
    {
        VerdictOutcome.Invalid or VerdictOutcome.Inconclusive => byCriteria,
        _ when SafeRate is null && BrokenRate is not null => byCriteria with { Outcome = VerdictOutcome.Failed, Reasons = [.. InWords()] },
        _ when !IsConfirmed => byCriteria with { Outcome = VerdictOutcome.Inconclusive, Reasons = [.. InWords()] },
        _ when SafeRate < asked.Least => byCriteria with { Outcome = VerdictOutcome.Failed, Reasons = [Invariant($"the safe rate is {SafeRate:0.##}/s, below the least of {asked.Least:0.##}/s"), .. byCriteria.Reasons] },
        _ => byCriteria,
    };

    public IEnumerable<string> InWords()
    {
        var broke = Steps.FirstOrDefault(s => !s.Held && s.Rate.Equals(BrokenRate));
        if (Steps.Count == 0)
            yield return "no step of the capacity search was over when the run ended: give it more time";
        else if (SafeRate is null)
            yield return Invariant($"already the lowest rate of {BrokenRate:0.##}/s is too much: {broke?.Why}");
        else if (BrokenRate is null)
            yield return Invariant($"the largest rate that was asked for holds: the capacity is at least {SafeRate:0.##}/s");
        else
            yield return Invariant($"the largest safe rate is {SafeRate:0.##}/s: the capacity lies between that and {BrokenRate:0.##}/s, where {broke?.Why}");
        if (!IsConfirmed && SafeRate is not null)
            yield return "the search was not over when the run ended, so that this is not confirmed: give it more time";
        if (BrokenRate is not null)
            yield return FirstSaturated is { } what ? $"used up first: {what}" : "nothing that was measured was used up: give the environment probes to learn what limits it";
    }

    // Looked for up to the first step that broke: later everything may be.
    private static string? SaturatedIn(TestPlan plan, IReadOnlyList<MetricWindow> seconds, IReadOnlyList<SearchStep> steps)
    {
        if (steps.FirstOrDefault(s => !s.Held) is not { } broke)
            return null;
        var before = seconds.Where(s => s.Sequence <= broke.LastSecond).ToList();
        var found = Resources.Select(r => (r.Name, First: before.FirstOrDefault(s => r.Percent(s) >= SaturatedPercent), r.Percent)).Where(r => r.First is not null)
            .OrderBy(r => r.First!.Sequence).Select(r => Invariant($"{r.Name}, {r.Percent(r.First!):0} % from second {r.First!.Sequence} on")).FirstOrDefault();
        return found ?? (before.FirstOrDefault(s => s.Iterations.Dropped > 0) is { } dropped ? $"the {plan.MaxVirtualUsers} virtual users, all of them busy from second {dropped.Sequence} on" : null);
    }
}
