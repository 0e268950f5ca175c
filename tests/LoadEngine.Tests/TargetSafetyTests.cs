using System.Net;
using System.Text.Json;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>
/// A run reaches what its environment names and nothing else, however the way there is dressed up. Where nothing may go, nothing
/// is connected to, and nothing counts as sent.
/// </summary>
public sealed class TargetSafetyTests
{
    private const string Close = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    private static readonly TargetPolicy Strict = new();
    private static readonly TargetPolicy Loopback = new() { AllowLoopback = true };

    // The test's own server, in every disguise that leads to it.
    public static TheoryData<string> Disguises =>
    [
        "http://127.0.0.1:{0}", "http://localhost:{0}", "http://LOCALHOST:{0}", "http://localhost.:{0}", "http://2130706433:{0}",
        "http://0x7f000001:{0}", "http://0x7f.1:{0}", "http://0177.0.0.1:{0}", "http://127.1:{0}", "http://127.0.0.1.:{0}",
        "http://[::ffff:127.0.0.1]:{0}", "http://[::ffff:7f00:1]:{0}", "http://[::1]:{0}", "http://example.com@127.0.0.1:{0}",
        "http://ⓛocalhost:{0}", "http://127。0。0。1:{0}",
    ];

    public static TheoryData<string> Nowhere =>
    [
        "http://169.254.169.254/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
        "http://[::ffff:169.254.169.254]/", "http://[::169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[fd00:ec2::254]/",
        "http://[fe80::1]/", "http://0.0.0.0/", "http://0/", "http://[::]/", "http://255.255.255.255/", "http://224.0.0.1/", "http://[ff02::1]/",
    ];

    [Theory]
    [MemberData(nameof(Disguises))]
    public async Task This_machine_is_out_of_reach_in_every_disguise(string disguise)
    {
        await using var server = ScriptedServer.Saying(Close);
        var url = new Uri(string.Format(null, disguise, server.Url.Port));
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(Strict, "- { path: / }", url));

        // Some resolvers know some of these names, others do not.
        Assert.Matches("this machine itself|does not resolve", thrown.Message);
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [MemberData(nameof(Nowhere))]
    public async Task Metadata_and_the_like_are_out_of_reach_even_where_loopback_is_allowed(string url)
    {
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(Loopback, "- { path: / }", new Uri(url)));
        Assert.Contains("never a system under test", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "- { path: / }")]
    [InlineData("http: { version: 2 }", "- { path: / }")]
    [InlineData("", "- { action: websocket, name: ws, path: /ws }")]
    [InlineData("", "- { action: upload, name: up, path: /up, size: 1KB }")]
    public async Task The_ports_of_the_platform_are_out_of_reach_of_every_protocol(string travel, string step)
    {
        await using var server = ScriptedServer.Saying(Close);
        var policy = Loopback with { IsPlatform = (_, port) => port == server.Url.Port };
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(policy, step, travel, 1, server.Url));

        Assert.Contains("a port of the platform itself", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [MemberData(nameof(Nowhere))]
    public async Task A_redirect_there_is_a_wrong_answer_and_nothing_more_is_sent(string location)
    {
        await using var server = ScriptedServer.Saying($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        var total = await RunAsync(Loopback, "- { path: / }", server.Url);

        Assert.Equal((1, 1, 0, 1), (total.Sent, total.Failed, total.Refused, server.Requests));
        Assert.Equal("origin_not_allowed", Assert.Single(total.ErrorTypes.Keys));
    }

    [Theory]
    [MemberData(nameof(Nowhere))]
    [MemberData(nameof(Disguises))]
    public async Task A_URL_from_an_answer_that_leads_there_is_refused_and_not_sent(string url)
    {
        await using var elsewhere = ScriptedServer.Saying(Close);
        await using var server = ScriptedServer.SayingJson(_ => (200, JsonSerializer.Serialize(new { next = string.Format(null, url, elsewhere.Url.Port) })));
        var total = await RunAsync(Loopback, "- { path: /, extract: { next: { json: $.next } } }\n- { path: '{{next}}' }", server.Url);

        Assert.Equal((1, 1, 1, 1), (total.Sent, total.Ok, total.Refused, total.ErrorTypes["origin_not_allowed"]));
        Assert.Equal((1, 0), (server.Requests, elsewhere.Connections));
        Assert.Equal(50, total.ErrorRatePercent());
    }

    [Theory]
    [InlineData("@127.0.0.1:{0}/")]
    [InlineData(":{0}@127.0.0.1/")]
    [InlineData("//127.0.0.1:{0}/")]
    [InlineData("\\\\127.0.0.1:{0}\\")]
    [InlineData("/\\127.0.0.1:{0}/")]
    [InlineData("http:\\\\127.0.0.1:{0}")]
    [InlineData("http:/127.0.0.1:{0}")]
    [InlineData(" http://127.0.0.1:{0}")]
    public async Task Text_that_one_parser_takes_for_a_path_and_another_for_a_host_leads_nowhere_else(string text)
    {
        await using var elsewhere = ScriptedServer.Saying(Close);
        await using var server = ScriptedServer.Saying(Close);
        var next = string.Format(null, text, elsewhere.Url.Port).Replace("\\", "\\\\", StringComparison.Ordinal);
        await RunAsync(Loopback, "- { path: '{{next.to}}' }\n- { path: '/x{{next.to}}' }", $$"""data_generation: { next: { rows: [ { to: "{{next}}" } ] } }""", 1, server.Url);

        Assert.Equal(0, elsewhere.Connections);
    }

    [Theory]
    [InlineData("169.254.169.254", "")]
    [InlineData("10.0.0.1", "")]
    [InlineData("::ffff:169.254.169.254", "")]
    [InlineData("169.254.169.254", "http: { version: 2 }")]
    public async Task A_name_that_leads_elsewhere_in_mid_run_is_not_followed_and_nothing_of_that_counts_as_sent(string later, string travel)
    {
        await using var server = travel.Length == 0 ? ScriptedServer.Saying(Close) : null;
        await using var second = travel.Length == 0 ? null : await VersionedServer.StartAsync(tls: false, VersionedServer.Http2);
        var port = (server?.Url ?? second!.Url).Port;
        int Asked() => server?.Requests ?? second!.Requests;
        var policy = Loopback with
        {
            AskAgainAfter = TimeSpan.Zero,
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(Asked() < 3 ? "127.0.0.1" : later)]),
        };
        var run = await RealRun.Under(policy, RealRun.PlanOf("- { path: /a }", 6, travel, 1), new Uri($"http://shop.test:{port}"));
        var total = run.Total.Total();

        Assert.Equal((3, 3, 3, 3), (total.Sent, total.Ok, total.Refused, Asked()));
        Assert.Equal("address_not_allowed", Assert.Single(total.ErrorTypes.Keys));
    }

    [Fact]
    public async Task A_WebSocket_to_a_name_that_leads_elsewhere_is_refused_and_not_sent()
    {
        await using var server = ScriptedServer.Saying(Close);
        var asked = 0;
        var policy = Loopback with
        {
            AskAgainAfter = TimeSpan.Zero,
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref asked) <= 2 ? IPAddress.Loopback : IPAddress.Parse("192.168.0.1")]),
        };
        var run = await RealRun.Under(policy, RealRun.PlanOf("- { action: websocket, name: ws, path: /ws }", 2, "", 1), new Uri($"http://chat.test:{server.Url.Port}"));

        Assert.Equal((0, 2, 0), (run.Total.Total().Sent, run.Total.Total().Refused, server.Requests));
    }

    [Fact]
    public async Task A_proxy_has_to_be_one_of_the_environments_base_URLs_and_obeys_the_same_rules()
    {
        await using var proxy = ScriptedServer.Saying(Close);
        var travel = $"http: {{ proxy: '{proxy.Url}' }}";
        var unnamed = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(Loopback, "- { path: / }", travel, 1, new Uri("http://shop.test")));
        var own = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(Strict, "- { path: / }", travel, 1, new Uri("http://93.184.216.34"), proxy.Url));
        var behind = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(Loopback, "- { path: / }", travel, 1, new Uri("http://169.254.169.254"), proxy.Url));

        Assert.Contains("is not one of the environment's base URLs", unnamed.Message, StringComparison.Ordinal);
        Assert.Contains("this machine itself", own.Message, StringComparison.Ordinal);
        Assert.Contains("never a system under test", behind.Message, StringComparison.Ordinal);
        Assert.Equal(0, proxy.Connections);
    }

    private static Task<OperationWindow> RunAsync(TargetPolicy policy, string steps, params Uri[] targets) => RunAsync(policy, steps, "", 1, targets);

    private static async Task<OperationWindow> RunAsync(TargetPolicy policy, string steps, string more, int iterations, params Uri[] targets) =>
        (await RealRun.Under(policy, RealRun.PlanOf(steps, iterations, more, 1), targets)).Total.Total();
}
