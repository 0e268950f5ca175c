using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

public sealed class ProfileTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task A_user_keeps_what_it_drew_and_a_repeated_run_draws_the_same()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.Of(Plan(users: 20), server.Url);
        var first = server.Texts.Select(PathOf).Order().ToArray();
        await RealRun.Of(Plan(users: 20), server.Url);

        Assert.Equal(20, first.Distinct().Count());
        Assert.All(first.GroupBy(p => p), each => Assert.Equal(3, each.Count()));
        Assert.Equal(first, server.Texts.Skip(60).Select(PathOf).Order());
    }

    [Fact]
    public async Task Users_draw_from_the_profiles_distributions_and_never_outside_their_limits()
    {
        await using var server = ScriptedServer.Saying(Ok);
        await RealRun.Of(Plan(users: 500, "profile: { talk_share: { type: normal, mean: 0.9, deviation: 0.2 } }, "), server.Url);

        var drawn = server.Texts.Select(t => PathOf(t).Split('/')).ToArray();
        var (messages, talk) = (drawn.Select(d => double.Parse(d[1])).ToArray(), drawn.Select(d => double.Parse(d[2])).ToArray());
        Assert.InRange(messages.Average(), 28, 32);
        Assert.InRange(Math.Sqrt(messages.Average(m => Math.Pow(m - 30, 2))), 8, 12);
        Assert.All(talk, share => Assert.InRange(share, 0, 1));
        Assert.InRange(drawn.Average(d => double.Parse(d[3])), 1900, 2100);
        Assert.All(drawn, d => Assert.Equal("0.7", d[4]));
    }

    [Theory]
    [InlineData("profile: { messages_per_hour: 7200 }, ", "profile.message_rate", 500)]
    [InlineData("profile: { reaction_time: 300ms }, ", "profile.reaction_time", 300)]
    [InlineData("profile: { session_length: 5s }, ", "profile.session_length", 5000)]
    public void A_pause_may_be_the_users_own(string profile, string pause, int expectedMs)
    {
        var plan = Plans.PlanFile.Parse(Plan(1, profile).Replace("think_time: 0", $"think_time: {pause}"));
        var data = new PlanData(plan, new Dictionary<string, string>(), ShardShare.Whole);
        var user = VirtualRun.UsersOf(plan)[0];

        Assert.Equal(expectedMs * VirtualRun.Ms, new Waiting(plan.ScenarioConfig.ThinkTime, data.ProfileOf("s")).NextNs(user));
    }

    private static string PathOf(string request) => request.Split(' ')[1];

    private static string Plan(int users, string profile = "") => $$$"""
        name: x
        duration: 30s
        max_virtual_users: {{{users}}}
        load_pattern: { type: per_user_iterations, iterations: 3 }
        scenario_config:
          think_time: 0
          scenarios:
            - { name: s, {{{profile}}}user_journey: [ { path: "/{{profile.messages_per_hour}}/{{profile.talk_share}}/{{profile.reaction_time}}/{{profile.video}}" } ] }
        """;
}
