using System.Text.Json.Nodes;
using Loadstone.Gateway.Api;
using Loadstone.Plans;
using Microsoft.OpenApi;

namespace Loadstone.Services.Tests;

/// <summary>The API's documents fit together, and are refused in one sentence when they do not.</summary>
public sealed class ApiDocumentTests
{
    private const string Fine = """
        paths:
          /api/load-testing/things/{id}/{part}:
            parameters: [ { $ref: "#/components/parameters/id" } ]
            get:
              operationId: getThing
              x-service: analysis
              x-role: viewer
              x-audit: true
              x-timeout: 75
              responses: { "200": { description: It. } }
        components:
          parameters: { id: { name: id, in: path, required: true, schema: { type: string, format: uuid } } }
        """;

    [Fact]
    public async Task The_published_document_is_OpenAPI_without_an_error_or_a_warning()
    {
        await using var json = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(PublishedDocument.Of(ApiDocument.Load()).ToJsonString()));
        var read = await OpenApiDocument.LoadAsync(json, OpenApiConstants.Json);

        Assert.Empty(read.Diagnostic!.Errors.Select(e => e.ToString()));
        Assert.Empty(read.Diagnostic.Warnings.Select(w => w.ToString()));
        Assert.Equal(ApiDocument.Load().Operations.Count, read.Document!.Paths.Sum(p => p.Value.Operations!.Count));
    }

    [Fact]
    public void A_configuration_has_the_members_that_a_plan_has()
    {
        var described = ApiDocument.Load().Json["components"]!["schemas"]!["Configuration"]!["properties"]!.AsObject();
        var members = PlanSchema.Plan["properties"]!.AsObject();

        Assert.Equal(members.Select(m => m.Key).Order(), described.Select(m => m.Key).Order());
    }

    [Fact]
    public void An_operation_knows_its_route_role_rate_class_and_patience()
    {
        var operation = Assert.Single(ApiDocument.Merge([("a.yaml", Fine)]).Operations);

        Assert.Equal(
            new Operation("getThing", "GET", "/api/load-testing/things/{id}/{part}", "/api/load-testing/things/{id:guid}/{part}", "analysis", Role.Viewer, RateClass.Read, operation.Tags, IsAudited: true, TimeSpan.FromSeconds(75)),
            operation);
        Assert.Equal(RateClass.Execute, ApiDocument.Load()["execute"].RateClass);
    }

    [Theory]
    [InlineData("analysis", "astrology", "GET /api/load-testing/things/{id}/{part} is answered by astrology, which is no service")]
    [InlineData("x-role: viewer", "x-rule: viewer", "GET /api/load-testing/things/{id}/{part} has no x-role")]
    [InlineData("x-role: viewer", "x-role: king", "GET /api/load-testing/things/{id}/{part} has the x-role king, which is none of anonymous, viewer, engineer, admin")]
    [InlineData("parameters/id", "parameters/jd", "#/components/parameters/jd leads nowhere")]
    [InlineData("components:", "compounds:", "a.yaml has an unknown section compounds")]
    public void A_document_that_is_wrong_is_refused_in_one_sentence(string right, string wrong, string sentence)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => ApiDocument.Merge([("a.yaml", Fine.Replace(right, wrong))]));

        Assert.Equal($"The API's documents are inconsistent: {sentence}.", refused.Message);
    }

    [Theory]
    [InlineData("get:", "put:", "getThing is the operationId of GET /api/load-testing/things/{id}/{part} and of PUT /api/load-testing/things/{id}/{part}")]
    [InlineData("getThing", "getOther", "b.yaml describes get a second time, and otherwise")]
    public void Two_documents_that_contradict_one_another_are_refused(string right, string wrong, string sentence)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => ApiDocument.Merge([("a.yaml", Fine), ("b.yaml", Fine.Replace(right, wrong))]));

        Assert.Equal($"The API's documents are inconsistent: {sentence}.", refused.Message);
    }

    [Fact]
    public void Callers_read_of_each_operation_what_may_go_wrong_everywhere_and_nothing_of_the_gateways_own()
    {
        var paths = PublishedDocument.Of(ApiDocument.Load())["paths"]!.AsObject();
        var create = paths["/api/load-testing/configurations"]!["post"]!.AsObject();
        var health = paths["/health/live"]!["get"]!.AsObject();

        Assert.Equal(["201", "400", "401", "403", "409", "413", "415", "429", "5XX"], create["responses"]!.AsObject().Select(r => r.Key).Order());
        Assert.Equal(["x-role"], create.Select(m => m.Key).Where(name => name.StartsWith("x-", StringComparison.Ordinal)));
        Assert.Empty(health["security"]!.AsArray());
        Assert.DoesNotContain("401", health["responses"]!.AsObject().Select(r => r.Key));
    }

    [Fact]
    public void Every_operation_has_a_summary_a_tag_and_an_example_of_its_body()
    {
        var document = ApiDocument.Load();
        Assert.All(document.Operations, operation =>
        {
            var json = document.Json["paths"]![operation.Path]![operation.Method.ToLowerInvariant()]!;
            Assert.True(json["summary"] is not null && json["tags"] is JsonArray { Count: > 0 }, operation.Id);
            Assert.All(json["requestBody"]?["content"]?.AsObject() ?? [], body => Assert.True(body.Value!["example"] is not null, $"{operation.Id} has no example"));
        });
    }
}
