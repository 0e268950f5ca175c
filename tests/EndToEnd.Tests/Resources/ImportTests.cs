using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Resources;

/// <summary>What other tools wrote runs on the platform.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class ImportTests(RunningPlatform running)
{
    private const string Path = "/api/load-testing/import";

    [Fact]
    public async Task A_recording_becomes_a_configuration_that_is_only_stored_when_asked_and_then_runs()
    {
        var (name, har) = ($"recorded {Guid.NewGuid()}", Har());
        var answer = await running.Api.ImportAsync(new ImportRequest(har, Name: name, LeaveOutStatic: true), null, CancellationToken.None);
        Assert.False(answer.Stored);
        Assert.Empty((await running.Api.ConfigurationsAsync(name, 10, CancellationToken.None)).Configurations);

        var stored = await running.Api.ImportAsync(new ImportRequest(har, Name: name), "true", CancellationToken.None);
        Assert.True(stored.Stored);
        var request = new ExecuteRequest(stored.Configuration["id"]!.GetValue<Guid>(), null, null, 0.05);
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var run = await running.EndOfAsync((await running.Api.ExecuteAsync(Guid.NewGuid().ToString(), request, CancellationToken.None)).Execution.Id);

        RunningPlatform.AssertPassed(run.Verdict);
        Assert.Equal(run.TotalRequests, await running.TargetRequestsAsync());
        Assert.Contains(stored.Warnings, w => w.Contains("https://elsewhere.test", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/yaml")]
    [InlineData("application/xml")]
    public async Task The_body_may_be_the_file_itself(string type)
    {
        var file = type switch
        {
            "application/json" => Har(),
            "application/yaml" => "openapi: 3.1.0\npaths: { /fixed: { get: { responses: { '200': { description: d } } } } }\n",
            _ => "<jmeterTestPlan><hashTree><ThreadGroup testname='t'/><hashTree><HTTPSamplerProxy testname='r'><stringProp name='HTTPSampler.path'>/fixed</stringProp></HTTPSamplerProxy><hashTree/></hashTree></hashTree></jmeterTestPlan>",
        };
        using var answer = await running.Gateway.PostAsync($"{Path}?name=given", new StringContent(file, Encoding.UTF8, type));
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.True(answer.StatusCode == HttpStatusCode.OK, json.ToJsonString());
        Assert.Equal("given", json["configuration"]!["name"]!.ToString());
        Assert.False(json["stored"]!.GetValue<bool>());
        var errors = new DocumentErrors();
        TestPlan.Read(json["configuration"], errors);
        Assert.Empty(errors.All);
    }

    [Fact]
    public async Task A_recording_may_be_larger_than_what_people_write()
    {
        var har = JsonNode.Parse(Har())!;
        har["log"]!["entries"]![0]!["response"]!["content"] = new JsonObject { ["mimeType"] = "text/html", ["text"] = new string('x', 6 << 20) };
        using var answer = await running.Gateway.PostAsync(Path, new StringContent(har.ToJsonString(), Encoding.UTF8, "application/json"));
        using var tooLarge = await running.Gateway.PostAsync(Path, new StringContent(new string(' ', 21 << 20), Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge), (answer.StatusCode, tooLarge.StatusCode));
    }

    [Theory]
    [InlineData("?format=k6", "application/json", """{ "content": "export default function () {}" }""", "format")]
    [InlineData("?format=nonsense", "application/json", """{ "content": "x" }""", "format")]
    [InlineData("?environment=nowhere", "application/json", """{ "content": "x" }""", "environment")]
    [InlineData("", "application/json", """{ "content": 5 }""", "content")]
    [InlineData("", "application/json", """{ "log": { "entries": [ { "request": { "method": "GET", "url": "x" } } ] } }""", "log.entries[0].request.url")]
    [InlineData("", "application/xml", "<!DOCTYPE a [ <!ENTITY b SYSTEM 'file:///etc/passwd'> ]><a>&b;</a>", "content")]
    [InlineData("", "application/yaml", "a: [", "")]
    public async Task A_bad_file_is_refused_by_the_place(string query, string type, string body, string place)
    {
        using var answer = await running.Gateway.PostAsync(Path + query, new StringContent(body, Encoding.UTF8, type));
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(place, Assert.Single(json["errors"]!.AsObject()).Key);
    }

    private string Har()
    {
        var origin = running.Platform.Target.GetLeftPart(UriPartial.Authority);
        return $$"""
            { "log": { "version": "1.2", "entries": [
              { "startedDateTime": "2026-11-21T10:00:00.000Z", "time": 20, "request": { "method": "GET", "url": "{{origin}}/fixed?a=1", "headers": [ { "name": "Cookie", "value": "sid=x" } ] }, "response": { "status": 200 } },
              { "startedDateTime": "2026-11-21T10:00:00.100Z", "time": 20, "request": { "method": "GET", "url": "https://elsewhere.test/x", "headers": [] }, "response": { "status": 200 } },
              { "startedDateTime": "2026-11-21T10:00:00.200Z", "time": 20, "request": { "method": "GET", "url": "{{origin}}/api/products?page=2", "headers": [] }, "response": { "status": 200 } }
            ] } }
            """;
    }
}
