using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>The engine against a real server: what it counts is what the server counted, whatever the server does.</summary>
public sealed class NginxTests(NginxServer nginx) : IClassFixture<NginxServer>
{
    private const string Hello = ", checks: [ { status: 200 }, { text: hello world } ]";

    [Theory]
    [InlineData("/fixed")]
    [InlineData("/three")]
    [InlineData("/once")]
    [InlineData("/large-head")]
    [InlineData("/behind/chunked")]
    public async Task A_keep_alive_limit_or_another_framing_costs_no_request(string path)
    {
        var (total, asked) = await AskAsync($"path: {path}{Hello}", iterations: 50, users: 8);

        Assert.Equal((400, 400, 800, 0), (total.Sent, total.Ok, total.ChecksPassed, total.ChecksFailed));
        Assert.Equal(400, asked);
    }

    [Theory]
    [InlineData("path: /gzip, headers: { Accept-Encoding: gzip }, checks: [ { header: content-encoding, equals: gzip }, { text: line 499 } ]")]
    [InlineData("path: /slow, checks: [ { status: 200 }, { text: line 499 } ]")]
    [InlineData("path: /behind/hints, checks: [ { status: 200 }, { text: ok } ]")]
    [InlineData("path: /long, headers: { Range: bytes=0-6 }, checks: [ { status: 206 }, { text: line 0 } ]")]
    [InlineData("method: HEAD, path: /gzip, headers: { Accept-Encoding: gzip }, checks: [ { status: 200 }, { header: content-encoding } ]")]
    [InlineData("path: /empty, checks: [ { status: 204 }, { header: server } ]")]
    public async Task An_answer_is_read_whole_however_it_is_sent(string step)
    {
        var (total, asked) = await AskAsync(step, iterations: 2);

        Assert.Equal((2, 2, 4, 0), (total.Sent, total.Ok, total.ChecksPassed, total.ChecksFailed));
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("path: /drop", "connection_closed")]
    [InlineData("path: /slow, timeout: 300ms", "timed_out")]
    [InlineData("path: /larger-head", "headers_too_large")]
    [InlineData("path: /behind/short", "truncated_body")]
    [InlineData("path: /behind/half", "truncated_body")]
    [InlineData("path: /behind/nothing", "status_502")]
    [InlineData("path: /nobody", "status_502")]
    [InlineData("path: /nowhere", "status_404")]
    [InlineData("method: POST, path: /long", "status_405")]
    [InlineData("path: '/fixed', headers: { X-Large: '{{random.text(40000)}}' }", "status_400")]
    [InlineData("method: POST, path: /strict, body: '{{random.text(200)}}'", "status_413")]
    public async Task A_failure_has_a_name_and_is_asked_for_once(string step, string error)
    {
        var (total, asked) = await AskAsync(step, iterations: 3);

        Assert.Equal((3, 0, 3), (total.Sent, total.Ok, total.FailedRequests));
        Assert.Equal((error, 3), (Assert.Single(total.ErrorTypes.Keys), asked));
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

        Assert.Equal((2, 2, 2), (total.StatusCodes[302], total.ErrorTypes["origin_not_allowed"], asked));
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

    [Theory]
    [InlineData("path: /three")]
    [InlineData("path: /gzip, headers: { Accept-Encoding: gzip }, checks: [ { text: line 499 } ]")]
    [InlineData("path: /behind/chunked, checks: [ { text: hello world } ]")]
    [InlineData("path: /large-head")]
    public async Task Over_TLS_that_the_machine_trusts_each_request_is_counted_as_well(string step)
    {
        var before = await nginx.RequestsAsync();
        var result = await nginx.RunTrustingItAsync($"- {{ action: http, {step} }}", iterations: 20, users: 5);

        Assert.Equal((100, 0, 0), ((int)result["total_requests"]!, (int)result["failed_requests"]!, (int)result["checks_failed"]!));
        Assert.Equal(100, await nginx.RequestsAsync() - before);
    }

    private async Task<(OperationWindow Total, long Asked)> AskAsync(string step, int iterations, int users = 1)
    {
        var before = await nginx.RequestsAsync();
        var end = await RealRun.OfSteps(nginx.Url, $"- {{ action: http, {step} }}", iterations, users: users);
        return (end.Total.Total(), await nginx.RequestsAsync() - before);
    }
}
