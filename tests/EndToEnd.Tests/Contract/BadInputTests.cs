using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>Whatever comes in, the answer is a problem that names what is wrong, and nothing is stored or changed.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class BadInputTests(RunningPlatform running)
{
    private const string Configurations = "/api/load-testing/configurations";

    [Theory]
    [InlineData("""{ "name": "x", "max_virtual_users": -5 }""", "max_virtual_users")]
    [InlineData("""{ "name": "x", "test_type": "weird" }""", "test_type")]
    [InlineData("""{ "name": "x", "load_pattern": { "type": "stages", "stages": [ { "duration": "soon", "target": 5 } ] } }""", "load_pattern.stages[0].duration")]
    [InlineData("""{ "name": "x", "duration_minutes": 500 }""", "duration_minutes")]
    [InlineData("""{ "name": "x", "max_virtual_users": 30000 }""", "max_virtual_users")]
    [InlineData("""{ "name": "x", "environment": "nowhere" }""", "environment")]
    [InlineData("""{ "name": "x", "scenario_config": { "scenarios": [ "nobody" ] } }""", "scenario_config.scenarios[0]")]
    [InlineData("""{ "name": "x", "created_by": "me" }""", "created_by")]
    [InlineData("""{ "description": "no name" }""", "name")]
    [InlineData("""{ "name": "  " }""", "name")]
    [InlineData("""{ "name": "a\u0000b" }""", "name")]
    [InlineData("""{ "name": "\ud800" }""", "name")]
    public async Task A_malformed_configuration_is_refused_by_the_name_of_its_field_and_not_stored(string body, string field)
    {
        var before = await CountAsync();
        var (status, problem) = await SendAsync(HttpMethod.Post, Configurations, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(field, problem["errors"]!.AsObject().Select(e => e.Key));
        Assert.Contains(field, problem["error"]!.ToString());
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task One_answer_names_every_bad_field()
    {
        var (_, problem) = await SendAsync(HttpMethod.Post, Configurations, """{ "name": "", "max_virtual_users": 0, "test_type": 5, "colour": "red" }""");

        Assert.Equal(["colour", "max_virtual_users", "name", "test_type"], problem["errors"]!.AsObject().Select(e => e.Key).Order());
    }

    [Theory]
    [InlineData("POST", Configurations, "{ not json", HttpStatusCode.BadRequest)]
    [InlineData("POST", Configurations, "[]", HttpStatusCode.BadRequest)]
    [InlineData("POST", Configurations, "\"text\"", HttpStatusCode.BadRequest)]
    [InlineData("POST", Configurations, """{ "name": "a", "name": "b" }""", HttpStatusCode.BadRequest)]
    [InlineData("POST", Configurations, "", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", Configurations, null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/api/load-testing/execute", "{}", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/load-testing/execute", "{}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/load-testing/execute", """{ "configurationId": "abc" }""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/load-testing/execute", """{ "configurationId": "7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11" }""", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/load-testing/execute", """{ "configurationId": "7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11", "more": 1 }""", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/status", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/events", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/metrics", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/endpoints", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/report", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/report?format=exe", null, HttpStatusCode.BadRequest)]
    [InlineData("POST", "/api/load-testing/executions/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/stop", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions/not-an-id/status", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/load-testing/executions?limit=0", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/executions?status=dancing", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/executions?cursor=zzz", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/configurations?testType=weird", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/configurations?active=maybe", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/configurations?name=%00", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/configurations?cursor=MAB8eA==", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/load-testing/executions?cursor=MAB8eA==", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/internal/configurations/7e2a8c0e-1d5a-4a53-9c39-0b6f0f6f7d11/runnable", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/nowhere", null, HttpStatusCode.NotFound)]
    public async Task Every_failure_is_a_problem_with_one_sentence(string method, string path, string? body, HttpStatusCode expected)
    {
        var (status, problem) = await SendAsync(new HttpMethod(method), path, body);

        Assert.Equal(expected, status);
        Assert.False(problem["success"]!.GetValue<bool>());
        Assert.NotEmpty(problem["error"]!.ToString());
        Assert.Equal((int)expected, problem["status"]!.GetValue<int>());
        Assert.DoesNotContain("   at ", problem.ToJsonString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var (status, problem) = await SendAsync(HttpMethod.Post, Configurations, $$"""{ "name": "x", "description": "{{new string('x', 30_000_000)}}" }""");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "The body is too large: at most 4 MB."), (status, problem["error"]!.ToString()));
    }

    [Fact]
    public async Task A_body_in_chunks_that_is_too_large_is_refused_and_one_that_is_not_is_read()
    {
        var (status, problem) = await SendAsync(HttpMethod.Post, Configurations, $$"""{ "name": "x", "description": "{{new string('x', 30_000_000)}}" }""", inChunks: true);
        var (other, _) = await SendAsync(HttpMethod.Post, Configurations, """{ "name": "" }""", inChunks: true);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "The body is too large: at most 4 MB."), (status, problem["error"]!.ToString()));
        Assert.Equal(HttpStatusCode.BadRequest, other);
    }

    [Theory]
    [InlineData($"{Configurations}?tesType=smoke", "tesType")]
    [InlineData("/api/load-testing/scenarios?colour=x", "colour")]
    [InlineData("/api/load-testing/environments?colour=red&limit=5", "colour")]
    [InlineData("/api/load-testing/executions?verdict=failed", "verdict")]
    [InlineData("/api/load-testing/alerts?limit=500", "limit")]
    [InlineData($"{Configurations}?name=%FF", "name")]
    [InlineData("/api/load-testing/executions?status=failed&status=running", "status")]
    public async Task A_query_that_would_not_do_what_it_says_is_refused_by_the_name_of_its_parameter(string path, string parameter)
    {
        var (status, problem) = await SendAsync(HttpMethod.Get, path, null);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(parameter, Assert.Single(problem["errors"]!.AsObject()).Key);
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_is_refused_and_not_stored_with_other_characters()
    {
        using var content = new ByteArrayContent([.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var answer = await running.Gateway.PostAsync(Configurations, content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The body is not UTF-8.", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_by_its_type_is_refused()
    {
        using var answer = await running.Gateway.PostAsync(Configurations, new StringContent("name: x", Encoding.UTF8, "application/yaml"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_service_answers_nobody_but_the_platform_itself()
    {
        using var direct = new HttpClient { BaseAddress = running.Platform.UrlOf("scheduler") };
        using var forged = new HttpRequestMessage(HttpMethod.Get, "/api/load-testing/executions");
        forged.Headers.Add("Loadstone-Identity", "eyJDYWxsZXIiOnt9fQ==.AAAA");

        Assert.Equal(HttpStatusCode.Unauthorized, (await direct.GetAsync("/api/load-testing/executions")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await direct.SendAsync(forged)).StatusCode);
    }

    private async Task<long> CountAsync()
    {
        var list = JsonNode.Parse(await running.Gateway.GetStringAsync($"{Configurations}?limit=1"))!;
        return list["summary"]!["activeCount"]!.GetValue<long>();
    }

    private async Task<(HttpStatusCode Status, JsonObject Problem)> SendAsync(HttpMethod method, string path, string? body, bool inChunks = false)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = inChunks;
        using var answer = await running.Gateway.SendAsync(request);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }
}
