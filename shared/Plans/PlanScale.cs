using System.Globalization;
using System.Text.RegularExpressions;

namespace Loadstone.Plans;

/// <summary>
/// Makes a plan larger or smaller: its users and rates, and its times. What counts whole requests follows both, think times and
/// journeys stay as they are. The smallest is one user and one second; nothing is made to vanish.
/// </summary>
/// <param name="Users">What users, rates and least throughputs are multiplied by.</param>
/// <param name="Time">What durations, ramps and stages are multiplied by.</param>
public sealed partial record PlanScale(double Users, double Time)
{
    /// <summary>The smallest and the largest factor.</summary>
    public const double Smallest = 0.0001, Largest = 1000;

    private const int MostUsers = 100_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(120);

    /// <summary>Changes nothing.</summary>
    public static readonly PlanScale None = new(1, 1);

    /// <summary>The scale in a few words, such as <c>scale 0.1, time scale 0.5</c>; empty when nothing is scaled.</summary>
    public string InWords => string.Join(", ", new[] { Say("scale", Users), Say("time scale", Time) }.OfType<string>());

    /// <summary>Reads both factors from an action's body.</summary>
    public static PlanScale Read(DocumentNode body) =>
        new(body.Number("scale", Smallest, Largest) ?? 1, body.Number("timeScale", Smallest, Largest) ?? 1);

    /// <summary>The plan in its new size.</summary>
    /// <param name="plan">The plan; it stays as it is.</param>
    /// <param name="errors">Takes what the plan would become too large in.</param>
    public TestPlan Apply(TestPlan plan, DocumentErrors errors)
    {
        if (this == None)
            return plan;
        foreach (var (name, factor) in new[] { ("scale", Users), ("timeScale", Time) }.Where(f => !(f.Item2 is >= Smallest and <= Largest)))
            errors.Add(name, $"must be between {Smallest} and {Largest}");
        if (!errors.None)
            return plan;
        var whole = plan.Shape.Duration;
        // A run shorter than a second is none, so that time is compressed less rather than more.
        var sized = new PlanScale(Users, Math.Max(Time, Shortest / whole));
        if (Sized(plan.MaxVirtualUsers) > MostUsers)
            errors.Add("scale", $"makes {Sized(plan.MaxVirtualUsers)} users, above {MostUsers}");
        if (whole * Time > Longest)
            errors.Add("timeScale", $"makes it last {DurationText.Format(whole * Time)}, above {DurationText.Format(Longest)}");
        return errors.None ? sized.Apply(plan) : plan;
    }

    private TestPlan Apply(TestPlan plan)
    {
        var pattern = Sized(plan.LoadPattern);
        var users = Sized(plan.MaxVirtualUsers);
        return plan with
        {
            LoadPattern = pattern,
            MaxVirtualUsers = users,
            Duration = pattern switch
            {
                StagesLoad stages => Sum(stages.Stages),
                RampingArrivalRate ramping => Sum(ramping.Stages),
                _ => Sized(plan.Duration),
            },
            RampUp = plan.RampUp is { } up ? Sized(up) : null,
            RampDown = plan.RampDown is { } down ? Sized(down) : null,
            WorkerCount = Math.Max(plan.Regions?.Count ?? 1, Math.Min(plan.WorkerCount, users)),
            ScenarioConfig = plan.ScenarioConfig with { Users = plan.ScenarioConfig.Users is { } exact ? Shared(exact, pattern, users) : null },
            SuccessCriteria = Sized(plan.SuccessCriteria),
            StopConditions = plan.StopConditions is { MaxDuration: { } longest } stop ? stop with { MaxDuration = AtLeastASecond(longest) } : plan.StopConditions,
        };
    }

    private LoadPattern Sized(LoadPattern pattern) => pattern switch
    {
        SpikeLoad spike => spike with { PeakDuration = Sized(spike.PeakDuration) },
        StagesLoad stages => new StagesLoad(Sized(stages.Stages, target => target > 0 ? Sized((int)Math.Ceiling(target)) : 0)),
        ConstantArrivalRate constant => constant with { Rate = Rate(constant.Rate) },
        RampingArrivalRate ramping => ramping with { StartRate = Rate(ramping.StartRate), Stages = Sized(ramping.Stages, Rate) },
        CapacitySearch search => search with { From = Rate(search.From), To = Rate(search.To), Least = search.Least * Users },
        SharedIterations shared => new SharedIterations(Math.Max(1, (long)Math.Round(shared.Iterations * Users * Time))),
        PerUserIterations each => new PerUserIterations(Math.Max(1, (int)Math.Round(each.Iterations * Time))),
        _ => pattern,
    };

    // Cut to the ms, never rounded up, so that parts that fitted into a whole still do; what is lost goes to the last stage.
    private List<Stage> Sized(IReadOnlyList<Stage> stages, Func<double, double> target)
    {
        var sized = stages.Select(s => new Stage(Sized(s.Duration), target(s.Target))).ToList();
        var lost = AtLeastASecond(Sum(stages)) - Sum(sized);
        sized[^1] = sized[^1] with { Duration = sized[^1].Duration + lost };
        return sized;
    }

    private SuccessCriteria Sized(SuccessCriteria criteria) => criteria with
    {
        MinThroughput = criteria.MinThroughput is { } floor
            ? new ThroughputFloor(floor.PerSecond * Users, floor.PerMinute?.ToDictionary(m => m.Key, m => m.Value * Users))
            : null,
        Operations = criteria.Operations?.ToDictionary(o => o.Key, o => Sized(o.Value)),
        Expressions = criteria.Expressions?.Select(Sized).ToList(),
    };

    private string Sized(string expression)
    {
        var (main, condition) = CriterionExpression.Split(expression);
        return condition is null ? SizedAlone(main) : $"{SizedAlone(main)} while {SizedAlone(condition)}";
    }

    private string SizedAlone(string expression)
    {
        if (!CriterionExpression.TryParse(expression, out var criterion, out _))
            return expression;
        var factor = criterion.Metric switch
        {
            "throughput_rps" or "requests_per_minute" => Users,
            "total_requests" or "failed_requests" or "dropped_iterations" => Users * Time,
            _ => 1,
        };
        return factor.Equals(1) ? expression : Limit().Replace(expression, (criterion.Limit * factor).ToString("0.######", CultureInfo.InvariantCulture));
    }

    // Exact users must add up to all of them: the whole parts first, then one each for the largest rests. Who is left with none is left out.
    private static Dictionary<string, int> Shared(IReadOnlyDictionary<string, int> exact, LoadPattern pattern, int users)
    {
        var peak = pattern is StagesLoad stages ? (int)stages.Stages.Max(s => s.Target) : users;
        var wanted = exact.Select(e => (e.Key, Part: (double)peak * e.Value / exact.Values.Sum())).ToList();
        var missing = peak - wanted.Sum(w => (int)w.Part);
        var raised = wanted.OrderByDescending(w => w.Part - Math.Floor(w.Part)).Take(missing).Select(w => w.Key).ToHashSet();
        return wanted.Select(w => (w.Key, Count: (int)w.Part + (raised.Contains(w.Key) ? 1 : 0))).Where(w => w.Count > 0).ToDictionary(w => w.Key, w => w.Count);
    }

    private int Sized(int users) => (int)Math.Max(1, Math.Min(Math.Round(users * Users), int.MaxValue));

    private double Rate(double rate) => rate == 0 ? 0 : Math.Max(0.001, rate * Users);

    private TimeSpan Sized(TimeSpan duration) => TimeSpan.FromMilliseconds(Math.Floor(Math.Round(duration.TotalMilliseconds * Time, 6)));

    private TimeSpan AtLeastASecond(TimeSpan duration) => Sized(duration) > Shortest ? Sized(duration) : Shortest;

    private static TimeSpan Sum(IEnumerable<Stage> stages) => stages.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Duration);

    private static string? Say(string name, double factor) =>
        factor.Equals(1) ? null : string.Create(CultureInfo.InvariantCulture, $"{name} {factor:0.####}");

    [GeneratedRegex(@"-?\d+(\.\d+)?\s*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Limit();
}
