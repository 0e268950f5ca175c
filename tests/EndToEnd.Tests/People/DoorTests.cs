using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Local.Tests;

namespace Loadstone.EndToEnd.Tests.People;

/// <summary>Who comes in, and what they may do (R14.1, R14.6, R2.24).</summary>
[Collection(nameof(RunningPlatform))]
public sealed class DoorTests(RunningPlatform running)
{
    private const string Executions = "/api/load-testing/executions";
    private const string Configurations = "/api/load-testing/configurations";

    [Theory]
    [InlineData("GET", Executions)]
    [InlineData("POST", "/api/load-testing/execute")]
    [InlineData("GET", "/API/Load-Testing/executions")]
    [InlineData("GET", "/api/users")]
    [InlineData("GET", "/api/audit")]
    [InlineData("GET", "/api/nowhere")]
    [InlineData("PATCH", Executions)]
    public async Task Nobody_gets_in_without_a_credential(string method, string path)
    {
        using var nobody = running.Caller(null);
        using var answer = await nobody.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("Sign in, or send an API key.", JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!.ToString());
    }

    [Theory]
    [InlineData("lsk_0123456789012345678901234567890123456789012")]
    [InlineData("lsk_")]
    [InlineData("nonsense")]
    public async Task A_wrong_credential_is_as_good_as_none(string credential)
    {
        using var stranger = running.Caller(credential);

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(Executions)).StatusCode);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    public async Task What_everybody_may_know_needs_no_credential(string path)
    {
        using var nobody = running.Caller(null);

        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_role_may_do_what_its_role_allows_and_no_more()
    {
        var (viewer, engineer) = (await running.NewKeyAsync("viewer"), await running.NewKeyAsync("engineer"));
        using var reads = running.Caller(viewer.Secret);
        using var works = running.Caller(engineer.Secret);

        Assert.Equal(HttpStatusCode.OK, (await reads.GetAsync(Executions)).StatusCode);
        var refused = await reads.PostAsJsonAsync(Configurations, RunningPlatform.Plan());
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(
            $"This takes the role engineer; key:{viewer.Key.Name} is viewer.", JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!.ToString());
        Assert.Equal(HttpStatusCode.Created, (await works.PostAsJsonAsync(Configurations, RunningPlatform.Plan())).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await works.GetAsync("/api/users")).StatusCode);
    }

    [Fact]
    public async Task What_a_key_makes_bears_its_name()
    {
        var key = await running.NewKeyAsync("engineer");
        using var caller = running.Caller(null);
        caller.DefaultRequestHeaders.Add("X-Api-Key", key.Secret);
        caller.DefaultRequestHeaders.Add("Loadstone-Identity", "eyJDYWxsZXIiOnt9fQ==.AAAA");
        var made = await caller.PostAsJsonAsync(Configurations, RunningPlatform.Plan());

        Assert.Equal($"key:{key.Key.Name}", JsonNode.Parse(await made.Content.ReadAsStringAsync())!["configuration"]!["created_by"]!.ToString());
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_from_that_moment_on()
    {
        var key = await running.NewKeyAsync("viewer");
        using var caller = running.Caller(key.Secret);
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(Executions)).StatusCode);

        var revoked = await running.Api.RevokeKeyAsync(key.Key.Id, CancellationToken.None);

        Assert.Equal(HttpStatusCode.Unauthorized, (await caller.GetAsync(Executions)).StatusCode);
        Assert.Equal("local", revoked.Key.RevokedBy);
        Assert.Contains((await running.Api.KeysAsync("false", CancellationToken.None)).Keys, k => k.Id == key.Key.Id && k.LastUsedAt is not null);
    }

    [Fact]
    public async Task A_key_that_another_instance_revoked_is_known_within_seconds()
    {
        var key = await running.NewKeyAsync("viewer");
        using var caller = running.Caller(key.Secret);
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(Executions)).StatusCode);

        await Traffic.QueryAsync(running.Servers.PostgresConnectionString, $"update gateway.api_keys set revoked_at = now() where id = '{key.Key.Id}'");

        await RunningPlatform.UntilAsync(async () => (await caller.GetAsync(Executions)).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_ends_when_it_said_it_would()
    {
        var expires = DateTimeOffset.UtcNow.AddSeconds(3);
        var key = await running.NewKeyAsync("viewer", expires: expires);
        using var caller = running.Caller(key.Secret);
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(Executions)).StatusCode);

        await RunningPlatform.UntilAsync(async () => (await caller.GetAsync(Executions)).StatusCode == HttpStatusCode.Unauthorized);

        Assert.True(DateTimeOffset.UtcNow >= expires);
    }

    [Fact]
    public async Task A_key_is_good_for_its_areas_only_and_cannot_make_keys()
    {
        var key = await running.NewKeyAsync("admin", ["executions", "keys"]);
        using var caller = running.Caller(key.Secret);

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(Executions)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await caller.GetAsync(Configurations)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await caller.PostAsJsonAsync("/api/keys", new { name = "more", role = "viewer" })).StatusCode);
    }

    [Fact]
    public async Task A_key_that_makes_no_sense_is_refused_field_by_field()
    {
        var person = await running.NewPersonAsync("engineer");
        using var engineer = running.Caller(person.Tokens.AccessToken);
        var answer = await engineer.PostAsJsonAsync("/api/keys", new { role = "admin", scopes = new[] { "nowhere" }, expires_at = "2001-01-01T00:00:00Z", colour = "red" });

        var errors = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!.AsObject();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["colour", "expires_at", "name", "role", "scopes"], errors.Select(e => e.Key).Order());
    }

    [Fact]
    public async Task A_key_may_no_more_than_whoever_made_it_may_now()
    {
        var person = await running.NewPersonAsync("engineer");
        using var engineer = running.Caller(person.Tokens.AccessToken);
        var made = JsonNode.Parse(await (await engineer.PostAsJsonAsync("/api/keys", new { name = $"of {person.Name}", role = "engineer" })).Content.ReadAsStringAsync())!;
        using var machine = running.Caller(made["secret"]!.ToString());
        Assert.Equal(HttpStatusCode.Created, (await machine.PostAsJsonAsync(Configurations, RunningPlatform.Plan())).StatusCode);

        await running.Api.ChangeUserAsync(person.Id, new UserChange("viewer"), CancellationToken.None);
        Assert.Equal(HttpStatusCode.Forbidden, (await machine.PostAsJsonAsync(Configurations, RunningPlatform.Plan())).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await engineer.PostAsJsonAsync(Configurations, RunningPlatform.Plan())).StatusCode);

        await running.Api.DeactivateUserAsync(person.Id, CancellationToken.None);
        Assert.Equal(HttpStatusCode.Unauthorized, (await machine.GetAsync(Executions)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await engineer.GetAsync(Executions)).StatusCode);
    }

    [Fact]
    public async Task Nobody_but_an_admin_sees_the_keys_of_others()
    {
        var local = await running.NewKeyAsync("viewer");
        var person = await running.NewPersonAsync("engineer");
        using var engineer = running.Caller(person.Tokens.AccessToken);

        Assert.Empty(JsonNode.Parse(await engineer.GetStringAsync("/api/keys"))!["keys"]!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, (await engineer.DeleteAsync($"/api/keys/{local.Key.Id}")).StatusCode);
    }

    [Theory]
    [InlineData("configuration")]
    [InlineData("scheduler")]
    [InlineData("worker")]
    [InlineData("ingestion")]
    [InlineData("alerting")]
    [InlineData("analysis")]
    public async Task A_service_tells_its_health_to_everybody_and_everything_else_to_the_gateway_only(string service)
    {
        using var direct = new HttpClient { BaseAddress = running.Platform.UrlOf(service) };
        direct.DefaultRequestHeaders.Authorization = new("Bearer", running.Platform.Key);

        Assert.Equal(HttpStatusCode.OK, (await direct.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await direct.GetAsync(Executions)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await direct.GetAsync("/nowhere")).StatusCode);
    }
}
