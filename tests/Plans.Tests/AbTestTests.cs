namespace Loadstone.Plans.Tests;

/// <summary>Two systems in turn (requirements R17.6): whose turn it is, and what such a plan must say.</summary>
public sealed class AbTestTests
{
    private static readonly AbTest FiveSeconds = new("http://b", TimeSpan.FromSeconds(5));

    [Fact]
    public void Each_pair_of_slices_has_one_of_both_and_a_steady_drift_favours_neither()
    {
        var turns = Enumerable.Range(0, 64).Select(slice => FiveSeconds.IsCandidatesTurn(slice * 5_000_000_000L)).ToList();

        Assert.All(Enumerable.Range(0, 32), pair => Assert.NotEqual(turns[2 * pair], turns[(2 * pair) + 1]));
        Assert.Equal([false, true, true, false, true, false, false, true], turns.Take(8));
        foreach (var power in new[] { 1, 2, 3 })
            Assert.Equal(Sum(turns, true, power), Sum(turns, false, power));
    }

    [Fact]
    public void A_turn_lasts_to_its_last_nanosecond() => Assert.Equal(
        [false, false, true, true, true], new long[] { -1, 4_999_999_999, 5_000_000_000, 9_999_999_999, 14_999_999_999 }.Select(FiveSeconds.IsCandidatesTurn));

    [Fact]
    public void A_plan_with_a_candidate_survives_and_says_what_it_does()
    {
        var plan = Reading.Valid("""{ "name": "x", "test_type": "ab", "duration": "1m", "ab_test": { "candidate": "https://canary.example:8443", "slice": "4s" } }""");

        Reading.AssertSurvives(plan);
        Assert.Equal(TimeSpan.FromSeconds(4), plan.AbTest!.Slice);
        Assert.Contains(PlanExplanation.Of(plan), line => line.Contains("in turns of 4s") && line.Contains("https://canary.example:8443"));
    }

    [Theory]
    [InlineData(""" "test_type": "ab" """, "ab_test")]
    [InlineData(""" "ab_test": { "candidate": "http://b" } """, "ab_test")]
    [InlineData(""" "test_type": "ab", "ab_test": {} """, "ab_test.candidate")]
    [InlineData(""" "test_type": "ab", "ab_test": { "candidate": "b" } """, "ab_test.candidate")]
    [InlineData(""" "test_type": "ab", "ab_test": { "candidate": "http://b/path" } """, "ab_test.candidate")]
    [InlineData(""" "test_type": "ab", "ab_test": { "candidate": "http://me:secret@b" } """, "ab_test.candidate")]
    [InlineData(""" "test_type": "ab", "ab_test": { "candidate": "http://b", "slice": "1s" } """, "ab_test.slice")]
    [InlineData(""" "test_type": "ab", "duration": "10s", "ab_test": { "candidate": "http://b" } """, "ab_test.slice")]
    [InlineData(""" "test_type": "ab", "ab_test": { "candidate": "http://b" }, "phases": [ { "name": "a", "target_users": 1, "duration": "1m" } ] """, "phases")]
    [InlineData(""" "test_type": "ab", "ab_test": { "candidate": "http://b" }, "scenario_config": { "scenarios": [ { "name": "s (candidate)", "user_journey": [ { "path": "/" } ] } ] } """, "scenario_config.scenarios[0].name")]
    public void What_makes_no_sense_is_refused_by_its_field(string members, string path) =>
        Assert.Contains(path, Reading.PathsOf($$"""{ "name": "x", {{members}} }"""));

    private static long Sum(List<bool> turns, bool ofCandidate, int power) =>
        turns.Take(16).Select((turn, i) => turn == ofCandidate ? (long)Math.Pow(i, power) : 0).Sum();
}
