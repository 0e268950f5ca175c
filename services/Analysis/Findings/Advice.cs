using Loadstone.Plans;
using static System.FormattableString;

namespace Loadstone.Analysis.Findings;

/// <summary>What to do about a run: recommendations and next steps, drawn from its findings and figures.</summary>
internal static class Advice
{
    private const double NearCapacity = 0.8;
    private const int OftenRead = 100;
    private const double SlowReadMs = 500;

    public static IReadOnlyList<Recommendation> Recommendations(RunToExamine run, IReadOnlyList<Finding> findings, CapacityModel? capacity) =>
    [
        .. findings.OrderByDescending(f => f.Severity).Select(Of),
        .. Scaling(run, capacity),
        .. Caching(run),
    ];

    public static IReadOnlyList<string> NextSteps(RunToExamine run, IReadOnlyList<Finding> findings, Verdict verdict)
    {
        var steps = findings.OrderByDescending(f => f.Severity).Take(3)
            .Select(f => Invariant($"Look into {f.Component} in the seconds {f.FirstSecond} to {f.LastSecond} ({f.Series}), then run the same configuration again and compare.")).ToList();
        steps.AddRange(AfterVerdict(run, verdict, findings.Count == 0));
        if (findings.Any(f => f.Type is FindingType.ThroughputPlateau or FindingType.ResourceSaturation))
            steps.Add("Run a stress test with more stairs around the knee, and watch the target's resources beside it.");
        return steps;
    }

    private static IEnumerable<string> AfterVerdict(RunToExamine run, Verdict verdict, bool isClean)
    {
        if (verdict.Outcome == VerdictOutcome.Invalid)
            yield return "Mend what made the measurement invalid and run the same configuration again: until then its figures prove nothing.";
        else if (verdict.Outcome == VerdictOutcome.Inconclusive)
            yield return "Run the same configuration again for longer: what was measured does not suffice for a verdict.";
        else if (verdict.Outcome == VerdictOutcome.Failed && isClean)
            yield return run.Plan.AbTest is null
                ? $"Find out why this was so, mend it and run the same configuration again: {string.Join("; ", verdict.Reasons)}"
                : "Hold the candidate back, find what it does otherwise than the base, and run the same test again.";
        else if (isClean)
            yield return $"Make this run the baseline of its configuration, or raise the load beyond {LoadOf(run)} to find where it ends.";
    }

    private static string LoadOf(RunToExamine run) => run.IsClosed
        ? Invariant($"{run.Total.VirtualUsers} users") : Invariant($"{run.Seconds.Max(run.LoadIn):0} arrivals a second");

    private static Recommendation Of(Finding f) => new(
        f.Severity == Severity.Critical ? "high" : "medium", CategoryOf(f.Type), $"{TitleOf(f.Type)}: {f.Component}", $"{f.Details} {f.Recommendation}", ImpactOf(f));

    private static string CategoryOf(FindingType type) => type switch
    {
        FindingType.ThroughputPlateau or FindingType.ResourceSaturation or FindingType.QueueGrowth => "scaling",
        FindingType.MemoryDrift => "optimization",
        _ => "performance",
    };

    private static string TitleOf(FindingType type) => type switch
    {
        FindingType.LatencySpike => "Remove the slow tail",
        FindingType.LatencyStep => "Find what slowed it down in mid-run",
        FindingType.ErrorRate => "Stop the failures",
        FindingType.ErrorBurst => "Find what failed for a while",
        FindingType.ThroughputPlateau => "Widen the bottleneck",
        FindingType.MemoryDrift => "Stop the leak",
        FindingType.ResourceSaturation => "Relieve what is used up",
        _ => "Work off what piles up",
    };

    private static string ImpactOf(Finding f) => f.Type switch
    {
        FindingType.ErrorRate or FindingType.ErrorBurst => Invariant($"Requests to {f.Component} succeed again."),
        FindingType.LatencySpike or FindingType.LatencyStep => Invariant($"The slowest requests to {f.Component} come back to the level of the others."),
        FindingType.ThroughputPlateau => Invariant($"Throughput goes on growing beyond the users at second {f.FirstSecond}."),
        _ => "The target bears the same load for longer.",
    };

    // From four fifths of what the system was seen to bear, growth needs planning.
    private static IEnumerable<Recommendation> Scaling(RunToExamine run, CapacityModel? capacity)
    {
        var most = capacity?.Knee?.Users ?? capacity?.Law?.Peak?.Users.Value ?? capacity?.BreakingPoint?.Users;
        if (most is { } limit && run.Total.VirtualUsers >= NearCapacity * limit)
        {
            yield return new Recommendation(
                "medium", "scaling", "Plan for more capacity",
                Invariant($"The run's peak of {run.Total.VirtualUsers} users is {100 * run.Total.VirtualUsers / limit:0} % of the {limit:0} users the system was seen to bear."),
                "Headroom above the expected peak.");
        }
    }

    private static IEnumerable<Recommendation> Caching(RunToExamine run)
    {
        foreach (var o in run.Operations.Where(o => o.Method == "GET" && o.Sent >= OftenRead && o.Response.MeanNs / 1e6 >= SlowReadMs))
        {
            yield return new Recommendation(
                "medium", "optimization", $"Cache what {o.Operation} reads",
                Invariant($"{o.Operation} was read {o.Sent} times and took {o.Response.MeanNs / 1e6:0} ms in the mean."), "Repeated reads come from memory.");
        }
    }
}
