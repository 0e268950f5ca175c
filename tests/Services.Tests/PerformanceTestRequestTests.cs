using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Scheduler;

namespace Loadstone.Services.Tests;

public sealed class PerformanceTestRequestTests
{
    private static readonly DocumentErrors None = new();

    [Fact]
    public void The_short_form_is_a_plan_with_its_thresholds_as_criteria()
    {
        var asked = Read("""
            { "testType": "smoke", "environment": "staging", "configuration": {
                "baseUrl": "https://shop.example", "users": 20, "duration": "10m", "thresholds": {
                  "http_req_duration": ["p(95)<2000", "p(99)<4000", "med<300"], "http_req_failed": ["rate<0.02"], "http_reqs": "rate>10" } } }
            """, None);
        var plan = TestPlan.Read(asked.Plan, None);

        Assert.Empty(None.All);
        Assert.Equal("https://shop.example", asked.BaseUrl);
        Assert.Equal((TestType.Smoke, "staging", 20, TimeSpan.FromMinutes(10)), (plan.TestType, plan.Environment, plan.MaxVirtualUsers, plan.Duration));
        Assert.Equal(
            ["avg_response_time ≤ 1500", "p95_response_time ≤ 2000", "p99_response_time ≤ 4000", "error_rate ≤ 2", "throughput_rps ≥ 10", "http_req_duration: med<300"],
            plan.SuccessCriteria.All().Select(c => c.Title));
    }

    [Fact]
    public void A_test_without_criteria_is_judged_by_the_thresholds_for_CI_runs()
    {
        var plan = TestPlan.Read(Read("""{ "configuration": { "users": 5 } }""", None).Plan, None);

        Assert.Equal(
            ["avg_response_time ≤ 1500", "p95_response_time ≤ 3000", "error_rate ≤ 1", "throughput_rps ≥ 50"], plan.SuccessCriteria.All().Select(c => c.Title));
        Assert.Equal("load test of the default environment", plan.Name);
    }

    [Fact]
    public void A_whole_plan_keeps_its_name_and_what_it_says_of_success()
    {
        var plan = TestPlan.Read(Read("""{ "configuration": { "name": "nightly", "success_criteria": { "max_p95_response_time": 100 } } }""", None).Plan, None);

        Assert.Equal("nightly", plan.Name);
        Assert.Equal(["avg_response_time ≤ 1500", "p95_response_time ≤ 100", "error_rate ≤ 1"], plan.SuccessCriteria.All().Select(c => c.Title));
    }

    [Theory]
    [InlineData("""{ }""", "configuration")]
    [InlineData("""{ "configuration": 5 }""", "configuration")]
    [InlineData("""{ "configuration": { "users": 0 } }""", "configuration.users")]
    [InlineData("""{ "configuration": { "users": 5, "max_virtual_users": 5 } }""", "configuration.users")]
    [InlineData("""{ "configuration": { "max_virtual_users": 0 } }""", "configuration.max_virtual_users")]
    [InlineData("""{ "configuration": { "duration": "soon" } }""", "configuration.duration")]
    [InlineData("""{ "configuration": { "baseUrl": 7 } }""", "configuration.baseUrl")]
    [InlineData("""{ "configuration": { "thresholds": { "http_req_duration": ["p(95)<2000", "fast"] } } }""", "configuration.thresholds.http_req_duration[1]")]
    [InlineData("""{ "configuration": { "thresholds": { "iteration_duration": ["avg<5"] } } }""", "configuration.thresholds.iteration_duration[0]")]
    [InlineData("""{ "configuration": { "thresholds": { "http_req_duration": 5 } } }""", "configuration.thresholds.http_req_duration")]
    [InlineData("""{ "configuration": { "colour": "red" } }""", "configuration.colour")]
    [InlineData("""{ "configuration": { }, "colour": "red" }""", "colour")]
    [InlineData("""{ "testType": "party", "configuration": { } }""", "testType")]
    [InlineData("""{ "testType": "smoke", "configuration": { "test_type": "load" } }""", "testType")]
    [InlineData("""{ "environment": "a", "configuration": { "environment": "b" } }""", "environment")]
    public void What_is_wrong_is_named_where_the_caller_wrote_it(string body, string path)
    {
        var errors = new DocumentErrors();

        Read(body, errors);

        Assert.Equal([path], errors.All.Select(e => e.Path).Distinct());
    }

    [Fact]
    public void A_change_may_be_the_configuration_itself_and_keeps_its_name_type_and_environment()
    {
        var defaults = new PerformanceTestDefaults("nightly", "smoke", "staging");
        var body = new DocumentNode(JsonNode.Parse("""{ "users": 7, "duration": "1m" }"""), "", None);
        var plan = TestPlan.Read(PerformanceTestRequest.ReadEither(body, defaults).Plan, None);
        body.RefuseUnknown();

        Assert.Empty(None.All);
        Assert.Equal(("nightly", TestType.Smoke, "staging", 7), (plan.Name, plan.TestType, plan.Environment, plan.MaxVirtualUsers));
    }

    private static PerformanceTestRequest Read(string body, DocumentErrors errors)
    {
        var node = new DocumentNode(JsonNode.Parse(body), "", errors);
        var asked = PerformanceTestRequest.Read(node);
        node.RefuseUnknown();
        return asked;
    }
}
