using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

/// <summary>Reads plans the way a service does: leniently, then all errors at once.</summary>
internal static class Reading
{
    public const string MinimalJourney = """[{ "action": "http", "path": "/" }]""";

    public static TestPlan Valid(string json)
    {
        var errors = new DocumentErrors();
        var plan = TestPlan.Read(JsonNode.Parse(json), errors);
        Assert.Empty(errors.All);
        return plan;
    }

    public static IReadOnlyList<string> ErrorsOf(string json)
    {
        var errors = new DocumentErrors();
        TestPlan.Read(JsonNode.Parse(json), errors);
        return [.. errors.All.Select(e => $"{e.Path}: {e.Message}")];
    }

    public static IReadOnlyList<string> PathsOf(string json)
    {
        var errors = new DocumentErrors();
        TestPlan.Read(JsonNode.Parse(json), errors);
        return [.. errors.All.Select(e => e.Path)];
    }

    /// <summary>A plan of one scenario with one step.</summary>
    public static string PlanOf(string step) => $$"""{ "name": "x", "scenario_config": { "scenarios": [ { "name": "s", "user_journey": [ {{step}} ] } ] } }""";

    /// <summary>What is wrong with a step, each path from the step on.</summary>
    public static IReadOnlyList<string> ErrorsOfStep(string step) =>
        [.. ErrorsOf(PlanOf(step)).Select(e => e.Replace("scenario_config.scenarios[0].user_journey[0].", "").Replace("scenario_config.scenarios[0].user_journey[0]: ", ""))];

    /// <summary>A valid step, which survives being written for people and for the wire.</summary>
    public static T Step<T>(string step) where T : Step
    {
        var plan = Valid(PlanOf(step));
        AssertSurvives(plan);
        return Assert.IsType<T>(plan.ScenarioConfig.Scenarios[0].Journey[0]);
    }

    public static void AssertSurvives(TestPlan plan)
    {
        var written = plan.ToJson().ToJsonString();
        var transport = WireJson.ConfigureTransport(new JsonSerializerOptions());
        var carried = JsonSerializer.Deserialize<TestPlan>(JsonSerializer.Serialize(plan, transport), transport)!;

        Assert.Equal(written, Valid(written).ToJson().ToJsonString());
        Assert.Equal(written, carried.ToJson().ToJsonString());
    }

    public static TestPlan WithLoad(string loadMembers) => Valid($$"""{ "name": "x", {{loadMembers}} }""");
}
