using System.Text.Json.Nodes;

namespace Loadstone.Plans.Tests;

/// <summary>A plan written as a file is the same plan when it is read.</summary>
public sealed class PlanTextTests
{
    public static TheoryData<string> Texts =>
    [
        "plain", "two words", "true", "null", "~", "12", "1e5", "-", "- a", "a: b", "a #b", "'single'", "\"double\"", "`tick` ${x}", "line\nbreak\r\n", " space ", "tab\t",
        "{{random.int(1,9)}}", "[1]", "&a *b", "!tag", "%", "@", "é ü 漢 😀", "\u2028\u2029\u0085", "</script>", "Infinity", "NaN", ".5", "0x10", "2026-11-21", "", "yes", "---", "...", "\\", "a\\n",
    ];

    [Theory]
    [MemberData(nameof(SchemaTests.Files), MemberType = typeof(SchemaTests))]
    public void An_example_and_a_shipped_plan_come_back_unchanged(string file) => AssertComesBack(FeederFile.LoadPlan(Path.Combine(SchemaTests.Clone, file)));

    [Theory]
    [MemberData(nameof(SchemaTests.Journeys), MemberType = typeof(SchemaTests))]
    public void A_shipped_journey_comes_back_unchanged(string name) =>
        AssertComesBack(Reading.Valid(new TestPlan { Name = "x", ScenarioConfig = new ScenarioConfig { Scenarios = [ScenarioLibrary.Find(name)!] } }.ToJson().ToJsonString()));

    [Theory]
    [MemberData(nameof(Texts))]
    public void Any_text_stays_what_it_is(string text)
    {
        var plan = Reading.Valid(Reading.PlanOf("""{ "method": "POST", "path": "/", "json": { } }"""));
        var step = (HttpStep)plan.ScenarioConfig.Scenarios[0].Journey[0];
        AssertComesBack(plan with
        {
            Description = text,
            ScenarioConfig = plan.ScenarioConfig with
            {
                Scenarios = [plan.ScenarioConfig.Scenarios[0] with { Journey = [step with { Json = new JsonObject { [text] = new JsonArray(text, 5, true, null, new JsonObject()) } }] }],
                DataGeneration = new Dictionary<string, Feeder> { ["rows"] = new() { Rows = [new Dictionary<string, string> { ["a"] = text }] } },
            },
        });
    }

    private static void AssertComesBack(TestPlan plan)
    {
        Assert.Equal(PlanText.Json(plan), PlanText.Json(PlanFile.Parse(PlanText.Yaml(plan, "/schemas/plan.json"))));
        Assert.Equal(PlanText.Json(plan), PlanText.Json(PlanFile.Parse(PlanText.Json(plan))));
        Assert.Empty(new JsonSchemaCheck(PlanSchema.Plan).ErrorsOf(JsonNode.Parse(PlanText.Json(plan))));
    }
}
