using System.Net;
using System.Text.Json.Nodes;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Anybody's editor may ask a gateway what plans may say.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class SchemaTests(RunningPlatform running)
{
    [Theory]
    [InlineData("/schemas/plan.json")]
    [InlineData("/schemas/journey.json")]
    public async Task A_schema_is_there_for_whoever_asks(string path)
    {
        using var nobody = running.Caller(null);
        using var answer = await nobody.GetAsync(path);
        var schema = JsonNode.Parse(await answer.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/schema+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(JsonNode.DeepEquals(schema, path.Contains("plan", StringComparison.Ordinal) ? PlanSchema.Plan : PlanSchema.Journey));
        Assert.Equal(path, schema!["$id"]!.ToString());
    }
}
