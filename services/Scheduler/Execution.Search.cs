using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>A step of a capacity search is over, and what came of it.</summary>
public sealed record CapacityStepJudged(SearchStep Step, DateTimeOffset At);

public sealed partial record Execution
{
    /// <summary>The steps of its capacity search that are over, in order; none in other runs.</summary>
    public IReadOnlyList<SearchStep> SearchSteps { get; init; } = [];

    /// <summary>The second, from the common start, in which the present step's rate began.</summary>
    public int SearchesFromSecond => (int)Math.Ceiling(((Changes.Count == 0 ? TimeSpan.Zero : Changes[^1].At) + PausedFor).TotalSeconds);

    public static Execution Apply(CapacityStepJudged e, Execution x) => x with { SearchSteps = [.. x.SearchSteps, e.Step] };
}
