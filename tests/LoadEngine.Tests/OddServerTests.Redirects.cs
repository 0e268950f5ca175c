using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <content>Redirects, each hop of which is a request of its own, and HEAD.</content>
public sealed partial class OddServerTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_loop_ends_at_the_limit_of_hops_and_each_hop_is_counted(int status)
    {
        await using var server = ScriptedServer.Saying($"HTTP/1.1 {status} Again\r\nLocation: /again\r\nContent-Length: 3\r\n\r\nbye");
        var total = await OfStepAsync(server, "path: /, checks: [ { status: 200 } ]");

        Assert.Equal((11, 10, 1, 11, 1), (total.Sent, total.Ok, total.Failed, server.Requests, server.Connections));
        Assert.Equal([$"status_{status}"], total.ErrorTypes.Keys);
    }

    [Theory]
    [InlineData("/end")]
    [InlineData("end")]
    [InlineData("./a/../end")]
    [InlineData("/%65nd")]
    [InlineData("  /end  ")]
    [InlineData("/end#part")]
    [InlineData("//127.0.0.1:{port}/end")]
    [InlineData("HTTP://127.0.0.1:{port}/end")]
    public async Task A_redirect_leads_where_it_says(string location)
    {
        await using var server = new ScriptedServer((connection, request) => connection.SayAsync(request.StartsWith("GET / ", StringComparison.Ordinal)
            ? $"HTTP/1.1 302 Found\r\nLocation: {location.Replace("{port}", PortOf(request), StringComparison.Ordinal)}\r\nContent-Length: 0\r\n\r\n"
            : Ok));
        var total = await OfStepAsync(server, "path: /");

        Assert.Equal((2, 2, 2), (total.Sent, total.Ok, server.Requests));
        Assert.Contains("nd HTTP/1.1", server.Texts.Last());
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("http://example.com/")]
    [InlineData("//example.com/")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("mailto:someone@example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("urn:x:y")]
    public async Task A_redirect_out_of_the_environment_is_not_followed_and_shows(string location)
    {
        await using var server = ScriptedServer.Saying($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        var total = await OfStepAsync(server, "path: /");

        Assert.Equal((1, 1, 1, 1), (server.Requests, total.Sent, total.Failed, total.ErrorTypes["origin_not_allowed"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Location:\r\n")]
    [InlineData("Location: http://\r\n")]
    [InlineData("Location: http://[::1\r\n")]
    [InlineData("Location: http://a b/\r\n")]
    [InlineData("Location: /\u00e4 \u00ff\r\n")]
    public async Task A_redirect_to_nowhere_ends_in_time_with_an_outcome(string location)
    {
        await using var server = ScriptedServer.Saying($"HTTP/1.1 302 Found\r\n{location}Content-Length: 0\r\n\r\n");
        var total = await OfStepAsync(server, "path: /, redirects: 2, checks: [ { status: 200 } ]");

        Assert.Equal(1, total.Failed);
        Assert.InRange(server.Requests, 1, 3);
    }

    [Fact]
    public async Task A_redirect_to_another_server_of_the_environment_is_followed_there_and_fails_there()
    {
        await using var other = new ScriptedServer((connection, _) =>
        {
            connection.Reset();
            return Task.CompletedTask;
        });
        await using var server = ScriptedServer.Saying($"HTTP/1.1 307 There\r\nLocation: {other.Url}there\r\nContent-Length: 0\r\n\r\n");
        var total = (await RealRun.Of(PlanFor("method: POST, path: /, body: hello"), server.Url, other.Url)).Total.Total();

        Assert.Equal((2, 1, 1), (total.Sent, total.Ok, total.ErrorTypes["connection_reset"]));
        Assert.StartsWith("POST /there HTTP/1.1\r\n", Assert.Single(other.Texts));
        Assert.EndsWith("hello", Assert.Single(other.Texts));
    }

    [Theory]
    [InlineData(Head + "Content-Length: 500\r\n\r\n", 1)]
    [InlineData(Chunked, 1)]
    [InlineData(Head + "\r\n", 1)]
    [InlineData(Head + "Content-Length: 4\r\n\r\nbody", 2)]
    [InlineData("HTTP/1.1 301 Moved\r\nContent-Length: 12\r\n\r\n", 1)]
    public async Task The_answer_to_a_HEAD_has_no_body_whatever_it_announces(string answer, int connections)
    {
        await using var server = ScriptedServer.Saying(answer);
        var total = await OfStepAsync(server, "method: HEAD, path: /", iterations: 2);

        Assert.Equal((2, 2, 2, connections), (total.Sent, total.Ok, server.Requests, server.Connections));
    }

    private static async Task<OperationWindow> OfStepAsync(ScriptedServer server, string step, int iterations = 1) =>
        (await RealRun.OfSteps(server.Url, $"- {{ action: http, {step} }}", iterations)).Total.Total();

    private static string PlanFor(string step) => $$"""
        name: x
        duration: 10s
        max_virtual_users: 1
        load_pattern: { type: per_user_iterations, iterations: 1 }
        scenario_config: { think_time: 0, scenarios: [ { name: s, user_journey: [ { action: http, {{step}} } ] } ] }
        """;

    private static string PortOf(string request) => request.Split("Host: 127.0.0.1:")[1].Split('\r')[0];
}
