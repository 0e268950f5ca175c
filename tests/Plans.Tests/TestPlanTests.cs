using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

public sealed class TestPlanTests
{
    // The plan file of requirements §1, as it stands there.
    private const string WholePlan = """
        name: checkout-peak
        description: Browse, search and buy under peak load
        test_type: load
        environment: sample
        engine: native
        duration: 20s                 # whole run
        max_virtual_users: 50
        load_pattern: { type: linear, ramp_up: 4s, ramp_down: 2s }
        scenario_config:
          think_time: { type: normal, mean: 1s, deviation: 200ms }
          weights: { browse: 70, buy: 30 }
          data_generation: { seed: 42, users: { file: users.csv, mode: unique } }
          scenarios:
            - name: browse
              user_journey:
                - { action: http, name: list products, method: GET, path: "/api/products?page={{random.int(1,9)}}",
                    checks: [ { status: 200 }, { max_time: 500ms } ] }
            - name: buy
              user_journey:
                - { action: http, name: sign in, method: POST, path: /api/auth/login, critical: true,
                    json: { email: "{{users.email}}", password: "{{users.password}}" },
                    extract: { token: { json: $.token } } }
                - { action: http, name: checkout, method: POST, path: /api/cart/checkout,
                    headers: { Authorization: "Bearer {{token}}" }, json: { items: [ "{{pick(skus)}}" ] } }
        success_criteria:
          max_p95_response_time: 800
          max_error_rate: 1
          min_throughput: 20
          expressions: [ "p(99) of 'checkout' < 1500", "errors: rate < 0.01" ]
        stop_conditions: { max_error_rate: 50, for: 5s }
        """;

    [Fact]
    public void The_plan_file_of_the_requirements_is_read_whole()
    {
        var plan = PlanFile.Parse(WholePlan);

        Assert.Equal("checkout-peak", plan.Name);
        Assert.Equal(TimeSpan.FromSeconds(20), plan.Duration);
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2)), (plan.RampUp!.Value, plan.RampDown!.Value));
        Assert.Equal(42, plan.Seed);
        Assert.Equal(DistributionType.Normal, plan.ScenarioConfig.ThinkTime.Type);
        Assert.Equal(FeedMode.Unique, plan.ScenarioConfig.DataGeneration!["users"].Mode);
        Assert.True(plan.ScenarioConfig.Scenarios[1].Journey[0].Critical);
        Assert.Equal(["avg_response_time ≤ 1000", "p95_response_time ≤ 800", "error_rate ≤ 1", "throughput_rps ≥ 20",
            "p(99) of 'checkout' < 1500", "errors: rate < 0.01"], plan.SuccessCriteria.All().Select(c => c.Title));
        Assert.Equal(50, plan.StopConditions!.MaxErrorRate);
    }

    [Theory]
    [InlineData("""{ "name": "a\u0000b" }""", "name")]
    [InlineData("""{ "scenario_config": { "scenarios": [ { "json": [ "\ud800" ] } ] } }""", "scenario_config.scenarios[0].json[0]")]
    [InlineData("""{ "a\u0000b": 1 }""", "")]
    [InlineData("""{ "a\ud800b": 1 }""", "")]
    [InlineData("""{ "load_pattern": { "type": "linear", "type": "spike" } }""", "")]
    public void What_cannot_be_kept_as_text_or_stands_twice_is_refused_by_its_path(string json, string path)
    {
        var errors = new DocumentErrors();
        PlanFile.ParseJson(json, errors);

        var error = Assert.Single(errors.All);
        Assert.Equal(path, error.Path);
        Assert.DoesNotContain("line ,", error.Message);
    }

    [Fact]
    public void A_plan_file_with_a_zero_in_a_text_is_refused_with_its_line()
    {
        var refused = Assert.Throws<InvalidPlanException>(() => PlanFile.Parse("name: x\ndescription: \"a\\0b\""));

        Assert.StartsWith("line 2: description: ", refused.Message);
    }

    [Fact]
    public void A_name_of_nothing_but_spaces_is_refused() =>
        Assert.Equal(["name: must not be blank"], Reading.ErrorsOf("""{ "name": "  " }"""));

    [Fact]
    public void What_is_written_reads_back_to_the_same_plan()
    {
        var plan = PlanFile.Parse(WholePlan);

        var again = Reading.Valid(plan.ToJson().ToJsonString());

        Assert.Equal(plan.ToJson().ToJsonString(), again.ToJson().ToJsonString());
    }

    [Fact]
    public void Only_a_name_is_required_and_the_rest_takes_its_defaults()
    {
        var plan = Reading.Valid("""{ "name": "x" }""");

        Assert.Equal(TestType.Load, plan.TestType);
        Assert.Equal(TimeSpan.FromMinutes(10), plan.Duration);
        Assert.Equal(100, plan.MaxVirtualUsers);
        Assert.IsType<LinearLoad>(plan.LoadPattern);
        Assert.Equal((TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(1)), (plan.RampUp!.Value, plan.RampDown!.Value));
        Assert.Equal(TimeSpan.FromSeconds(1), plan.ScenarioConfig.ThinkTime.Mean);
        Assert.Equal((1000, 2000, 5), (plan.SuccessCriteria.MaxAvgResponseTime, plan.SuccessCriteria.MaxP95ResponseTime, plan.SuccessCriteria.MaxErrorRate));
    }

    [Fact]
    public void A_plan_without_scenarios_runs_the_wedding_planning_journey()
    {
        var plan = Reading.Valid("""{ "name": "x" }""").WithScenarios(_ => null, new DocumentErrors());

        Assert.Equal("wedding_planning", Assert.Single(plan.ScenarioConfig.Scenarios).Name);
        Assert.NotEmpty(plan.ScenarioConfig.Scenarios[0].Journey);
    }

    [Fact]
    public void A_plan_of_bare_endpoints_requests_each_in_turn()
    {
        var plan = Reading.Valid("""{ "name": "x", "target_endpoints": ["/api/products?page=1", "POST /api/echo"] }""")
            .WithScenarios(_ => null, new DocumentErrors());

        Assert.Equal(["GET /api/products", "POST /api/echo"], plan.ScenarioConfig.Scenarios[0].Journey.Select(s => s.Name));
    }

    [Fact]
    public void Scenarios_given_by_name_are_looked_up_and_unknown_ones_are_named()
    {
        var plan = Reading.Valid("""{ "name": "x", "scenario_config": { "scenarios": ["mine", "nobody"] } }""");
        var errors = new DocumentErrors();

        var filled = plan.WithScenarios(n => n == "mine" ? new Scenario { Name = n, Journey = [new WaitStep()] } : null, errors);

        Assert.Single(filled.ScenarioConfig.Scenarios[0].Journey);
        Assert.Equal("scenario_config.scenarios[1]", Assert.Single(errors.All).Path);
    }

    [Fact]
    public void One_answer_names_every_bad_field()
    {
        var paths = Reading.PathsOf("""
            { "name": "", "test_type": "weird", "max_virtual_users": -5, "duration_minutes": 500, "colour": "red",
              "load_pattern": { "type": "stages", "stages": [ { "duration": "soon", "target": 5 }, { "duration": "1m" } ] },
              "success_criteria": { "max_error_rate": 80, "expressions": ["p(95) is low"] },
              "scenario_config": { "think_time": 11, "scenarios": [ { "name": "a", "user_journey": [ { "action": "fly" } ] } ] } }
            """);

        Assert.Equal(
        [
            "colour", "duration_minutes", "load_pattern.stages[0].duration", "load_pattern.stages[1].target", "max_virtual_users", "name",
            "scenario_config.scenarios[0].user_journey[0].action", "scenario_config.think_time",
            "success_criteria.expressions[0]", "success_criteria.max_error_rate", "test_type",
        ], paths.Order(StringComparer.Ordinal).Distinct());
    }

    [Theory]
    [InlineData("""{ "name": 5 }""", "name: must be a text")]
    [InlineData("""{ "name": "x", "max_virtual_users": "many" }""", "max_virtual_users: must be a whole number")]
    [InlineData("""{ "name": "x", "max_virtual_users": 1.5 }""", "max_virtual_users: must be a whole number")]
    [InlineData("""{ "name": "x", "load_pattern": "linear" }""", "load_pattern: must be an object")]
    [InlineData("""{ "name": "x", "seed": 1, "duration": "1m", "duration_minutes": 1 }""", "duration: says the same as duration_minutes: give one of them")]
    [InlineData("""{ "name": "x", "engine": "k6" }""", "engine: k6 is not available in this version")]
    public void A_wrong_value_is_refused_in_words(string json, string expected) => Assert.Contains(expected, Reading.ErrorsOf(json));

    [Fact]
    public void A_template_that_nothing_fills_is_refused()
    {
        var errors = Reading.ErrorsOf("""
            { "name": "x", "scenario_config": { "scenarios": [ { "name": "a", "user_journey": [
              { "action": "http", "path": "/a/{{token}}" },
              { "action": "http", "path": "/b", "extract": { "token": { "json": "$.token" } } } ] } ] } }
            """);

        Assert.Equal(["scenario_config.scenarios[0].user_journey[0].path: uses token, which no data and no earlier step gives"], errors);
    }

    [Fact]
    public void Errors_of_a_file_name_their_lines()
    {
        var thrown = Assert.Throws<InvalidPlanException>(() => PlanFile.Parse("name: x\nmax_virtual_users: -1\nload_pattern:\n  type: bent\n"));

        Assert.Equal([2, 4], thrown.Errors.All.Select(e => e.Line!.Value).Order());
    }

    [Theory]
    [InlineData("name: [unclosed")]
    [InlineData("")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]")]
    public void What_is_no_plan_file_is_refused_and_never_crashes(string text) =>
        Assert.NotEmpty(Assert.Throws<InvalidPlanException>(() => PlanFile.Parse(text)).Errors.All);

    [Fact]
    public void JSON_with_a_member_given_twice_is_refused()
    {
        var errors = new DocumentErrors();

        Assert.Null(PlanFile.ParseJson("""{ "name": "a", "name": "b" }""", errors));
        Assert.False(errors.None);
    }

    [Fact]
    public void Every_shipped_scenario_reads_without_an_error() => Assert.NotEmpty(ScenarioLibrary.All.ToArray());

    [Fact]
    public void A_plan_explains_itself()
    {
        var lines = PlanExplanation.Of(PlanFile.Parse(WholePlan)).ToArray();

        Assert.Equal("checkout-peak: a load test of 20s on the environment sample", lines[0]);
        Assert.Equal("users: climb to 50 over 4s, 50 for 14s, fall to 0 over 2s", lines[1]);
        Assert.Equal("scenarios: browse 70 %, buy 30 %", lines[2]);
    }

    [Fact]
    public void A_JSON_body_keeps_its_types()
    {
        var plan = Reading.Valid("""
            { "name": "x", "scenario_config": { "scenarios": [ { "name": "a", "user_journey": [
              { "action": "http", "method": "POST", "path": "/a", "json": { "n": 1.50, "deep": [ true, null, "{{user.index}}" ] } } ] } ] } }
            """);

        var step = (HttpStep)plan.ScenarioConfig.Scenarios[0].Journey[0];

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{ "n": 1.50, "deep": [ true, null, "{{user.index}}" ] }"""), step.Json));
    }
}
