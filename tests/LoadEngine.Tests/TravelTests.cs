using System.Collections.Concurrent;
using System.Net.Quic;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>How requests travel: which version, whose connections, through what, trusting whom.</summary>
public sealed class TravelTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData(false, "connections: per_user", 6)]
    [InlineData(true, "connections: per_user", 6)]
    [InlineData(false, "connections: shared", 2)]
    [InlineData(true, "connections: shared, max_connections: 2", 2)]
    public async Task Over_HTTP2_each_request_is_counted_as_the_server_counts_it(bool tls, string connections, int mostConnections)
    {
        await using var server = await VersionedServer.StartAsync(tls, VersionedServer.Http2);
        var total = await RunAsync(server.Url, "- { path: '/a?x={{user.index}}', headers: { X-One: '1' }, checks: [ { status: 200 }, { header: x-echo, equals: '1' }, { text: GET /a } ] }\n- { path: /b, method: POST, body: hello, checks: [ { text: hello } ] }",
            $"http: {{ version: 2, verify_tls: false, {connections} }}", iterations: 20, users: 6);

        Assert.Equal((240, 240, 0), (total.Sent, total.Ok, total.ChecksFailed));
        Assert.Equal((240, "HTTP/2"), (server.Requests, Assert.Single(server.Protocols)));
        Assert.InRange(server.Connections, 1, mostConnections);
    }

    [Fact]
    public async Task Shared_HTTP2_connections_carry_many_requests_at_once()
    {
        await using var server = await VersionedServer.StartAsync(tls: false, VersionedServer.Http2);
        server.HoldUntilThereAre(20);
        var total = await RunAsync(server.Url, "- { path: /together, timeout: 20s }", "http: { version: 2, connections: shared, max_connections: 2 }", users: 20);

        Assert.Equal((20, 20), (total.Sent, total.Ok));
        Assert.InRange(server.Connections, 1, 2);
    }

    [Theory]
    [InlineData("/status/404", "status_404")]
    [InlineData("/abort", "connection_reset")]
    [InlineData("/hang", "timed_out")]
    public async Task What_goes_wrong_over_HTTP2_has_the_name_it_has_over_any_other(string path, string error)
    {
        await using var server = await VersionedServer.StartAsync(tls: false, VersionedServer.Http2);
        var total = await RunAsync(server.Url, $"- {{ path: {path}, timeout: 500ms }}", "http: { version: 2 }", iterations: 3);

        Assert.Equal((3, 3, error), (total.Sent, total.FailedRequests, Assert.Single(total.ErrorTypes.Keys)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_speaks_only_the_version_before_is_told_by_name(bool tls)
    {
        await using var server = await VersionedServer.StartAsync(tls, VersionedServer.Http1);
        var total = await RunAsync(server.Url, "- { path: /a }", "http: { version: 2, verify_tls: false }", iterations: 6);

        Assert.Equal((6, 6), (total.Sent, total.Failed));
        Assert.Contains("http_version_not_spoken", total.ErrorTypes.Keys);
        // In the clear it says so and hangs up with our requests unread: TCP may then drop what it said (RFC 9112 §9.6).
        Assert.Empty(total.ErrorTypes.Keys.Except(tls ? ["http_version_not_spoken"] : ["http_version_not_spoken", "connection_closed"]));
    }

    [Fact]
    public async Task HTTP3_is_spoken_where_the_machine_has_QUIC_and_refused_with_what_is_missing_elsewhere()
    {
        await using var server = await VersionedServer.StartAsync(tls: true, QuicListener.IsSupported ? VersionedServer.Http3 : VersionedServer.Http2);
        const string Travel = "http: { version: 3, verify_tls: false }";
        if (!QuicConnection.IsSupported)
        {
            var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RunAsync(server.Url, "- { path: /a }", Travel));
            Assert.Contains("install libmsquic", thrown.Message, StringComparison.Ordinal);
            return;
        }

        var total = await RunAsync(server.Url, "- { path: /a, checks: [ { text: GET /a } ] }", Travel, iterations: 10, users: 3);
        Assert.Equal((30, 30, 30, "HTTP/3"), (total.Sent, total.Ok, server.Requests, Assert.Single(server.Protocols)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Users_who_share_open_no_more_connections_than_they_may(int most)
    {
        await using var server = ScriptedServer.Saying(Ok);
        var total = await RunAsync(server.Url, "- { path: /a }", $"http: {{ connections: shared, max_connections: {most} }}", iterations: 20, users: 20);

        Assert.Equal((400, 400, 400), (total.Sent, total.Ok, server.Requests));
        Assert.InRange(server.Connections, 1, most);
    }

    [Fact]
    public async Task The_wait_for_a_shared_connection_is_response_time_and_not_service_time()
    {
        await using var server = new ScriptedServer(async (connection, _) => await connection.DripAsync(Ok, TimeSpan.FromMilliseconds(4)));
        var total = await RunAsync(server.Url, "- { path: /a }", "http: { connections: shared, max_connections: 1 }", users: 5);

        Assert.Equal((5, 5), (total.Sent, total.Ok));
        // One after the other: the last waits for the four before it, and none of them waits in its own service time.
        Assert.True(total.Response.PercentileMs(100) > 4 * total.Service.PercentileMs(0), $"{total.Response.PercentileMs(100)} ms of {total.Service.PercentileMs(0)} ms at least");
        Assert.True(total.Service.MeanNs < total.Response.MeanNs, $"{total.Service.MeanNs} ns of {total.Response.MeanNs} ns");
    }

    [Fact]
    public async Task Whoever_still_waits_for_a_shared_connection_at_the_end_sends_nothing()
    {
        await using var server = new ScriptedServer((connection, _) => connection.DripAsync(Ok, TimeSpan.FromMilliseconds(50)));
        var plan = RealRun.PlanOf("- { path: /a }\n- { path: /b }", 1, "http: { connections: shared, max_connections: 1 }", 2000);
        var end = await RealRun.StoppedAfter(plan, windows: 1, server.Url);

        Assert.True(end.Cancelled);
        Assert.Equal(end.Total.Total().Sent - end.Total.Total().Aborted, end.Total.Total().Ok);
        Assert.Equal(server.Requests, end.Total.Total().Ok);
    }

    [Fact]
    public async Task A_proxy_is_asked_for_the_whole_URL()
    {
        await using var proxy = ScriptedServer.Saying(Ok);
        var total = await RunThroughAsync(proxy, "http://shop.test:8080", "- { path: '/a?b=c' }", iterations: 3);

        Assert.Equal((3, 3, 1), (total.Sent, total.Ok, proxy.Connections));
        Assert.All(proxy.Texts, text => Assert.StartsWith("GET http://shop.test:8080/a?b=c HTTP/1.1\r\nHost: shop.test:8080\r\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TLS_and_WebSockets_go_through_a_tunnel_of_the_proxys()
    {
        using var certificate = TestCertificate.Make();
        var tunnels = new ConcurrentQueue<string>();
        await using var proxy = new ScriptedServer(async connection =>
        {
            if (await connection.ReadRequestAsync() is not { } request)
                return;
            tunnels.Enqueue(request.Split('\r')[0]);
            await connection.SayAsync("HTTP/1.1 200 Connection established\r\n\r\n");
            if (request.Contains(":443 ", StringComparison.Ordinal))
                await connection.SecureAsync(certificate);
            while (await connection.ReadRequestAsync() is { } inner)
                await connection.SayAsync(inner.Contains("Upgrade", StringComparison.Ordinal) ? ScriptedSocket.AnswerTo(inner) : Ok);
        });
        var total = await RunThroughAsync(proxy, "https://shop.test/", "- { path: /a }\n- { path: /b }", ", verify_tls: false");
        var socket = await RunThroughAsync(proxy, "http://chat.test/", "- { action: websocket, name: ws, path: /ws, close_timeout: 10ms }");

        Assert.Equal((2, 1), (total.Ok, socket.Ok));
        Assert.Contains("CONNECT shop.test:443 HTTP/1.1", tunnels);
        Assert.Contains("CONNECT chat.test:80 HTTP/1.1", tunnels);
        Assert.Contains(proxy.Texts, text => text.StartsWith("GET /a HTTP/1.1\r\nHost: shop.test\r\n", StringComparison.Ordinal));
        Assert.Contains(proxy.Texts, text => text.StartsWith("GET /ws HTTP/1.1\r\nHost: chat.test\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxy_that_refuses_the_tunnel_is_told_by_name()
    {
        await using var first = ScriptedServer.Saying(Ok);
        await using var proxy = new ScriptedServer((connection, request) => connection.SayAsync(request.StartsWith("CONNECT", StringComparison.Ordinal)
            ? "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
            : Ok));
        var end = await RealRun.Of(RealRun.PlanOf("- { path: 'https://shop.test/a' }", 2, $"http: {{ proxy: '{proxy.Url}' }}", 1), first.Url, new Uri("https://shop.test"), proxy.Url);

        Assert.Equal((2, "proxy_refused"), (end.Total.Total().Failed, Assert.Single(end.Total.Total().ErrorTypes.Keys)));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task An_unknown_certificate_is_taken_only_when_the_plan_says_so(string version)
    {
        await using var server = await VersionedServer.StartAsync(tls: true, VersionedServer.Http1And2);
        await using var first = ScriptedServer.Saying("");
        var step = $"- {{ path: '{server.Url}a' }}";
        var trusted = await RunAsync(server.Url, step, $"http: {{ version: {version}, verify_tls: false }}", iterations: 3);
        var end = await RealRun.Of(RealRun.PlanOf(step, 3, $"http: {{ version: {version} }}", 1), first.Url, server.Url);

        Assert.Equal((3, 3, 3), (trusted.Sent, trusted.Ok, server.Requests));
        Assert.Equal((3, 3, "tls_failed"), (end.Total.Total().Sent, end.Total.Total().Failed, Assert.Single(end.Total.Total().ErrorTypes.Keys)));
    }

    [Fact]
    public async Task The_time_of_a_request_is_laid_at_the_door_of_what_took_it()
    {
        await using var server = new ScriptedServer((connection, _) => connection.DripAsync(Ok, TimeSpan.FromMilliseconds(5)));
        var plain = await RunAsync(server.Url, "- { path: /a }", "", iterations: 4);
        await using var closing = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            connection.Close();
        });
        var anew = await RunAsync(closing.Url, "- { path: /a }", "", iterations: 4);

        // The first connection was opened before the run.
        Assert.Equal(["first_byte 4", "download 4"], Measured(plain));
        Assert.Equal(["connect 3", "first_byte 4", "download 4"], Measured(anew).Where(m => m != "dns 3"));
        Assert.True(plain.Phases.Download!.PercentileMs(50) > plain.Phases.FirstByte!.PercentileMs(50), "most of the time was the drip");
        Assert.True(plain.Phases.Download!.PercentileMs(100) <= plain.Service.PercentileMs(100) * 1.02, "a part took longer than the whole");
    }

    private static IEnumerable<string> Measured(OperationWindow window) => window.Phases.Measured.Select(p => $"{p.Name} {p.Times.Count}");

    private static async Task<OperationWindow> RunAsync(Uri target, string steps, string travel, int iterations = 1, int users = 1) =>
        (await RealRun.OfSteps(target, steps, iterations, travel, users)).Total.Total();

    private static async Task<OperationWindow> RunThroughAsync(ScriptedServer proxy, string target, string steps, string travel = "", int iterations = 1) =>
        (await RealRun.Of(RealRun.PlanOf(steps, iterations, $"http: {{ proxy: '{proxy.Url}'{travel} }}", 1), new Uri(target), proxy.Url)).Total.Total();
}
