using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>Configurations, scenarios and environments: kept by name, changed by version, never deleted.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ConfigurationTests(RunningPlatform running)
{
    [Fact]
    public async Task Only_a_name_is_required_and_the_answer_shows_the_defaults()
    {
        var name = $"bare {Guid.NewGuid()}";
        var configuration = (await running.Api.CreateConfigurationAsync(new JsonObject { ["name"] = name }, CancellationToken.None)).Configuration;

        Assert.Equal((name, "load", "native", "sample", "local"), (
            configuration["name"]!.ToString(), configuration["test_type"]!.ToString(), configuration["engine"]!.ToString(),
            configuration["environment"]!.ToString(), configuration["created_by"]!.ToString()));
        Assert.Equal((10.0, 100, 3.0, 1.0, 1), (
            configuration["duration_minutes"]!.GetValue<double>(), configuration["max_virtual_users"]!.GetValue<int>(),
            configuration["ramp_up_duration_minutes"]!.GetValue<double>(), configuration["ramp_down_duration_minutes"]!.GetValue<double>(),
            configuration["version"]!.GetValue<int>()));
        Assert.True(configuration["is_active"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_configuration_that_was_read_can_be_written_back_with_a_change()
    {
        var plan = RunningPlatform.Plan();
        var read = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration;
        read["description"] = "changed";
        using var answer = await PutAsync(read, ifMatch: null);

        var changed = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["configuration"]!;
        Assert.Equal(("changed", 2), (changed["description"]!.ToString(), changed["version"]!.GetValue<int>()));
        Assert.Equal("\"2\"", answer.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task A_stale_write_is_refused_and_so_is_one_without_a_version()
    {
        var configuration = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None)).Configuration;
        (await PutAsync(configuration, "\"1\"")).EnsureSuccessStatusCode();

        Assert.Equal(HttpStatusCode.Conflict, (await PutAsync(configuration, "\"1\"")).StatusCode);
        configuration.Remove("version");
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await PutAsync(configuration, null)).StatusCode);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"7\", \"1\"")]
    public async Task A_write_may_name_any_version_or_several(string ifMatch)
    {
        var configuration = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None)).Configuration;

        Assert.Equal(HttpStatusCode.OK, (await PutAsync(configuration, ifMatch)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await PutAsync(configuration, "\"7\", \"1\"")).StatusCode);
    }

    [Fact]
    public async Task Of_two_writers_at_once_only_one_succeeds()
    {
        var configuration = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None)).Configuration;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PutAsync(configuration, "\"1\"")));

        Assert.Single(answers, a => a.IsSuccessStatusCode);
        Assert.All(answers.Where(a => !a.IsSuccessStatusCode), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
    }

    [Fact]
    public async Task Nobodys_change_is_lost_when_many_edit_at_once()
    {
        const int Editors = 10, Edits = 4;
        var made = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(""" "description": "" """), CancellationToken.None)).Configuration;
        var id = made["id"]!.GetValue<Guid>();

        await Task.WhenAll(Enumerable.Range(0, Editors * Edits).GroupBy(n => n % Editors).Select(async mine =>
        {
            foreach (var n in mine)
                await AddAsync(id, $"[{n}]");
        }));

        var whole = await ReadAsync(id);
        Assert.All(Enumerable.Range(0, Editors * Edits), n => Assert.Contains($"[{n}]", whole["description"]!.ToString()));
        Assert.Equal(1 + (Editors * Edits), whole["version"]!.GetValue<int>());
    }

    // As a careful client does: read, change, write under the version that was read, and all again when somebody was faster.
    private async Task AddAsync(Guid id, string text)
    {
        for (var status = HttpStatusCode.Conflict; status == HttpStatusCode.Conflict;)
        {
            var read = await ReadAsync(id);
            read["description"] = $"{read["description"]}{text}";
            using var answer = await PutAsync(read, ifMatch: null);
            status = answer.StatusCode;
            Assert.True(answer.IsSuccessStatusCode || status == HttpStatusCode.Conflict, $"{(int)status}");
        }
    }

    private async Task<JsonObject> ReadAsync(Guid id) =>
        (await running.Gateway.GetFromJsonAsync<JsonObject>($"/api/load-testing/configurations/{id}"))!["configuration"]!.AsObject();

    [Fact]
    public async Task Names_are_unique_among_the_active_and_free_again_afterwards()
    {
        var plan = RunningPlatform.Plan();
        var first = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration;
        var second = await Assert.ThrowsAsync<LoadstoneException>(() => running.Api.CreateConfigurationAsync(plan, CancellationToken.None));
        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"/api/load-testing/configurations/{first["id"]}");
        delete.Headers.Add("If-Match", "\"1\"");
        (await running.Gateway.SendAsync(delete)).EnsureSuccessStatusCode();
        var third = (await running.Api.CreateConfigurationAsync(plan, CancellationToken.None)).Configuration;

        Assert.Equal(409, second.Status);
        Assert.NotEqual(first["id"]!.ToString(), third["id"]!.ToString());
        var history = JsonNode.Parse(await running.Gateway.GetStringAsync($"/api/load-testing/configurations/{first["id"]}/history"))!;
        Assert.Equal(["configuration_created", "configuration_deactivated"], history["events"]!.AsArray().Select(e => e!["type"]!.ToString()));
        var run = await Assert.ThrowsAsync<LoadstoneException>(() => running.Api.ExecuteAsync(
            "k", new ExecuteRequest(first["id"]!.GetValue<Guid>(), null), CancellationToken.None));
        Assert.Equal(409, run.Status);
    }

    [Fact]
    public async Task A_write_takes_a_configuration_out_of_use_and_into_it_again_while_its_name_is_free()
    {
        var read = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None)).Configuration;
        read["is_active"] = false;
        var inactive = await ConfigurationIn(await PutAsync(read, "*"));
        var refused = (await PutAsync(new JsonObject { ["name"] = "x", ["id"] = read["id"]!.DeepClone() }, "*")).StatusCode;
        read["is_active"] = true;
        var active = await ConfigurationIn(await PutAsync(read, "*"));
        read["is_active"] = false;
        (await PutAsync(read, "*")).EnsureSuccessStatusCode();
        var other = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan($""" "name": "{read["name"]}" """), CancellationToken.None)).Configuration;
        read["is_active"] = true;

        Assert.Equal((false, HttpStatusCode.Conflict, true), (inactive["is_active"]!.GetValue<bool>(), refused, active["is_active"]!.GetValue<bool>()));
        Assert.Equal(HttpStatusCode.Conflict, (await PutAsync(read, "*")).StatusCode);
        Assert.NotEqual(read["id"]!.ToString(), other["id"]!.ToString());
    }

    [Fact]
    public async Task Ten_configurations_posted_at_once_are_listed_newest_first_page_by_page()
    {
        var tag = Guid.NewGuid().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => running.Api.CreateConfigurationAsync(
            new JsonObject { ["name"] = $"{tag} {i}", ["test_type"] = i < 3 ? "smoke" : "load" }, CancellationToken.None)));

        var first = await ListAsync($"name={tag}&limit=6");
        var second = await ListAsync($"name={tag}&limit=6&cursor={Uri.EscapeDataString(first["nextCursor"]!.ToString())}");
        var smoke = await ListAsync($"name={tag}&testType=smoke");

        var all = first["configurations"]!.AsArray().Concat(second["configurations"]!.AsArray()).ToList();
        Assert.Equal(10, all.Select(c => c!["id"]!.ToString()).Distinct().Count());
        Assert.Equal(all.Select(c => c!["created_at"]!.GetValue<DateTimeOffset>()).OrderDescending(), all.Select(c => c!["created_at"]!.GetValue<DateTimeOffset>()));
        Assert.Null(second["nextCursor"]);
        Assert.Equal(3, smoke["configurations"]!.AsArray().Count);
        Assert.Equal((10, 3), (first["summary"]!["total"]!.GetValue<int>(), first["summary"]!["byType"]!["smoke"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_stored_scenario_runs_in_a_plan_that_names_it()
    {
        var name = $"scenario {Guid.NewGuid()}";
        using var stored = await running.Gateway.PostAsync("/api/load-testing/scenarios", new StringContent(
            $$"""{ "name": "{{name}}", "user_journey": [ { "action": "http", "name": "by name", "path": "/fixed" } ] }""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);

        var execution = await running.RunAsync(RunningPlatform.Plan($$""" "duration": "1s", "scenario_config": { "think_time": 0.05, "scenarios": [ "{{name}}" ] } """));

        var endpoints = await running.Api.EndpointsAsync(execution.Id, CancellationToken.None);
        Assert.Equal(("by name", name), (Assert.Single(endpoints.Endpoints).Operation, endpoints.Endpoints[0].Scenario));
    }

    [Fact]
    public async Task A_plan_without_scenarios_runs_the_shipped_wedding_planning_journey()
    {
        var execution = await running.RunAsync(new JsonObject
        {
            ["name"] = $"weddings {Guid.NewGuid()}",
            ["duration"] = "3s",
            ["max_virtual_users"] = 5,
            ["scenario_config"] = new JsonObject { ["think_time"] = 0.05 },
        });

        Assert.Equal(("completed", 0), (execution.Status, execution.FailedRequests));
        Assert.Contains((await running.Api.EndpointsAsync(execution.Id, CancellationToken.None)).Endpoints, e => e is { Scenario: "wedding_planning", Operation: "update wedding" });
    }

    [Fact]
    public async Task A_plan_beyond_the_environments_limit_is_told_the_scale_that_fits()
    {
        var environment = $"small {Guid.NewGuid()}";
        await running.Api.RegisterEnvironmentAsync(new JsonObject
        {
            ["name"] = environment,
            ["base_urls"] = new JsonArray("http://127.0.0.1:1"),
            ["limits"] = new JsonObject { ["max_virtual_users"] = 50 },
        }, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<LoadstoneException>(() => running.Api.CreateConfigurationAsync(
            new JsonObject { ["name"] = "x", ["environment"] = environment, ["max_virtual_users"] = 200 }, CancellationToken.None));

        Assert.Equal($"asks for 200, above the limit of 50 of the environment {environment}; an administrator may raise it, or --scale 0.25 fits", Assert.Single(refused.Errors["max_virtual_users"]));
    }

    private static async Task<JsonNode> ConfigurationIn(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["configuration"]!;

    private async Task<HttpResponseMessage> PutAsync(JsonObject configuration, string? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/load-testing/configurations/{configuration["id"]}")
        {
            Content = new StringContent(configuration.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null)
            request.Headers.Add("If-Match", ifMatch);
        return await running.Gateway.SendAsync(request);
    }

    private async Task<JsonObject> ListAsync(string query) =>
        JsonNode.Parse(await running.Gateway.GetStringAsync($"/api/load-testing/configurations?{query}"))!.AsObject();
}
