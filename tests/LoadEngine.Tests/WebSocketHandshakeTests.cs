using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>How a WebSocket is opened (RFC 6455 §4), and what becomes of it when it is not.</summary>
public sealed class WebSocketHandshakeTests
{
    [Fact]
    public async Task The_opening_request_has_what_the_RFC_demands_and_what_the_step_says()
    {
        await using var server = ScriptedSocket.Echo();
        var total = await OpenAsync(server, "path: '/ws?user={{user.index}}', headers: { Authorization: Bearer t }, subprotocols: [ chat.v2, chat.v1 ]");

        Assert.Equal((1, 1, 1), (total.Sent, total.Ok, total.StatusCodes[101]));
        var lines = Assert.Single(server.Texts).Split("\r\n");
        Assert.Equal("GET /ws?user=1 HTTP/1.1", lines[0]);
        Assert.All(["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: chat.v2, chat.v1", "Authorization: Bearer t"],
            expected => Assert.Contains(expected, lines));
        Assert.Equal(16, Convert.FromBase64String(lines.Single(l => l.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal))[19..]).Length);
    }

    [Fact]
    public async Task Each_opening_has_a_key_of_its_own()
    {
        await using var server = ScriptedSocket.Echo();
        await OpenAsync(server, "path: /ws", iterations: 5);

        Assert.Equal(5, server.Texts.Select(t => t.Split("Sec-WebSocket-Key: ")[1][..24]).Distinct().Count());
    }

    [Fact]
    public async Task A_subprotocol_that_was_offered_may_be_chosen()
    {
        await using var server = Answering(request => ScriptedSocket.AnswerTo(request, "Sec-WebSocket-Protocol: chat.v1\r\n"));
        var total = await OpenAsync(server, "path: /ws, subprotocols: [ chat.v2, chat.v1 ]");

        Assert.Equal((1, 1), (total.Sent, total.Ok));
    }

    [Fact]
    public async Task A_subprotocol_that_was_not_offered_is_a_wrong_answer()
    {
        await using var server = Answering(request => ScriptedSocket.AnswerTo(request, "Sec-WebSocket-Protocol: other\r\n"));

        await AssertFailsAsync(server, "malformed_response", status: 101);
    }

    [Fact]
    public async Task An_accept_that_does_not_go_with_the_key_is_a_wrong_answer()
    {
        await using var server = Answering(_ => ScriptedSocket.AnswerTo("Sec-WebSocket-Key: another\r\n"));

        await AssertFailsAsync(server, "malformed_response", status: 101);
    }

    [Fact]
    public async Task An_upgrade_to_something_else_is_a_wrong_answer()
    {
        await using var server = Answering(request => ScriptedSocket.AnswerTo(request).Replace("Upgrade: websocket", "Upgrade: h2c", StringComparison.Ordinal));

        await AssertFailsAsync(server, "malformed_response", status: 101);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Any_other_status_is_a_failure_with_that_status(int status)
    {
        await using var server = Answering(_ => $"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");

        await AssertFailsAsync(server, $"status_{status}", status);
    }

    [Fact]
    public async Task A_server_that_hangs_up_instead_of_answering_is_a_failure_with_a_name()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            if (await connection.ReadRequestAsync() is not null)
                connection.Close();
        });

        await AssertFailsAsync(server, "connection_closed", status: 0);
    }

    [Fact]
    public async Task An_opening_that_takes_too_long_is_timed_out()
    {
        await using var server = new ScriptedServer((_, _) => Task.CompletedTask);
        var total = await OpenAsync(server, "path: /ws, connect_timeout: 200ms, messages: { count: 5, interval: 0, message: x }");

        Assert.Equal((1, 1, "timed_out"), (total.Sent, total.TimedOut, Assert.Single(total.ErrorTypes.Keys)));
    }

    private static ScriptedServer Answering(Func<string, string> answer) => new((connection, request) => connection.SayAsync(answer(request)));

    private static async Task<OperationWindow> OpenAsync(ScriptedServer server, string step, int iterations = 1) =>
        (await RealRun.OfSteps(server.Url, $$"""- { action: websocket, name: ws, {{step}} }""", iterations)).Total.Total();

    // What the step would have sent afterwards is not sent.
    private static async Task AssertFailsAsync(ScriptedServer server, string error, int status)
    {
        var total = await OpenAsync(server, "path: /ws, subprotocols: [ chat ], messages: { count: 5, interval: 0, message: x }");

        Assert.Equal((1, 1, error), (total.Sent, total.Failed, Assert.Single(total.ErrorTypes.Keys)));
        Assert.Equal(status == 0 ? [] : [status], total.StatusCodes.Keys);
    }
}
