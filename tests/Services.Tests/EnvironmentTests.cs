using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Configuration.Environments;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.Extensions.Configuration;

namespace Loadstone.Services.Tests;

/// <summary>What an environment allows, and what it keeps to itself.</summary>
public sealed class EnvironmentTests
{
    private static readonly TargetPolicy Loopback = new() { AllowLoopback = true };

    [Theory]
    [InlineData("http://169.254.169.254")]
    [InlineData("http://2852039166")]
    [InlineData("http://0xa9.0xfe.0xa9.0xfe")]
    [InlineData("http://[::ffff:a9fe:a9fe]")]
    [InlineData("http://[fd00:ec2::254]")]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://[fe80::1]")]
    public async Task A_base_URL_that_leads_where_no_run_may_go_is_refused_by_its_field(string url)
    {
        var errors = new DocumentErrors();
        var system = Read($$"""{ "name": "x", "base_urls": ["http://127.0.0.1:1", "{{url}}"] }""", errors);
        await TargetRules.CheckAsync(system, Loopback, errors, CancellationToken.None);

        Assert.Equal("base_urls[1]", Assert.Single(errors.All).Path);
        Assert.Contains("never a system under test", errors.All[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_resolves_inside_is_refused_and_one_that_does_not_resolve_yet_is_let_be()
    {
        var policy = new TargetPolicy { Resolve = (host, _) => host == "inside.test" ? Task.FromResult<IPAddress[]>([IPAddress.Loopback]) : throw new System.Net.Sockets.SocketException(11001) };
        var errors = new DocumentErrors();
        await TargetRules.CheckAsync(Read("""{ "name": "x", "base_urls": ["https://later.test", "https://inside.test"] }""", errors), policy, errors, CancellationToken.None);

        Assert.Equal("base_urls[1]", Assert.Single(errors.All).Path);
    }

    [Theory]
    [InlineData("http://user:password@shop.test")]
    [InlineData("http://shop.test/path")]
    [InlineData("http://shop.test#part")]
    [InlineData("ftp://shop.test")]
    [InlineData("http://shop.test\\\\@127.0.0.1")]
    public void A_base_URL_is_a_scheme_a_host_and_a_port(string url)
    {
        var errors = new DocumentErrors();
        Read($$"""{ "name": "x", "base_urls": ["{{url}}"] }""", errors);
        Assert.Equal("base_urls[0]", Assert.Single(errors.All).Path);
    }

    [Fact]
    public async Task What_the_platform_listens_on_is_known_from_its_settings()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LOADSTONE_ALLOW_LOOPBACK"] = "true",
            ["LOADSTONE_GATEWAY_URL"] = "http://127.0.0.1:8001/",
            ["LOADSTONE_RABBITMQ"] = "amqp://user:password@localhost/",
            ["LOADSTONE_POSTGRES"] = "Host=10.9.8.7,127.0.0.1;Port=5433;Username=u",
            ["LOADSTONE_PLATFORM_ADDRESSES"] = "10.9.8.7:9000, [::1]:9001",
        }).Build();
        var policy = await PlatformAddresses.PolicyAsync(settings, CancellationToken.None);

        foreach (var end in new[] { "127.0.0.1:8001", "127.0.0.9:8001", "[::1]:8001", "[::ffff:127.0.0.1]:8001", "127.0.0.1:5672", "10.9.8.7:5433", "127.0.0.1:5433", "10.9.8.7:9000", "127.0.0.1:9001" })
            Assert.Contains("the platform itself", policy.Refusal(IPEndPoint.Parse(end).Address, IPEndPoint.Parse(end).Port), StringComparison.Ordinal);
        Assert.Null(policy.Refusal(IPAddress.Parse("10.9.8.7"), 8001));
        Assert.Null(policy.Refusal(IPAddress.Loopback, 8002));
    }

    [Fact]
    public void Secrets_are_shown_and_stored_by_name_only()
    {
        var errors = new DocumentErrors();
        var system = Read("""{ "name": "x", "base_urls": ["http://a.test"], "secrets": { "TOKEN": "planted-value", "OLD": null } }""", errors);

        Assert.True(errors.None);
        Assert.Equal("planted-value", system.GivenSecrets!["TOKEN"]);
        var (shown, stored) = (JsonSerializer.Serialize(system, WireJson.Options), JsonSerializer.Serialize(system, WireJson.ConfigureTransport(new JsonSerializerOptions())));
        Assert.DoesNotContain("planted-value", shown + stored, StringComparison.Ordinal);
        Assert.Contains("\"TOKEN\":null", shown, StringComparison.Ordinal);
        Assert.Contains("\"TOKEN\":null", stored, StringComparison.Ordinal);

        Assert.DoesNotContain("planted-value", new Contracts.SecretValues(system.GivenSecrets!.ToDictionary(s => s.Key, s => s.Value ?? "")).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "1A": "v" }""", "secrets.1A")]
    [InlineData("""{ "A B": "v" }""", "secrets.A B")]
    [InlineData("""{ "A": 5 }""", "secrets.A")]
    [InlineData("""{ "A": "" }""", "secrets.A")]
    [InlineData("""{ "shared": "v" }""", "secrets.shared")]
    public void A_bad_secret_is_refused_by_name(string secrets, string path)
    {
        var errors = new DocumentErrors();
        Read($$"""{ "name": "x", "base_urls": ["http://a.test"], "variables": { "shared": "1" }, "secrets": {{secrets}} }""", errors);
        Assert.Equal(path, Assert.Single(errors.All).Path);
    }

    [Fact]
    public void A_sealed_value_opens_only_with_its_key_for_its_environment_under_its_name()
    {
        var (box, other) = (BoxOf('a'), BoxOf('b'));
        var id = Guid.NewGuid();
        var sealedValue = box.Seal(id, "TOKEN", "planted-value");

        Assert.Equal("planted-value", box.Open(id, "TOKEN", sealedValue));
        Assert.NotEqual(sealedValue, box.Seal(id, "TOKEN", "planted-value"));
        Assert.ThrowsAny<CryptographicException>(() => other.Open(id, "TOKEN", sealedValue));
        Assert.ThrowsAny<CryptographicException>(() => box.Open(id, "OTHER", sealedValue));
        Assert.ThrowsAny<CryptographicException>(() => box.Open(Guid.NewGuid(), "TOKEN", sealedValue));
    }

    [Fact]
    public void A_runs_token_is_good_for_its_environment_and_for_five_minutes()
    {
        var clock = new SetClock();
        var identity = new InternalIdentity("a key of more than thirty-two characters"u8.ToArray(), clock);
        var (run, environment) = (Guid.NewGuid(), Guid.NewGuid());
        var token = identity.SignRun(run, environment);

        Assert.Equal((run, environment), (identity.VerifyRun(token)!.ExecutionId, identity.VerifyRun(token)!.EnvironmentId));
        Assert.Null(identity.VerifyRun(token.Replace(token[3], token[3] == 'A' ? 'B' : 'A')));
        Assert.Null(identity.Verify(token));
        Assert.Null(identity.VerifyRun(identity.Sign(new Caller("worker", "worker", []))));
        clock.Now += TimeSpan.FromMinutes(6);
        Assert.Null(identity.VerifyRun(token));
    }

    [Theory]
    [InlineData("2026-03-02T22:30:00+01:00", 60, true)] // a Monday
    [InlineData("2026-03-03T05:00:00+01:00", 60, true)]
    [InlineData("2026-03-03T05:30:00+01:00", 60, false)]
    [InlineData("2026-03-02T21:59:00+01:00", 1, false)]
    [InlineData("2026-03-07T23:00:00+01:00", 1, false)] // a Saturday
    [InlineData("2026-03-07T01:00:00+01:00", 60, true)] // begun on Friday
    [InlineData("2026-07-06T20:30:00Z", 60, true)] // summer time
    public void A_run_fits_whole_into_a_time_window_or_not_at_all(string from, int minutes, bool fits)
    {
        var errors = new DocumentErrors();
        var windows = Read("""
            { "name": "x", "base_urls": ["http://a.test"],
              "allowed_time_windows": [ { "days": ["mon","tue","wed","thu","fri"], "from": "22:00", "to": "06:00", "time_zone": "Europe/Berlin" } ] }
            """, errors).AllowedTimeWindows;

        Assert.True(errors.None);
        Assert.Equal(fits, TimeWindow.Around(windows, DateTimeOffset.Parse(from, null), TimeSpan.FromMinutes(minutes)) is not null);
    }

    [Theory]
    [InlineData("""{ "days": ["monday"] }""", "allowed_time_windows[0].days")]
    [InlineData("""{ "from": "24:00" }""", "allowed_time_windows[0].from")]
    [InlineData("""{ "to": "6" }""", "allowed_time_windows[0].to")]
    [InlineData("""{ "time_zone": "Mars/Olympus" }""", "allowed_time_windows[0].time_zone")]
    [InlineData("""{ "zone": "UTC" }""", "allowed_time_windows[0].zone")]
    public void A_bad_time_window_is_refused_by_its_field(string window, string path)
    {
        var errors = new DocumentErrors();
        Read($$"""{ "name": "x", "base_urls": ["http://a.test"], "allowed_time_windows": [ {{window}} ] }""", errors);
        Assert.Equal(path, Assert.Single(errors.All).Path);
    }

    [Theory]
    [InlineData("""{ "name": "p", "type": "postgres", "url": "postgres://u:secret@db:5432/x" }""", "probes[0].url")]
    [InlineData("""{ "name": "p", "type": "prometheus", "url": "postgres://db" }""", "probes[0].url")]
    [InlineData("""{ "name": "p", "type": "redis", "url": "redis://cache", "password_secret": "NO" }""", "probes[0].password_secret")]
    [InlineData("""{ "name": "p", "type": "prometheus", "url": "http://a", "metrics_map": { "cpu": "x" } }""", "probes[0].metrics_map.cpu")]
    [InlineData("""{ "name": "p", "type": "prometheus", "url": "http://a", "metrics_map": { "cpu_usage": "rate(x[5m])" } }""", "probes[0].metrics_map.cpu_usage")]
    [InlineData("""{ "name": "p", "type": "redis", "url": "redis://a", "metrics_map": { "cpu_usage": "x" } }""", "probes[0].metrics_map")]
    [InlineData("""{ "name": "p", "type": "rabbitmq", "url": "amqp://a" }""", "probes[0].queues")]
    [InlineData("""{ "name": "p", "type": "redis", "url": "redis://a", "queues": ["q"] }""", "probes[0].queues")]
    [InlineData("""{ "name": "p", "type": "redis", "url": "redis://a", "interval_seconds": 0 }""", "probes[0].interval_seconds")]
    [InlineData("""{ "name": "p", "type": "snmp", "url": "http://a" }""", "probes[0].type")]
    public void A_bad_probe_is_refused_by_its_field(string probe, string path)
    {
        var errors = new DocumentErrors();
        Read($$"""{ "name": "x", "base_urls": ["http://a.test"], "probes": [ {{probe}} ] }""", errors);
        Assert.Equal(path, Assert.Single(errors.All).Path);
    }

    [Fact]
    public void Production_takes_a_confirmation_and_made_up_data_from_an_administrator()
    {
        var system = Read("""{ "name": "live", "kind": "production", "base_urls": ["http://a.test"] }""", new DocumentErrors());
        string[] Refused(string feeder, bool confirmed)
        {
            var errors = new DocumentErrors();
            RunTerms.Check(system, PlanFile.Parse($$"""
                name: x
                duration: 10s
                scenario_config: { data_generation: { people: { values: [ a ]{{feeder}} } }, scenarios: [ { name: s, user_journey: [ { action: http, path: / } ] } ] }
                """), confirmed, DateTimeOffset.UnixEpoch, errors);
            return [.. errors.All.Select(e => e.Path)];
        }

        Assert.Equal(["confirm", "scenario_config.data_generation.people.synthetic"], Refused("", confirmed: false));
        Assert.Empty(Refused(", synthetic: true", confirmed: true));
        Assert.Equal(403, Assert.Throws<RefusalException>(() => RunTerms.CheckCaller(system, new Caller("gateway", "eve", ["engineer"]))).Status);
        RunTerms.CheckCaller(system, new Caller("gateway", "ann", ["admin"]));
    }

    [Fact]
    public void Only_an_administrator_raises_limits()
    {
        string[] Refused(EnvironmentLimits after, EnvironmentLimits? before, params string[] roles)
        {
            var errors = new DocumentErrors();
            after.CheckRaise(before, new Caller("gateway", "x", roles), errors);
            return [.. errors.All.Select(e => e.Path)];
        }

        Assert.Equal(["limits.max_virtual_users"], Refused(new EnvironmentLimits { MaxVirtualUsers = 1001 }, null, "engineer"));
        Assert.Empty(Refused(new EnvironmentLimits { MaxVirtualUsers = 1001 }, null, "admin"));
        Assert.Empty(Refused(new EnvironmentLimits { MaxVirtualUsers = 1001 }, new EnvironmentLimits { MaxVirtualUsers = 2000 }, "engineer"));
        Assert.Equal(["limits.max_rps"], Refused(new EnvironmentLimits(), new EnvironmentLimits { MaxRps = 10 }, "engineer"));
        Assert.Empty(Refused(new EnvironmentLimits { MaxRps = 5 }, new EnvironmentLimits { MaxRps = 10 }, "engineer"));
    }

    private static TargetSystem Read(string json, DocumentErrors errors)
    {
        var node = new DocumentNode(JsonNode.Parse(json), "", errors);
        var system = TargetSystem.Read(node);
        node.RefuseUnknown();
        return system;
    }

    private static SecretBox BoxOf(char key) => SecretBox.From(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["LOADSTONE_SECRETS_KEY"] = new string(key, 32) }).Build());
}
