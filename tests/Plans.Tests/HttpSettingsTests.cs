namespace Loadstone.Plans.Tests;

public sealed class HttpSettingsTests
{
    [Theory]
    [InlineData("{}", HttpProtocol.Http11)]
    [InlineData("""{ "version": 1.1 }""", HttpProtocol.Http11)]
    [InlineData("""{ "version": "1.1" }""", HttpProtocol.Http11)]
    [InlineData("""{ "version": 2 }""", HttpProtocol.Http2)]
    [InlineData("""{ "version": "3" }""", HttpProtocol.Http3)]
    public void The_version_may_stand_with_or_without_quotes(string http, HttpProtocol expected) => Assert.Equal(expected, Settings(http).Version);

    [Fact]
    public void Requests_travel_as_the_plan_says()
    {
        var settings = Settings("""{ "version": 2, "connections": "shared", "max_connections": 8, "proxy": "http://proxy:3128", "verify_tls": false, "compression": true }""");

        Assert.Equal((ConnectionUse.Shared, 8, "http://proxy:3128", false, true),
            (settings.Connections, settings.MaxConnections!.Value, settings.Proxy, settings.VerifyTls, settings.Compression));
        Assert.Equal("over HTTP/2 on at most 8 shared connections, through http://proxy:3128, with any certificate, compressed if the target likes", Words(settings));
        Assert.Equal("over HTTP/1.1 on each user's own connections", Words(Settings("{}")));
    }

    [Theory]
    [InlineData("""{ "version": 1 }""", "version: must be 1.1, 2 or 3")]
    [InlineData("""{ "connections": "some" }""", "connections: must be one of per_user, shared")]
    [InlineData("""{ "max_connections": 8 }""", "max_connections: belongs to shared connections")]
    [InlineData("""{ "connections": "shared", "max_connections": 0 }""", "max_connections: must be a whole number between 1 and 65535")]
    [InlineData("""{ "proxy": "proxy:3128" }""", "proxy: must be like http://proxy:3128, without a path, a name or a password")]
    [InlineData("""{ "proxy": "http://me:secret@proxy:3128" }""", "proxy: must be like http://proxy:3128, without a path, a name or a password")]
    [InlineData("""{ "verify_tls": 1 }""", "verify_tls: must be true or false")]
    [InlineData("""{ "pipelining": true }""", "pipelining: is not a known member")]
    public void A_wrong_member_is_refused_by_its_path(string http, string expected) =>
        Assert.Equal([$"scenario_config.http.{expected}"], Reading.ErrorsOf(PlanOf(http)));

    private static HttpSettings Settings(string http)
    {
        var plan = Reading.Valid(PlanOf(http));
        Reading.AssertSurvives(plan);
        return plan.ScenarioConfig.Http!;
    }

    private static string Words(HttpSettings settings) =>
        PlanExplanation.Of(new TestPlan { ScenarioConfig = new ScenarioConfig { Http = settings } }).Single(l => l.StartsWith("requests travel", StringComparison.Ordinal))["requests travel ".Length..];

    private static string PlanOf(string http) => $$"""{ "name": "x", "scenario_config": { "http": {{http}} } }""";
}
