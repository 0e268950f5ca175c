using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

public sealed class PhaseTests
{
    private const string Two = """
        "phases": [
          { "name": "warm-up", "target_users": 10, "ramp_up": "1m", "duration": "5m", "scenarios": [ { "type": "a", "users": 7 }, { "type": "b", "users": 3, "parameters": { "item": "{{user.index}}" } } ] },
          { "name": "peak", "target_users": 50, "duration": "2m" } ],
        "scenario_config": { "scenarios": [
          { "name": "a", "user_journey": [ { "action": "http", "path": "/" } ] },
          { "name": "b", "data_templates": { "item": "1" }, "user_journey": [ { "action": "http", "path": "/{{item}}" } ] } ] }
        """;

    [Fact]
    public void Phases_are_the_load_of_their_plan()
    {
        var plan = Reading.Valid($$"""{ "name": "x", {{Two}} }""");

        Assert.Equal((TimeSpan.FromMinutes(7), 50), (plan.Duration, plan.MaxVirtualUsers));
        Assert.Equal([0, 5, 10, 10, 50, 50], new[] { 0, 30, 60, 299, 300, 400 }.Select(s => plan.Shape.At(TimeSpan.FromSeconds(s))));
        Assert.Equal(["warm-up", "peak", "peak"], new[] { 299, 300, 900 }.Select(s => TestPhase.At(plan.Phases!, TimeSpan.FromSeconds(s))!.Name));
    }

    [Fact]
    public void A_plan_with_phases_survives_being_written()
    {
        var plan = Reading.Valid($$"""{ "name": "x", {{Two}} }""");

        Reading.AssertSurvives(plan);
        Reading.AssertSurvives(plan.WithScenarios(_ => null, new DocumentErrors()));
    }

    [Fact]
    public void A_phase_without_scenarios_has_those_of_the_plan_and_not_those_of_other_phases()
    {
        var plan = Reading.Valid("""
            { "name": "x", "scenario_config": { "scenarios": [ { "name": "own", "user_journey": [ { "action": "http", "path": "/" } ] } ] },
              "phases": [ { "name": "one", "target_users": 1, "duration": "1s", "scenarios": [ { "type": "wedding planning" } ] },
                          { "name": "two", "target_users": 1, "duration": "1s" } ] }
            """).WithScenarios(name => name == "wedding planning" ? new Scenario { Name = name, Journey = [new WaitStep()] } : null, new DocumentErrors());

        Assert.Equal(["own", "wedding planning"], plan.ScenarioConfig.Scenarios.Select(s => s.Name));
        Assert.Equal(["own"], plan.Phases![1].Scenarios.Select(s => s.Type));
    }

    [Theory]
    [InlineData(""" "phases": [] """, "phases: must have at least one phase")]
    [InlineData(""" "phases": [ { "name": "a" } ] """, "phases[0].target_users: is required")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 1 } ] """, "phases[0].duration: is required")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 1, "duration": "1s", "ramp_up": "2s" } ] """, "phases[0].ramp_up: is longer than the phase, which takes 1s")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 1, "duration": "1s" }, { "name": "a", "target_users": 1, "duration": "1s" } ] """, "phases[1].name: names two phases: a")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 5, "duration": "1s", "scenarios": [ { "type": "s", "users": 4 } ] } ] """, "phases[0].scenarios: have 4 users together, but the phase has 5")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 5, "duration": "1s" } ], "duration": "2s" """, "duration: is 2s, but the phases add up to 1s")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 5, "duration": "1s" } ], "max_virtual_users": 4 """, "phases: climb to 5 users, above the plan's max_virtual_users of 4")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 5, "duration": "1s" } ], "load_pattern": { "type": "constant" } """, "load_pattern.type: stands beside phases, which are the load: leave it out")]
    [InlineData(""" "load_pattern": { "type": "phases" } """, "load_pattern.type: is for plans with phases")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 1, "duration": "1s", "scenarios": [ { "type": "s", "parameters": { "x": "{{" } } ] } ] """, "phases[0].scenarios[0].parameters.x")]
    [InlineData(""" "phases": [ { "name": "a", "target_users": 1, "duration": "121m" } ] """, "phases[0].duration")]
    public void What_is_wrong_with_a_phase_is_named(string members, string expected) =>
        Assert.Contains(Reading.ErrorsOf($$"""{ "name": "x", {{members}} }"""), error => error.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void A_phase_may_only_name_scenarios_and_parameters_that_are_there()
    {
        var errors = new DocumentErrors();
        var plan = TestPlan.Read(JsonNode.Parse("""
            { "name": "x", "phases": [ { "name": "a", "target_users": 1, "duration": "1s", "scenarios": [ { "type": "nobody knows" } ] },
              { "name": "b", "target_users": 1, "duration": "1s", "scenarios": [ { "type": "wedding planning", "parameters": { "nothing": "1" } } ] } ] }
            """), errors);
        plan.WithScenarios(name => name == "wedding planning" ? new Scenario { Name = name, Journey = [new WaitStep()] } : null, errors);

        Assert.Equal(["phases[0].scenarios[0].type", "phases[1].scenarios[0].parameters.nothing"], errors.All.Select(e => e.Path));
    }
}
