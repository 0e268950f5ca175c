namespace Loadstone.LoadEngine.Tests;

/// <summary>An A/B test sends each iteration to whose turn it is (requirements R17.6).</summary>
public sealed class AbTurnsTests
{
    private const string Journey = "scenario_config: { think_time: 0.1, scenarios: [ { name: s, user_journey: [ { name: get, path: /100ms } ] } ] }";

    [Theory]
    [InlineData("max_virtual_users: 5\nload_pattern: { type: constant }")]
    [InlineData("max_virtual_users: 50\nload_pattern: { type: constant_arrival_rate, rate: 20 }")]
    public async Task Iterations_go_to_whose_turn_it_is_when_they_are_due(string load)
    {
        await using var run = VirtualRun.OfPlan($"name: x\ntest_type: ab\nduration: 16s\nab_test: {{ candidate: \"http://b\", slice: 2s }}\n{load}\n{Journey}", PretendJourney.Requests([]));
        var end = await run.FinishAsync(20);

        Ledger.AssertBalanced(end, run.Windows);
        Assert.Equal("aabbbbaabbaaaabb", string.Concat(run.Windows.Take(16).Select(w => w.Operations.Where(o => o.Sent > 0).Select(o => o.Scenario).Distinct().ToList() switch
        {
            ["s"] => 'a',
            ["s (candidate)"] => 'b',
            _ => '?',
        })));
    }

    [Fact]
    public async Task The_candidate_is_asked_at_its_own_address_and_nothing_is_lost_between_both()
    {
        await using var a = ScriptedServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var b = ScriptedServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var end = await RealRun.Of($$"""
            name: x
            test_type: ab
            duration: 8s
            max_virtual_users: 2
            load_pattern: { type: constant }
            ab_test: { candidate: "{{b.Url}}", slice: 2s }
            scenario_config: { think_time: 100ms, scenarios: [ { name: s, user_journey: [ { name: get, path: /x } ] } ] }
            """, a.Url, b.Url);

        Assert.Equal([a.Texts.Count, b.Texts.Count], end.Total.Operations.OrderBy(o => o.Scenario, StringComparer.Ordinal).Select(o => (int)o.Ok));
        Assert.All(b.Texts, text => Assert.Contains($"Host: {b.Url.Authority}", text));
        Assert.InRange(b.Texts.Count, 40, 90);
    }

    [Fact]
    public async Task A_candidate_that_is_not_one_of_the_base_urls_is_refused_in_words()
    {
        await using var a = ScriptedServer.Saying("");
        var refusal = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RealRun.Of(
            $"name: x\ntest_type: ab\nduration: 8s\nmax_virtual_users: 1\nload_pattern: {{ type: constant }}\nab_test: {{ candidate: \"http://127.0.0.1:1\", slice: 2s }}\n{Journey}", a.Url));

        Assert.Equal("http://127.0.0.1:1 is not one of the environment's base URLs", refusal.Message);
    }
}
