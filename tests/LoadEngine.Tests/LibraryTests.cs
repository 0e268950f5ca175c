using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Every shipped scenario against the sample target: nothing fails, and every check holds.</summary>
public sealed class LibraryTests(SampleTargetServer target) : IClassFixture<SampleTargetServer>
{
    private const int Users = 4;

    public static TheoryData<string> Names => [.. ScenarioLibrary.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_shipped_scenario_runs_without_a_failure(string name)
    {
        var end = await RunAsync(Quickened(name));
        var total = end.Total.Total();

        Assert.Empty(end.Total.Operations.SelectMany(o => o.ErrorTypes.Select(e => $"{o.Operation}: {e.Key} {e.Value}")));
        Assert.Equal((0, 0), (total.FailedRequests, end.Total.Operations.Sum(o => o.ChecksFailed)));
        Assert.True(total.Ok > Users && end.Total.Operations.Sum(o => o.ChecksPassed) > 0);
    }

    [Fact]
    public async Task Nothing_more_is_done_by_a_client_who_could_not_sign_in()
    {
        var scenario = JsonNode.Parse(Quickened("client_form_submission").ToJsonString().Replace("password-", "wrong-", StringComparison.Ordinal))!.AsObject();
        var end = await RunAsync(scenario);

        // Operations that sent nothing have no line.
        var signIn = Assert.Single(end.Total.Operations);
        Assert.Equal("sign in", signIn.Operation);
        Assert.True(signIn.ChecksFailed >= signIn.Sent && signIn.Sent > 0);
    }

    private async Task<RunEnd> RunAsync(JsonObject scenario)
    {
        await target.ResetAsync();
        return await RealRun.Of(new JsonObject
        {
            ["name"] = "x",
            ["duration"] = "30s",
            ["max_virtual_users"] = Users,
            ["load_pattern"] = new JsonObject { ["type"] = "per_user_iterations", ["iterations"] = 2 },
            ["scenario_config"] = new JsonObject { ["think_time"] = 0, ["scenarios"] = new JsonArray(scenario) },
        }.ToJsonString(), target.Url);
    }

    // What takes minutes by its nature is done a few times only, and all chat in one room.
    private static JsonObject Quickened(string name)
    {
        var scenario = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(ScenarioLibrary.Find(name), WireJson.Options))!.AsObject();
        if (name == "chat_messaging")
        {
            var messages = scenario["user_journey"]![0]!["messages"]!;
            (messages["count"], messages["interval"]) = (5, "100ms");
            scenario["user_journey"]![0]!["join"]!["message"]!["room"] = "lobby";
        }

        return scenario;
    }
}
