using System.Net;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>Plans and scenarios that are shipped or kept, and runs of them in another size.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class PlanTests(RunningPlatform running)
{
    private const string Plans = "/api/load-testing/plans";
    private const string Scenarios = "/api/load-testing/scenarios";

    [Fact]
    public async Task Shipped_plans_and_scenarios_are_listed_and_read_like_others_and_cannot_be_written()
    {
        var plans = (await GetAsync($"{Plans}?shipped=true"))["plans"]!.AsArray();
        var scenario = (await GetAsync($"{Scenarios}?shipped=true&type=wedding_planning"))["scenarios"]!.AsArray().Single()!.AsObject();

        Assert.Equal(["appointments", "endurance", "load", "login-dashboard-form", "smoke", "stress-http", "volume"], plans.Select(p => p!["name"]!.ToString()));
        Assert.Equal(("wedding_planning", true, "loadstone"), (scenario["name"]!.ToString(), scenario["is_shipped"]!.GetValue<bool>(), scenario["created_by"]!.ToString()));
        var path = $"{Scenarios}/{scenario["id"]}";
        Assert.Equal(scenario.ToJsonString(), (await GetAsync(path))["scenario"]!.ToJsonString());
        Assert.Empty((await GetAsync($"{path}/history"))["events"]!.AsArray());
        Assert.Equal(HttpStatusCode.Conflict, (await running.Gateway.CallAsync(HttpMethod.Put, path, scenario, "*")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await running.Gateway.CallAsync(HttpMethod.Delete, path, ifMatch: "*")).Status);
    }

    [Fact]
    public async Task A_list_goes_on_from_kept_scenarios_to_shipped_ones_without_losing_one()
    {
        var kept = await running.Gateway.CreateAsync(Scenarios, "scenario", $$"""
            { "name": "a search {{Guid.NewGuid()}}", "user_journey": [ { "action": "wait", "duration": "1s" } ] }
            """);
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = await GetAsync($"{Scenarios}?name=search&limit=1" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
            names.Add(Assert.Single(page["scenarios"]!.AsArray())!["name"]!.ToString());
            cursor = page["nextCursor"]?.ToString();
        }
        while (cursor is not null);

        Assert.Equal(names.Distinct(), names);
        Assert.Equal(("search", true), (names[^1], names.Contains(kept["name"]!.ToString())));
    }

    [Fact]
    public async Task A_kept_plan_has_five_verbs_and_no_name_of_a_shipped_one()
    {
        var plan = await running.Gateway.CreateAsync(Plans, "plan", $$"""{ "name": "p {{Guid.NewGuid()}}", "max_virtual_users": 90000 }""");
        plan["description"] = "changed";
        var (status, changed) = await running.Gateway.CallAsync(HttpMethod.Put, $"{Plans}/{plan["id"]}", plan);
        var (taken, problem) = await running.Gateway.CallAsync(HttpMethod.Post, Plans, new JsonObject { ["name"] = "smoke" });

        Assert.Equal((HttpStatusCode.OK, "changed", false), (status, changed["plan"]!["description"]!.ToString(), changed["plan"]!["is_shipped"]!.GetValue<bool>()));
        Assert.Equal((HttpStatusCode.BadRequest, "name"), (taken, problem["errors"]!.AsObject().Single().Key));
        Assert.Equal(HttpStatusCode.OK, (await running.Gateway.CallAsync(HttpMethod.Delete, $"{Plans}/{plan["id"]}", ifMatch: "\"2\"")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await ExecuteAsync($$""" "planId": "{{plan["id"]}}" """)).Status);
    }

    [Fact]
    public async Task A_shipped_plan_runs_in_seconds_when_it_is_scaled_and_the_run_says_by_what()
    {
        var (status, answer) = await ExecuteAsync(""" "planId": "smoke", "environment": "sample", "scale": 0.4, "timeScale": 0.05 """);
        Assert.True(status == HttpStatusCode.Accepted, answer.ToJsonString());
        var execution = await running.EndOfAsync(answer["execution"]!["id"]!.GetValue<Guid>());
        var shown = (await GetAsync($"/api/load-testing/executions/{execution.Id}/status"))["execution"]!;

        Assert.Equal(("completed", 3.0, 2, 0), (execution.Status, shown["planned_duration_seconds"]!.GetValue<double>(), execution.ConcurrentUsersPeak, execution.FailedRequests));
        Assert.Equal((0.4, 0.05), (shown["summary"]!["scale"]!.GetValue<double>(), shown["summary"]!["time_scale"]!.GetValue<double>()));
    }

    [Fact]
    public async Task What_is_too_large_for_an_environment_runs_there_when_it_is_scaled()
    {
        var environment = $"small {Guid.NewGuid()}";
        await running.Api.RegisterEnvironmentAsync(new JsonObject
        {
            ["name"] = environment,
            ["base_urls"] = new JsonArray(running.Target.BaseAddress!.GetLeftPart(UriPartial.Authority)),
            ["limits"] = new JsonObject { ["max_virtual_users"] = 10 },
        }, CancellationToken.None);

        var refused = await ExecuteAsync($$""" "planId": "load", "environment": "{{environment}}" """);
        var accepted = await ExecuteAsync($$""" "planId": "load", "environment": "{{environment}}", "scale": 0.1, "timeScale": 0.001 """);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("--scale 0.1 fits", refused.Body["errors"]!["max_virtual_users"]![0]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        await running.EndOfAsync(accepted.Body["execution"]!["id"]!.GetValue<Guid>());
    }

    [Theory]
    [InlineData(""" "planId": "smoke", "configurationId": "0199d2a4-7a51-7c3e-9b1f-2f6d5a8c1e00" """, "planId")]
    [InlineData(""" "configurationId": "0199d2a4-7a51-7c3e-9b1f-2f6d5a8c1e00", "environment": "sample" """, "environment")]
    [InlineData(""" "planId": "smoke", "environment": "nowhere" """, "environment")]
    [InlineData(""" "planId": "smoke", "scale": 0 """, "scale")]
    [InlineData(""" "planId": "smoke", "timeScale": 1000 """, "timeScale")]
    public async Task What_cannot_be_run_is_refused_by_the_name_of_the_member(string body, string member)
    {
        var (status, problem) = await ExecuteAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, member), (status, problem["errors"]!.AsObject().Single().Key));
    }

    private Task<(HttpStatusCode Status, JsonObject Body)> ExecuteAsync(string members) =>
        running.Gateway.CallAsync(HttpMethod.Post, "/api/load-testing/execute", JsonNode.Parse($"{{ {members} }}"));

    private async Task<JsonObject> GetAsync(string path) => (await running.Gateway.CallAsync(HttpMethod.Get, path)).Body;
}
