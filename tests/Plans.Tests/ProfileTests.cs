namespace Loadstone.Plans.Tests;

public sealed class ProfileTests
{
    [Fact]
    public void A_profile_takes_the_defaults_of_the_requirements_for_what_it_leaves_out()
    {
        var profile = ProfileOf("""{ "video": 0.25 }""");

        Assert.Equal(new NumberDistribution(DistributionType.Normal, 30, 10), profile.MessagesPerHour);
        Assert.Equal(new NumberDistribution(DistributionType.Normal, 0.4, 0.1), profile.TalkShare);
        Assert.Equal((2000, 500), (profile.ReactionTime.Mean.TotalMilliseconds, profile.ReactionTime.Deviation.TotalMilliseconds));
        Assert.Equal((30, 10), (profile.SessionLength.Mean.TotalMinutes, profile.SessionLength.Deviation.TotalMinutes));
        Assert.Equal((0.25, 0.1), (profile.Video, profile.ScreenShare));
    }

    [Fact]
    public void A_profile_reads_as_it_is_written()
    {
        var profile = ProfileOf("""
            { "messages_per_hour": { "type": "uniform", "min": 10, "max": 50 }, "talk_share": 0.5,
              "reaction_time": { "type": "uniform", "min": "1s", "max": "3s" }, "session_length": "20m", "screen_share": 1 }
            """);

        Assert.Equal((10, 50, 0.5), (profile.MessagesPerHour.Min, profile.MessagesPerHour.Max, profile.TalkShare.Mean));
        Assert.Equal((3, 20, 1), (profile.ReactionTime.Max.TotalSeconds, profile.SessionLength.Mean.TotalMinutes, profile.ScreenShare));
    }

    [Theory]
    [InlineData("""{ "messages_per_hour": 0 }""", "messages_per_hour: must be a number between 0.001 and 1000000")]
    [InlineData("""{ "talk_share": { "type": "normal", "mean": 1.4, "deviation": 0.1 } }""", "talk_share.mean: must be a number between 0 and 1")]
    [InlineData("""{ "talk_share": { "type": "uniform", "min": 0.6, "max": 0.4 } }""", "talk_share.max: must not be below min")]
    [InlineData("""{ "talk_share": { "type": "normal", "mean": 0.4 } }""", "talk_share.deviation: is required")]
    [InlineData("""{ "reaction_time": "11m" }""", "reaction_time: must be between 0s and 10m")]
    [InlineData("""{ "reaction_time": "profile.reaction_time" }""", "reaction_time: must be a duration such as 30s, 2m or 1m30s")]
    [InlineData("""{ "video": 1.5 }""", "video: must be a number between 0 and 1")]
    [InlineData("""{ "mood": 1 }""", "mood: is not a known member")]
    public void A_wrong_profile_is_refused_by_the_path_of_its_fault(string profile, string expected) =>
        Assert.Equal([$"scenario_config.scenarios[0].profile.{expected}"], Reading.ErrorsOf(PlanOf(profile, """{ "path": "/" }""")));

    [Fact]
    public void Every_duration_may_be_one_of_the_users_own()
    {
        var step = Reading.Step<WaitStep>("""{ "action": "wait", "duration": "profile.session_length", "think_time": "profile.message_rate" }""");

        Assert.Equal((ProfileTime.SessionLength, ProfileTime.MessageRate), (step.Duration.Own!.Value, step.ThinkTime!.Own!.Value));
    }

    [Fact]
    public void Templates_may_use_the_profiles_figures_and_no_others() => Assert.Equal(
        ["path: uses profile.mood, which no data and no earlier step gives"],
        Reading.ErrorsOfStep("""{ "path": "/{{profile.talk_share}}/{{profile.reaction_time}}/{{profile.mood}}" }"""));

    [Fact]
    public void A_time_that_no_profile_has_is_refused_with_those_there_are() => Assert.Equal(
        ["duration: must be one of profile.message_rate, profile.reaction_time, profile.session_length"],
        Reading.ErrorsOfStep("""{ "action": "wait", "duration": "profile.video" }"""));

    private static BehaviourProfile ProfileOf(string profile)
    {
        var plan = Reading.Valid(PlanOf(profile, """{ "path": "/" }"""));
        Reading.AssertSurvives(plan);
        return plan.ScenarioConfig.Scenarios[0].Profile!;
    }

    private static string PlanOf(string profile, string step) =>
        $$"""{ "name": "x", "scenario_config": { "scenarios": [ { "name": "s", "profile": {{profile}}, "user_journey": [ {{step}} ] } ] } }""";
}
