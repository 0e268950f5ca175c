using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>How a capacity search goes on (requirements R17.8; what comes after which step is in <see cref="CapacitySearch"/>).</summary>
public static partial class ExecutionDecisions
{
    /// <summary>Who changes the load of a capacity search.</summary>
    public const string CapacitySearcher = "capacity search";

    // So many bad seconds in a row, and the step is broken: a target is not to be kept under more than it bears.
    private const int BrokenSeconds = 3;
    private const int RestedSeconds = 2;
    private const double MostDropped = 0.01;

    // Long enough for every worker to hear of it.
    private static readonly TimeSpan SearchLead = TimeSpan.FromSeconds(1);

    // Whether the load is asked for says nothing of whether it is borne.
    private static readonly string[] NoObjectives = ["throughput_rps", "requests_per_minute", "total_requests", "dropped_iterations"];

    /// <summary>Judges the present step when it has lasted long enough, and goes to the next, or ends the run when there is none. Pure.</summary>
    /// <param name="x">The run.</param>
    /// <param name="seconds">The closed seconds since the step began, as far as they are known here.</param>
    /// <param name="now">When.</param>
    public static IEnumerable<object> Search(Execution x, IReadOnlyList<MetricWindow> seconds, DateTimeOffset now)
    {
        if (x is not { Phase: ExecutionPhase.Running, Stop: null, Plan.LoadPattern: CapacitySearch search } || search.Next(x.SearchSteps) is not { } present)
            return [];
        var judged = seconds.Where(s => s.Sequence >= x.SearchesFromSecond + CapacitySearch.SettleSeconds && s.Iterations.Planned > 0).OrderBy(s => s.Sequence).ToList();
        if (judged.Count == 0 || !IsOver(x.Plan, present.Move, judged, search.LongestSecondsOf(present.Move) - CapacitySearch.SettleSeconds))
            return [];
        var why = present.Move == SearchMove.Rest ? null : Breach(x.Plan, judged);
        var step = new SearchStep(present.Rate, present.Move, why is null, why, judged[0].Sequence, judged[^1].Sequence);
        return [new CapacityStepJudged(step, now), .. After(x, search, step, now)];
    }

    private static IEnumerable<object> After(Execution x, CapacitySearch search, SearchStep step, DateTimeOffset now)
    {
        if (search.Next([.. x.SearchSteps, step]) is not { } next)
            return [new StopRequested(CapacitySearcher, "the capacity search is over", AsFailure: false, now, AsPlanned: true)];
        var at = Math.Ceiling((x.Elapsed(now) + SearchLead).TotalSeconds);
        return at < x.Load.Shape.Duration.TotalSeconds ? [new LoadChanged(CapacitySearcher, at, null, next.Rate, null, IsPaused: false, now)] : [];
    }

    private static bool IsOver(TestPlan plan, SearchMove move, List<MetricWindow> judged, int longest) => judged.Count >= longest || (move == SearchMove.Rest
        ? judged.Count >= RestedSeconds && judged.TakeLast(RestedSeconds).All(s => Breach(plan, [s]) is null)
        : judged.Count >= BrokenSeconds && judged.TakeLast(BrokenSeconds).All(s => Breach(plan, [s]) is not null));

    private static string? Breach(TestPlan plan, IReadOnlyList<MetricWindow> seconds)
    {
        var sum = new MetricWindow { Seconds = 0 };
        foreach (var second in seconds)
            sum.AddSeconds(second);
        if (sum.Iterations.Dropped > MostDropped * sum.Iterations.Planned)
            return $"{sum.Iterations.Dropped} of {sum.Iterations.Planned} arrivals found none of the {plan.MaxVirtualUsers} users free";
        return plan.SuccessCriteria.All().Where(c => !c.NeedsSeconds && !NoObjectives.Contains(c.Metric))
            .Select(c => c.Judge(sum.ValueOf(c.Metric, c.Operation))).FirstOrDefault(r => !r.Passed)?.WhyNot();
    }
}
