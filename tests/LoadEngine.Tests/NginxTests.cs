using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>The engine against a real server: what it counts is what the server counted, whatever the server does.</summary>
public sealed class NginxTests(NginxServer nginx) : IClassFixture<NginxServer>
{
    private const string Hello = ", checks: [ { status: 200 }, { text: hello world } ]";

    private static readonly string[] Whole =
    [
        "path: /gzip, headers: { Accept-Encoding: gzip }, checks: [ { header: content-encoding, equals: gzip }, { text: line 499 } ]",
        "path: /slow, checks: [ { status: 200 }, { text: line 499 } ]",
        "path: /long, headers: { Range: bytes=0-6 }, checks: [ { status: 206 }, { text: line 0 } ]",
        "method: HEAD, path: /gzip, headers: { Accept-Encoding: gzip }, checks: [ { status: 200 }, { header: content-encoding } ]",
        "path: /empty, checks: [ { status: 204 }, { header: server } ]",
    ];

    private static readonly Dictionary<string, string> Failing = new()
    {
        ["path: /drop"] = "connection_closed",
        ["path: /slow, timeout: 1s"] = "timed_out",
        ["path: /larger-head"] = "headers_too_large",
        ["path: /behind/short"] = "truncated_body",
        ["path: /behind/half"] = "truncated_body",
        ["path: /behind/nothing"] = "status_502",
        ["path: /nobody"] = "status_502",
        ["path: /nowhere"] = "status_404",
        ["method: POST, path: /long"] = "status_405",
        ["path: '/fixed', headers: { X-Large: '{{random.text(40000)}}' }"] = "status_400",
        ["method: POST, path: /strict, body: '{{random.text(200)}}'"] = "status_413",
    };

    /// <summary>How requests travel.</summary>
    public enum Way
    {
        Plain,
        Tls,
        Shared,
        Http2,
    }

    public static TheoryData<Way, string> Kept => EachWay("/fixed", "/three", "/once", "/large-head", "/behind/chunked");

    public static TheoryData<Way, string> WholeAnswers => EachWay(Whole);

    public static TheoryData<Way, string> Failures => EachWay(Failing.Keys);

    [Theory]
    [MemberData(nameof(Kept))]
    public async Task A_keep_alive_limit_or_another_framing_costs_no_request(Way way, string path)
    {
        var (total, asked) = await AskAsync($"path: {path}{Hello}", iterations: 50, users: 8, way);

        Assert.Equal((400, 400, 800, 0), (total.Sent, total.Ok, total.ChecksPassed, total.ChecksFailed));
        Assert.Equal(400, asked);
    }

    [Theory]
    [MemberData(nameof(WholeAnswers))]
    public async Task An_answer_is_read_whole_however_it_is_sent(Way way, string step)
    {
        var (total, asked) = await AskAsync(step, iterations: 2, way: way);

        Assert.Equal((2, 2, 4, 0), (total.Sent, total.Ok, total.ChecksPassed, total.ChecksFailed));
        Assert.Equal(2, asked);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_has_a_name_and_is_asked_for_once(Way way, string step)
    {
        var (total, asked) = await AskAsync(step, iterations: 3, way: way);

        var error = Assert.Single(total.ErrorTypes.Keys);
        Assert.Equal((3, 0, 3, 3), (total.Sent, total.Ok, total.FailedRequests, asked));
        // HTTP/2 breaks a stream off where HTTP/1.1 can only close: the names differ.
        if (way != Way.Http2)
            Assert.Equal(Failing[step], error);
    }

    [Fact]
    public async Task A_redirect_loop_is_counted_hop_by_hop()
    {
        var (total, asked) = await AskAsync("path: /loop, redirects: 5, checks: [ { status: 200 } ]", iterations: 2);

        Assert.Equal((12, 10, 2, 12), (total.Sent, total.Ok, total.ErrorTypes["status_301"], asked));
    }

    [Fact]
    public async Task A_redirect_out_of_the_environment_is_not_followed()
    {
        var (total, asked) = await AskAsync("path: /away", iterations: 2);

        Assert.Equal((2, 2, 2, 2), (total.Sent, total.StatusCodes[302], total.ErrorTypes["origin_not_allowed"], asked));
    }

    [Fact]
    public async Task A_certificate_that_nobody_knows_is_a_tls_failure()
    {
        var total = (await RealRun.OfStepsUnprepared(nginx.TlsUrl, $"- {{ action: http, path: '{nginx.TlsUrl}fixed' }}", iterations: 2)).Total.Total();

        Assert.Equal((2, 2), (total.Sent, total.ErrorTypes["tls_failed"]));
    }

    [Fact]
    public async Task Plain_HTTP_to_its_TLS_port_is_told_so()
    {
        var plain = new UriBuilder(nginx.TlsUrl) { Scheme = Uri.UriSchemeHttp }.Uri;
        var total = (await RealRun.OfSteps(plain, "- { action: http, path: /fixed }", iterations: 2)).Total.Total();

        Assert.Equal((2, 2), (total.Sent, total.ErrorTypes["status_400"]));
    }

    [Fact]
    public async Task A_server_that_hangs_up_on_idle_users_has_read_what_succeeded_and_the_rest_is_counted()
    {
        var (total, asked) = await AskAsync("path: /impatient, think_time: { type: uniform, min: 900ms, max: 1100ms }", iterations: 4, users: 50);

        Assert.Equal((200, asked), (total.Sent, total.Ok));
        Assert.Equal(200 - asked, total.ErrorTypes.GetValueOrDefault("connection_closed") + total.ErrorTypes.GetValueOrDefault("connection_reset"));
    }

    [Fact]
    public async Task Over_TLS_that_the_machine_trusts_each_request_is_counted_as_well()
    {
        var before = await nginx.RequestsAsync();
        var result = await nginx.RunTrustingItAsync("- { action: http, path: /three }", iterations: 20, users: 5);

        Assert.Equal((100, 0, 0), ((int)result["total_requests"]!, (int)result["failed_requests"]!, (int)result["checks_failed"]!));
        Assert.Equal(100, await nginx.RequestsAsync() - before);
    }

    private static TheoryData<Way, string> EachWay(params IEnumerable<string> steps)
    {
        var data = new TheoryData<Way, string>();
        foreach (var (way, step) in from way in Enum.GetValues<Way>() from step in steps select (way, step))
            data.Add(way, step);
        return data;
    }

    private static string SettingsOf(Way way) => way switch
    {
        Way.Tls => "http: { verify_tls: false }",
        Way.Shared => "http: { connections: shared, max_connections: 3 }",
        Way.Http2 => "http: { version: 2, verify_tls: false }",
        _ => "",
    };

    private async Task<(OperationWindow Total, long Asked)> AskAsync(string step, int iterations, int users = 1, Way way = Way.Plain)
    {
        var target = way is Way.Tls or Way.Http2 ? nginx.TlsUrl : nginx.Url;
        var before = await nginx.RequestsAsync();
        var end = await RealRun.OfSteps(target, $"- {{ action: http, {step} }}", iterations, SettingsOf(way), users);
        return (end.Total.Total(), await nginx.RequestsAsync() - before);
    }
}
