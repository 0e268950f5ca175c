namespace Loadstone.Plans.Tests;

public sealed class ControlStepTests
{
    private const string Get = """{ "path": "/" }""";

    [Fact]
    public void Steps_hold_steps()
    {
        var group = Reading.Step<GroupStep>("""
            { "action": "group", "name": "buy", "critical": true, "steps": [
              { "action": "parallel", "steps": [ { "path": "/a" }, { "action": "repeat", "times": 3, "steps": [ { "path": "/b" } ] } ] },
              { "action": "conditional", "probability": 0.3, "then": [ { "path": "/c" } ], "else": [ { "action": "wait", "duration": "2s" } ] } ] }
            """);

        var parallel = Assert.IsType<ParallelStep>(group.Steps[0]);
        Assert.Equal(new CountRange(3, 3), Assert.IsType<RepeatStep>(parallel.Steps[1]).Times);
        var conditional = Assert.IsType<ConditionalStep>(group.Steps[1]);
        Assert.Equal(0.3, conditional.Probability!.Value);
        Assert.Equal(("GET /c", "wait"), (conditional.Then[0].Name, conditional.Else![0].Name));
        Assert.Equal(("buy", true), (group.Name, group.Critical));
    }

    [Fact]
    public void A_chance_may_be_one_of_the_users_own()
    {
        var step = Reading.Step<ConditionalStep>($$"""{ "action": "conditional", "probability": "profile.screen_share", "then": [ {{Get}} ] }""");

        Assert.Equal(ProfileChance.ScreenShare, step.Probability!.Own);
    }

    [Theory]
    [InlineData("""{ "variable": "env.MODE", "equals": 5 }""", "env.MODE is '5'")]
    [InlineData("""{ "variable": "user.index", "equals": "{{user.iteration}}" }""", "user.index is '{{user.iteration}}'")]
    [InlineData("""{ "variable": "profile.video", "exists": true }""", "profile.video is there")]
    [InlineData("""{ "variable": "env.MODE", "exists": false }""", "env.MODE is empty")]
    [InlineData("""{ "variable": "env.MODE", "matches": "^a" }""", "env.MODE matches ^a")]
    public void A_condition_is_about_a_value_templates_can_name(string when, string words)
    {
        var step = Reading.Step<ConditionalStep>($$"""{ "action": "conditional", "when": {{when}}, "then": [ {{Get}} ] }""");

        Assert.Equal($"s: (if {words}: GET /)", Lines(step)[3]);
    }

    [Theory]
    [InlineData("""{ "action": "group", "steps": [ { "path": "/" } ] }""", "name: is required")]
    [InlineData("""{ "action": "group", "name": "g" }""", "steps: is required")]
    [InlineData("""{ "action": "group", "name": "g", "steps": [] }""", "steps: must have at least 1 step")]
    [InlineData("""{ "action": "group", "name": "g", "steps": 5 }""", "steps: must be a list")]
    [InlineData("""{ "action": "group", "name": "g", "steps": [ { "path": "/" }, { "path": "x" } ] }""", "steps[1].path: must begin with / or be a whole http(s) URL")]
    [InlineData("""{ "action": "group", "name": "g", "steps": [ { "action": "dance" } ] }""", "steps[0].action: must be one of http, wait, group, parallel, conditional, repeat, websocket, upload")]
    [InlineData("""{ "action": "group", "name": "g", "steps": [ { "path": "/", "name": "g" } ] }""", "name: names a group and another step: g")]
    [InlineData("""{ "action": "parallel", "steps": [ { "path": "/" } ] }""", "steps: must have at least 2 steps")]
    [InlineData("""{ "action": "conditional", "then": [ { "path": "/" } ] }""", "must have exactly one of probability and when")]
    [InlineData("""{ "action": "conditional", "probability": 1, "when": { "variable": "user.index", "exists": true }, "then": [ { "path": "/" } ] }""", "must have exactly one of probability and when")]
    [InlineData("""{ "action": "conditional", "probability": 1.1, "then": [ { "path": "/" } ] }""", "probability: must be a number between 0 and 1")]
    [InlineData("""{ "action": "conditional", "probability": "profile.mood", "then": [ { "path": "/" } ] }""", "probability: must be one of profile.video, profile.screen_share")]
    [InlineData("""{ "action": "conditional", "probability": 1 }""", "then: is required")]
    [InlineData("""{ "action": "conditional", "probability": 1, "then": [ { "path": "/" } ], "else": [] }""", "else: must have at least 1 step")]
    [InlineData("""{ "action": "conditional", "probability": 1, "then": [ { "path": "/" } ], "otherwise": [] }""", "otherwise: is not a known member")]
    [InlineData("""{ "action": "conditional", "when": { "equals": "a" }, "then": [ { "path": "/" } ] }""", "when.variable: is required")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "token", "exists": true }, "then": [ { "path": "/" } ] }""", "when.variable: uses token, which no data and no earlier step gives")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "a b", "exists": true }, "then": [ { "path": "/" } ] }""", "when.variable: is not the name of a value, such as token or users.role")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "random.uuid()", "exists": true }, "then": [ { "path": "/" } ] }""", "when.variable: is not the name of a value, such as token or users.role")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "user.index" }, "then": [ { "path": "/" } ] }""", "when: must have exactly one of equals, exists and matches")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "user.index", "exists": "yes" }, "then": [ { "path": "/" } ] }""", "when.exists: must be true or false")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "user.index", "matches": "(" }, "then": [ { "path": "/" } ] }""", "when.matches: is not a regular expression that can be matched in linear time")]
    [InlineData("""{ "action": "conditional", "when": { "variable": "user.index", "equals": "{{" }, "then": [ { "path": "/" } ] }""", "when.equals: has {{ without }}")]
    [InlineData("""{ "action": "repeat", "steps": [ { "path": "/" } ] }""", "must have exactly one of times and while")]
    [InlineData("""{ "action": "repeat", "times": 100001, "steps": [ { "path": "/" } ] }""", "times: must be a whole number between 0 and 100000")]
    [InlineData("""{ "action": "repeat", "times": { "min": 3, "max": 2 }, "steps": [ { "path": "/" } ] }""", "times.max: must not be below min")]
    [InlineData("""{ "action": "repeat", "times": { "min": 3 }, "steps": [ { "path": "/" } ] }""", "times.max: is required")]
    [InlineData("""{ "action": "repeat", "times": 3, "max_times": 5, "steps": [ { "path": "/" } ] }""", "max_times: belongs to while")]
    [InlineData("""{ "action": "repeat", "while": { "variable": "user.index", "exists": true }, "steps": [ { "path": "/" } ] }""", "max_times: is required with while")]
    public void A_wrong_step_is_refused_by_the_path_of_its_fault(string step, string expected) => Assert.Equal([expected], Reading.ErrorsOfStep(step));

    [Fact]
    public void A_fault_deep_inside_is_named_by_its_whole_path()
    {
        var step = """{ "action": "parallel", "steps": [ { "path": "/" }, { "action": "conditional", "probability": 0.5, "then": [ { "path": "/" } ], "else": [ { "path": "/{{token}}" } ] } ] }""";

        Assert.Equal(["scenario_config.scenarios[0].user_journey[0].steps[1].else[0].path: uses token, which no data and no earlier step gives"], Reading.ErrorsOf(Reading.PlanOf(step)));
    }

    [Fact]
    public void What_a_held_step_extracts_is_known_after_it_but_not_beside_it()
    {
        const string Take = """{ "path": "/", "extract": { "token": { "json": "$.token" } } }""";
        const string Use = """{ "path": "/{{token}}" }""";

        Assert.Empty(Reading.ErrorsOf(Reading.PlanOf($$"""{ "action": "group", "name": "g", "steps": [ {{Take}}, {{Use}} ] }, {{Use}}""")));
        Assert.Empty(Reading.ErrorsOf(Reading.PlanOf($$"""{ "action": "conditional", "probability": 0.5, "then": [ {{Take}}, {{Use}} ] }, {{Use}}""")));
        Assert.Empty(Reading.ErrorsOf(Reading.PlanOf($$"""{ "action": "parallel", "steps": [ {{Take}}, {{Get}} ] }, {{Use}}""")));
        Assert.Equal(["steps[1].path: uses token, which no data and no earlier step gives"],
            Reading.ErrorsOfStep($$"""{ "action": "parallel", "steps": [ {{Take}}, {{Use}} ] }"""));
        Assert.Equal(["else[0].path: uses token, which no data and no earlier step gives"],
            Reading.ErrorsOfStep($$"""{ "action": "conditional", "probability": 0.5, "then": [ {{Take}} ], "else": [ {{Use}} ] }"""));
    }

    [Fact]
    public void A_loop_may_wait_for_what_only_its_own_steps_extract() => Assert.Equal(20, Reading.Step<RepeatStep>("""
        { "action": "repeat", "while": { "variable": "done", "exists": false }, "max_times": 20, "steps": [ { "path": "/", "extract": { "done": { "json": "$.done" } } } ] }
        """).MaxTimes);

    [Fact]
    public void Steps_are_not_nested_without_end()
    {
        string Nested(int levels) => levels == 0 ? Get : $$"""{ "action": "group", "name": "g", "steps": [ {{Nested(levels - 1)}} ] }""";

        Assert.Empty(Reading.ErrorsOf(Reading.PlanOf(Nested(8))));
        Assert.EndsWith(".steps: is nested too deep: steps may hold steps 8 times", Assert.Single(Reading.ErrorsOf(Reading.PlanOf(Nested(9)))));
    }

    [Fact]
    public void A_journey_explains_itself()
    {
        var plan = PlanFile.Parse("""
            name: x
            scenario_config:
              scenarios:
                - name: shop
                  user_journey:
                    - { name: sign in, path: /, extract: { state: { json: $.state } } }
                    - { action: group, name: buy, steps: [ { name: add, path: / }, { action: wait, duration: { type: uniform, min: 1s, max: 3s } }, { name: pay, path: / } ] }
                    - { action: parallel, steps: [ { name: logo, path: / }, { name: style, path: / } ] }
                    - { action: conditional, probability: profile.video, then: [ { name: film, path: / } ], else: [ { name: talk, path: / } ] }
                    - { action: repeat, times: { min: 1, max: 4 }, steps: [ { name: browse, path: / } ] }
                    - { action: repeat, while: { variable: state, equals: pending }, max_times: 9, steps: [ { name: ask, path: / } ] }
            """);

        Assert.Equal("shop: sign in, (as one, 'buy': add, wait 1s to 3s, pay), (at once: logo, style), "
            + "(by the user's video chance: film; else: talk), (1 to 4 times: browse), (while state is 'pending', at most 9 times: ask)", Lines(plan)[3]);
    }

    [Fact]
    public void A_long_journey_is_explained_by_its_beginning()
    {
        var steps = string.Join(",", Enumerable.Range(1, 15).Select(i => $$"""{ "path": "/{{i}}" }"""));

        Assert.EndsWith("GET /12, and 3 more", Lines(Reading.Valid(Reading.PlanOf(steps)))[3]);
    }

    [Theory]
    [InlineData("""{ "path": "/", "redirects": 0 }""", 1L)]
    [InlineData("""{ "path": "/" }""", 11L)]
    [InlineData("""{ "action": "wait", "duration": "2s" }""", 0L)]
    [InlineData("""{ "action": "repeat", "times": { "min": 2, "max": 5 }, "steps": [ { "path": "/", "redirects": 0 }, { "path": "/", "redirects": 1 } ] }""", 15L)]
    [InlineData("""{ "action": "repeat", "while": { "variable": "env.MODE", "exists": true }, "max_times": 7, "steps": [ { "path": "/", "redirects": 0 } ] }""", 7L)]
    [InlineData("""{ "action": "conditional", "probability": 0.3, "then": [ { "path": "/" } ], "else": [ { "path": "/" } ] }""", 22L)]
    [InlineData("""{ "action": "group", "name": "g", "steps": [ { "action": "parallel", "steps": [ { "path": "/" }, { "path": "/" } ] } ] }""", 22L)]
    [InlineData("""{ "action": "group", "name": "g", "steps": [ { "path": "/" }, { "action": "upload" } ] }""", null)]
    [InlineData("""{ "action": "repeat", "times": 100000, "steps": [ { "action": "repeat", "times": 100000, "steps": [ { "action": "repeat", "times": 100000, "steps": [ { "action": "repeat", "times": 100000, "steps": [ { "action": "repeat", "times": 100000, "steps": [ { "path": "/" } ] } ] } ] } ] } ] }""", null)]
    public void A_journey_says_how_many_requests_it_leads_to_at_the_most(string step, long? most) =>
        Assert.Equal(most, Reading.Valid(Reading.PlanOf(step)).ScenarioConfig.MostRequests);

    private static string[] Lines(TestPlan plan) => [.. PlanExplanation.Of(plan)];

    private static string[] Lines(Step step) =>
        Lines(new TestPlan { ScenarioConfig = new ScenarioConfig { Scenarios = [new Scenario { Name = "s", Journey = [step] }] } });
}
