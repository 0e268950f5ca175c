using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Contract;

/// <summary>
/// Limits, headers and other origins (R14.2), at a second gateway with tight limits behind a proxy that it trusts. It shares the
/// database with the first, so what one knows the other knows.
/// </summary>
[Collection(nameof(RunningPlatform))]
public sealed class LimitTests(RunningPlatform running) : IAsyncLifetime
{
    private const string Executions = "/api/load-testing/executions";
    private const string Configurations = "/api/load-testing/configurations";
    private static Uri? _gateway;

    private static readonly Dictionary<string, string> Tight = new()
    {
        ["LOADSTONE_LIMIT_READS"] = "5",
        ["LOADSTONE_LIMIT_WRITES"] = "3",
        ["LOADSTONE_LIMIT_EXECUTES"] = "2",
        ["LOADSTONE_LIMIT_SIGN_INS"] = "3",
        ["LOADSTONE_CORS_ORIGINS"] = "https://ci.example",
        ["LOADSTONE_TRUSTED_PROXIES"] = "127.0.0.1",
    };

    public async Task InitializeAsync() => _gateway ??= await running.Platform.StartAnotherAsync("gateway", Tight, CancellationToken.None);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("GET", Executions, 5)]
    [InlineData("POST", Configurations, 3)]
    [InlineData("POST", "/api/load-testing/execute", 2)]
    public async Task Whoever_calls_too_often_is_told_when_to_come_again(string method, string path, int limit)
    {
        using var caller = Caller((await running.NewKeyAsync("engineer")).Secret);
        using var other = Caller((await running.NewKeyAsync("engineer")).Secret);
        for (var n = 0; n < limit; n++)
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await CallAsync(caller)).StatusCode);

        using var refused = await CallAsync(caller);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.StartsWith("Too many calls; try again in ", JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!.ToString());
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await CallAsync(other)).StatusCode);

        Task<HttpResponseMessage> CallAsync(HttpClient who) =>
            who.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "GET" ? null : JsonContent.Create(new { }) });
    }

    [Fact]
    public async Task Passwords_can_be_tried_a_few_times_a_minute_from_an_address()
    {
        using var here = Caller(null, "203.0.113.1");
        using var there = Caller(null, "203.0.113.2");
        for (var n = 0; n < 3; n++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(here)).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(here)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync(there)).StatusCode);
        var lines = (await running.Api.AuditAsync(null, "signIn", "refused", 200, null, CancellationToken.None)).Entries;
        Assert.Contains(lines, l => l is { Address: "203.0.113.1", Status: 429 });

        static Task<HttpResponseMessage> TryAsync(HttpClient who) => who.PostAsJsonAsync("/api/auth/sign-in", new { name = $"n{Guid.NewGuid():N}", password = "wrong password" });
    }

    [Fact]
    public async Task Whoever_is_unknown_is_counted_by_address()
    {
        using var stranger = Caller(null, "203.0.113.3");
        for (var n = 0; n < 5; n++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(Executions)).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await stranger.GetAsync("/API/load-testing/executions")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_key_revoked_here_is_refused_there_within_seconds()
    {
        var key = await running.NewKeyAsync("viewer");
        using var there = Caller(key.Secret);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/auth/me")).StatusCode);

        await running.Api.RevokeKeyAsync(key.Key.Id, CancellationToken.None);

        // Refused for its limit, then, as soon as that instance knows, for what it is.
        await RunningPlatform.UntilAsync(async () => (await there.GetAsync("/api/auth/me")).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_key_of_one_machine_is_no_key_from_another()
    {
        using var here = Caller(running.Platform.Key);
        using var elsewhere = Caller(running.Platform.Key, "203.0.113.4");

        Assert.NotEqual(HttpStatusCode.Unauthorized, (await here.GetAsync("/api/auth/me")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync("/api/auth/me")).StatusCode);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_what_not_to_do()
    {
        using var nobody = Caller(null, "203.0.113.5");
        nobody.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var refused = await nobody.GetAsync(Executions);
        using var page = await nobody.GetAsync("/openapi/v1.json");

        foreach (var answer in new[] { refused, page })
        {
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
            Assert.False(answer.Headers.Contains("Server"));
        }

        Assert.True(refused.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("https://ci.example", true)]
    [InlineData("https://elsewhere.example", false)]
    public async Task Pages_of_other_sites_may_call_only_if_they_are_named(string origin, bool mayCall)
    {
        using var browser = Caller(null, "203.0.113.6");
        using var asking = new HttpRequestMessage(HttpMethod.Options, Executions);
        asking.Headers.Add("Origin", origin);
        asking.Headers.Add("Access-Control-Request-Method", "GET");
        asking.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var answer = await browser.SendAsync(asking);

        Assert.Equal(mayCall, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    private HttpClient Caller(string? credential, string? address = null)
    {
        var caller = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = _gateway, Timeout = RunningPlatform.Longest };
        if (credential is not null)
            caller.DefaultRequestHeaders.Authorization = new("Bearer", credential);
        if (address is not null)
            caller.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return caller;
    }
}
