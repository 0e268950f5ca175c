using FsCheck;
using FsCheck.Fluent;

namespace Loadstone.Plans.Tests;

/// <summary>How a capacity search closes in on what a system bears (requirements R17.8).</summary>
public sealed class CapacitySearchTests
{
    private static readonly CapacitySearch Search = new(10, 5000, TimeSpan.FromSeconds(10), 10);

    [Fact]
    public void Whatever_the_capacity_is_it_lies_between_the_rate_that_held_and_the_one_that_broke() =>
        Prop.ForAll(Gen.Choose(11, 4999).ToArbitrary(), capacity =>
        {
            var steps = Run(Search, rate => rate <= capacity);
            var (held, broken) = CapacitySearch.Bracket(steps);
            return held <= capacity && broken > capacity && 100 * (broken - held) <= 10 * broken && steps[^1] is { Move: SearchMove.Hold, Held: true } && steps.Count < 40;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_system_that_bears_most_of_what_it_is_asked_may_break_by_chance_and_the_search_still_ends() =>
        Prop.ForAll(Gen.Choose(1, 10_000).ToArbitrary(), seed =>
        {
            var random = new System.Random(seed);
            return Run(Search, _ => random.Next(4) > 0).Count < 200;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_doubles_then_halves_rests_after_what_broke_and_holds_at_the_end() => Assert.Equal(
        "10 climb, 20 climb, 40 climb, 80 climb, 160 climb!, 10 rest, 120 bisect!, 10 rest, 100 bisect, 110 bisect!, 10 rest, 100 hold",
        InWords(Run(Search with { Precision = 10 }, rate => rate <= 105)));

    [Fact]
    public void What_holds_only_for_a_short_time_is_given_up_for_less() => Assert.Equal(
        "10 climb, 20 climb, 40 climb!, 10 rest, 30 bisect, 35 bisect, 37.5 bisect, 37.5 hold!, 10 rest, 35 hold",
        InWords(Run(Search, (rate, move) => move == SearchMove.Hold ? rate <= 36 : rate < 40)));

    [Fact]
    public void A_system_that_bears_all_is_held_at_the_highest_rate_and_one_that_bears_nothing_ends_at_once()
    {
        Assert.Equal("10 climb, 20 climb, 30 climb, 30 hold", InWords(Run(Search with { To = 30 }, _ => true)));
        Assert.Equal("10 climb!", InWords(Run(Search, _ => false)));
    }

    [Fact]
    public void Its_plan_survives_says_what_it_does_and_makes_room_for_its_highest_rate()
    {
        var plan = Reading.Valid("""{ "name": "x", "test_type": "capacity", "duration": "10m", "load_pattern": { "type": "capacity_search", "from": 10, "to": 500, "step": "20s", "least": 100 } }""");

        Reading.AssertSurvives(plan);
        Assert.Equal(new CapacitySearch(10, 500, TimeSpan.FromSeconds(20), 10, 100), plan.LoadPattern);
        Assert.Equal((500, TimeSpan.FromMinutes(10), 10), (plan.Shape.Peak, plan.Shape.Duration, plan.Shape.At(TimeSpan.FromMinutes(9))));
        Assert.Contains(PlanExplanation.Of(plan), line => line.StartsWith("arrivals: a search between 10/s and 500/s", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "type": "capacity_search", "to": 5 }""", "load_pattern.from")]
    [InlineData("""{ "type": "capacity_search", "from": 5 }""", "load_pattern.to")]
    [InlineData("""{ "type": "capacity_search", "from": 5, "to": 5 }""", "load_pattern.to")]
    [InlineData("""{ "type": "capacity_search", "from": 5, "to": 9, "step": "1s" }""", "load_pattern.step")]
    [InlineData("""{ "type": "capacity_search", "from": 5, "to": 9, "precision": 0 }""", "load_pattern.precision")]
    [InlineData("""{ "type": "capacity_search", "from": 5, "to": 9, "rate": 3 }""", "load_pattern.rate")]
    public void What_makes_no_sense_is_refused_by_its_field(string pattern, string path) =>
        Assert.Contains(path, Reading.PathsOf($$"""{ "name": "x", "test_type": "capacity", "load_pattern": {{pattern}} }"""));

    [Fact]
    public void Only_a_capacity_test_searches() =>
        Assert.Equal(["test_type"], Reading.PathsOf("""{ "name": "x", "load_pattern": { "type": "capacity_search", "from": 5, "to": 9 } }"""));

    private static List<SearchStep> Run(CapacitySearch search, Func<double, bool> bears) => Run(search, (rate, _) => bears(rate));

    private static List<SearchStep> Run(CapacitySearch search, Func<double, SearchMove, bool> bears)
    {
        var steps = new List<SearchStep>();
        while (search.Next(steps) is { } next && steps.Count < 1000)
            steps.Add(new SearchStep(next.Rate, next.Move, next.Move == SearchMove.Rest || bears(next.Rate, next.Move), null, 0, 0));
        return steps;
    }

    private static string InWords(IEnumerable<SearchStep> steps) =>
        string.Join(", ", steps.Select(s => FormattableString.Invariant($"{s.Rate} {s.Move.ToString().ToLowerInvariant()}{(s.Held ? "" : "!")}")));
}
