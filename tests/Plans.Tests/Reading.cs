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

    public static TestPlan WithLoad(string loadMembers) => Valid($$"""{ "name": "x", {{loadMembers}} }""");
}
