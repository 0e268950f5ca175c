using System.Globalization;
using Loadstone.Analysis.Statistics;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Analysis.History;

/// <summary>A run of a comparison.</summary>
public sealed record ComparedExecution(
    Guid ExecutionId, string ExecutionName, Guid ConfigurationId, string Environment, TestType TestType, DateTimeOffset RequestedAt, VerdictOutcome Verdict, RunFigures Figures)
{
    public static ComparedExecution Of(JudgedRun r) => new(
        r.Run.Id, r.Run.Name, r.Run.ConfigurationId, r.Run.Environment, r.Run.Plan.TestType, r.Run.RequestedAt, r.Judged.Verdict.Outcome, r.Judged.Figures);
}

/// <summary>How one run differs from the first.</summary>
public sealed record ExecutionChanges(Guid ExecutionId, ChangeVerdict Verdict, IReadOnlyList<MetricChange> Overall, IReadOnlyList<MetricChange> Operations)
{
    /// <summary>Pure. Both sides are windows of the same length.</summary>
    public static ExecutionChanges Between(Guid id, IReadOnlyList<MetricWindow> first, IReadOnlyList<MetricWindow> other)
    {
        var overall = RunComparison.Whole(first, other, new Tolerances());
        return new ExecutionChanges(id, VerdictOf(overall), overall, RunComparison.Operations(first, other, new Tolerances()));
    }

    // What got worse counts more than what got better; what nobody can tell is no reason to say that nothing changed.
    internal static ChangeVerdict VerdictOf(IReadOnlyList<MetricChange> overall) =>
        new[] { ChangeVerdict.Regression, ChangeVerdict.Improvement, ChangeVerdict.Inconclusive }.Where(v => overall.Any(c => c.Verdict == v)).DefaultIfEmpty(ChangeVerdict.NoChange).First();
}

/// <summary>Runs beside the first of them (requirements R8.7): for each metric and operation the difference, its interval and what it amounts to.</summary>
public sealed record ExecutionComparison(Guid BaseExecutionId, IReadOnlyList<ComparedExecution> Executions, IReadOnlyList<ExecutionChanges> Changes, IReadOnlyList<string> Insights)
{
    /// <summary>Pure. The changes are those of the runs behind the first.</summary>
    public static ExecutionComparison Of(IReadOnlyList<JudgedRun> runs, IReadOnlyList<ExecutionChanges> changes) =>
        new(runs[0].Run.Id, [.. runs.Select(ComparedExecution.Of)], changes, [.. Doubts(runs), .. changes.SelectMany(c => InWords(c, runs))]);

    private static IEnumerable<string> Doubts(IReadOnlyList<JudgedRun> runs)
    {
        if (runs.Select(r => r.Run.ConfigurationId).Distinct().Count() > 1)
            yield return "The executions are of different configurations: what differs may be the load and not the system.";
        if (runs.Select(r => r.Run.Environment).Distinct().Count() > 1)
            yield return "The executions ran against different environments.";
        foreach (var run in runs.Where(r => !r.IsTrusted))
            yield return $"{run.Run.Name} is {run.Judged.Verdict.Outcome.ToString().ToLowerInvariant()}: {run.Judged.Verdict.Reasons[0]}";
    }

    private static List<string> InWords(ExecutionChanges changes, IReadOnlyList<JudgedRun> runs)
    {
        var (first, name) = (runs[0].Run.Name, runs.First(r => r.Run.Id == changes.ExecutionId).Run.Name);
        var told = changes.Overall.Concat(changes.Operations).Where(c => c.Verdict is ChangeVerdict.Regression or ChangeVerdict.Improvement).Select(c => $"{name} against {first}: {Sentence(c)}").ToList();
        return told.Count > 0 ? told : [changes.Verdict == ChangeVerdict.NoChange ? $"{name} fares as {first} does." : $"Whether {name} fares otherwise than {first} cannot be told from these runs."];
    }

    internal static string Sentence(MetricChange c)
    {
        var unit = c.Metric == RunComparison.ErrorRate ? " percentage points" : " %";
        return string.Create(CultureInfo.InvariantCulture,
            $"{c.Metric}{(c.Operation is null ? "" : $" of '{c.Operation}'")} {(c.Change > 0 ? "rose" : "fell")} from {c.Base:0.##} to {c.Candidate:0.##}, by {Math.Abs(c.Change!.Value):0.#}{unit} (surely {c.Low:+0.#;-0.#} to {c.High:+0.#;-0.#}): {(c.Verdict == ChangeVerdict.Regression ? "a regression" : "an improvement")}.");
    }
}
