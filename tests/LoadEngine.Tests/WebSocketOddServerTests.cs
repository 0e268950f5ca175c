using System.Collections.Concurrent;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>WebSocket servers that do what real ones should not: everything ends in time, and is counted.</summary>
public sealed class WebSocketOddServerTests
{
    private const string Ask = "messages: { count: 1, interval: 0, message: { id: '{{message.id}}' }, reply: { id: $.id, timeout: 20s } }";

    [Fact]
    public async Task A_message_in_pieces_with_a_ping_between_is_one_message()
    {
        await using var server = ScriptedSocket.Echo(
            ScriptedSocket.Frame(0x01, "{\"id\":"), ScriptedSocket.Frame(ScriptedSocket.Ping, "p"), ScriptedSocket.Frame(0x00, "\"x\""), ScriptedSocket.Frame(0x80, "}"));
        var end = await RunAsync(server, Ask);

        Assert.Equal((1, 2), (Of(end, "ws: message").Ok, Of(end, "ws").MessagesReceived));
    }

    [Theory]
    [InlineData(70_000)]
    [InlineData(1_000_000)]
    [InlineData(9_000_000)]
    public async Task A_message_larger_than_any_buffer_comes_in_whole(int length)
    {
        await using var server = ScriptedSocket.Echo(ScriptedSocket.Frame(ScriptedSocket.Text, new string('x', length)));
        var end = await RunAsync(server, Ask);

        Assert.Equal((1, 2), (Of(end, "ws: message").Ok, Of(end, "ws").MessagesReceived));
        Assert.InRange(Of(end, "ws").BytesReceived, length, length + 500);
    }

    [Theory]
    [InlineData("C100")] // reserved bits
    [InlineData("8300")] // a reserved opcode
    [InlineData("818100000000")] // a mask
    [InlineData("0900")] // a ping in pieces
    [InlineData("8000")] // the end of a message that never began
    [InlineData("010178810178")] // a message inside another
    public async Task What_no_server_may_send_breaks_the_session(string bytes)
    {
        await using var server = ScriptedSocket.Echo(Convert.FromHexString(bytes));

        await AssertBreaksAsync(server, "malformed_response");
    }

    [Theory]
    [InlineData("817F0000000001000001")]
    [InlineData("817FFFFFFFFFFFFFFFFF")]
    public async Task A_message_above_16_MiB_breaks_the_session(string head)
    {
        await using var server = ScriptedSocket.Echo(Convert.FromHexString(head));

        await AssertBreaksAsync(server, "body_too_large");
    }

    [Fact]
    public async Task A_server_that_hangs_up_in_mid_session_is_a_failure_with_a_name()
    {
        await using var server = ScriptedSocket.Server(async socket =>
        {
            if (await socket.ReadAsync() is not null)
                socket.HangUp();
        });

        await AssertBreaksAsync(server, "connection_closed");
    }

    [Fact]
    public async Task A_server_that_closes_politely_in_mid_session_is_a_failed_check()
    {
        await using var server = ScriptedSocket.Server(async socket =>
        {
            await socket.SayAsync(ScriptedSocket.Close, "\u0003\u00e9going away");
            Assert.Equal(ScriptedSocket.Close, (await socket.ReadAsync())!.Value.First);
        });
        var end = await RunAsync(server, "hold: 60s");

        Assert.Equal((1, 0, 1), (Of(end, "ws").Ok, Of(end, "ws").ChecksPassed, Of(end, "ws").ChecksFailed));
        Assert.Equal(1, end.Total.Iterations.Completed);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_timed_out_and_those_of_others_are_not_taken_for_it()
    {
        await using var server = ScriptedSocket.Server(async socket =>
        {
            while (await socket.ReadAsync() is { } frame)
                await socket.SayAsync(frame.First, frame.First == ScriptedSocket.Text ? "{\"id\":\"another\"}" : frame.Payload);
        });
        var end = await RunAsync(server, "messages: { count: 3, interval: 1ms, message: { id: '{{message.id}}' }, reply: { id: $.id, timeout: 200ms } }");
        var messages = Of(end, "ws: message");

        Assert.Equal((3, 3, 0), (messages.Sent, messages.TimedOut, messages.Ok));
        Assert.InRange(messages.Response.PercentileMs(50), 199, 2000);
    }

    [Fact]
    public async Task The_answer_to_a_join_is_waited_for()
    {
        var seen = new ConcurrentQueue<string>();
        await using var server = ScriptedSocket.Server(async socket =>
        {
            var join = await socket.ReadAsync();
            seen.Enqueue(join!.Value.Payload);
            await socket.SayAsync(ScriptedSocket.Text, join.Value.Payload);
            while (await socket.ReadAsync() is { } frame)
            {
                seen.Enqueue(frame.Payload);
                await socket.SayAsync(frame.First, frame.Payload);
            }
        });
        await RunAsync(server, "join: { message: { join: '{{message.id}}' }, reply: { id: $.join } }, messages: { count: 2, interval: 0, message: 'hello {{message.id}}' }");

        Assert.Equal(["{\"join\":\"0-1-1\"}", "hello 0-1-2", "hello 0-1-3", "\u0003\u00e8"], seen);
    }

    [Fact]
    public async Task A_ping_is_answered_with_what_it_carried()
    {
        var answered = new TaskCompletionSource<(int, string)?>();
        await using var server = ScriptedSocket.Server(async socket =>
        {
            await socket.SayAsync(ScriptedSocket.Ping, "are you there");
            answered.SetResult(await socket.ReadAsync());
            await socket.EchoAsync();
        });
        await RunAsync(server, "hold: 200ms");

        Assert.Equal((ScriptedSocket.Pong, "are you there"), await answered.Task);
    }

    [Fact]
    public async Task Pings_go_out_while_the_connection_is_open()
    {
        var pings = 0;
        await using var server = ScriptedSocket.Server(async socket =>
        {
            while (await socket.ReadAsync() is { } frame)
            {
                pings += frame.First == ScriptedSocket.Ping ? 1 : 0;
                await socket.SayAsync(frame.First == ScriptedSocket.Ping ? ScriptedSocket.Pong : frame.First, frame.Payload);
            }
        });
        var end = await RunAsync(server, "ping_interval: 100ms, hold: 1s");

        Assert.InRange(pings, 5, 10);
        Assert.Equal((1, 0), (end.Total.Total().Sent, Of(end, "ws").MessagesReceived));
    }

    [Fact]
    public async Task Nothing_but_the_answer_to_a_ping_follows_the_good_bye()
    {
        var after = new ConcurrentQueue<int>();
        await using var server = ScriptedSocket.Server(async socket =>
        {
            while (await socket.ReadAsync() is { First: not ScriptedSocket.Close })
            {
            }

            // While the close is unanswered, more comes in that one might react to.
            await socket.SayAsync(ScriptedSocket.Text, "news");
            await socket.SayAsync(ScriptedSocket.Ping, "");
            while (await socket.ReadAsync() is { } frame)
                after.Enqueue(frame.First);
        });
        await RunAsync(server, "ping_interval: 100ms, close_timeout: 500ms, hold: 50ms, reactions: { probability: 1, delay: 1ms, message: me too }");

        Assert.Equal([ScriptedSocket.Pong], after);
    }

    [Fact]
    public async Task A_close_that_is_never_answered_is_waited_for_no_longer_than_the_step_says()
    {
        await using var server = ScriptedSocket.Server(socket => socket.UntilLeftAsync());
        var end = await RunAsync(server, "close_timeout: 200ms", iterations: 2);

        Assert.Equal((2, 2, 2), (Of(end, "ws").Sent, Of(end, "ws").Ok, end.Total.Iterations.Completed));
        Assert.InRange(end.Total.Seconds, 0.4, 5);
    }

    [Fact]
    public async Task A_server_that_does_not_read_holds_up_nobody_for_longer_than_the_run()
    {
        using var gone = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await using var server = ScriptedSocket.Server(_ => Task.Delay(Timeout.Infinite, gone.Token));
        var end = await RealRun.StoppedAfter(
            RealRun.PlanOf("- { action: websocket, name: ws, path: /ws, messages: { count: 1000, interval: 0, size: { min: 1MB, max: 1MB }, message: '{{message.text}}' } }", 1, "", 1), windows: 1, server.Url);
        var messages = Of(end, "ws: message");

        Assert.Equal((messages.Sent, 1), (messages.Ok + messages.Aborted, messages.Aborted));
        await gone.CancelAsync();
    }

    [Fact]
    public async Task A_session_over_TLS_with_a_certificate_of_its_own_is_like_any_other()
    {
        using var certificate = TestCertificate.Make();
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.SecureAsync(certificate);
            await (await ScriptedSocket.AcceptAsync(connection)).EchoAsync();
        });
        var end = await RealRun.OfSteps(server.TlsUrl, "- { action: websocket, name: ws, path: /ws, messages: { count: 50, interval: 1ms, size: { min: 1B, max: 100KB }, message: { id: '{{message.id}}', t: '{{message.text}}' }, reply: { id: $.id } } }",
            iterations: 2, more: "http: { verify_tls: false }", users: 3);

        Assert.Equal((6, 300, 300), (Of(end, "ws").Ok, Of(end, "ws: message").Sent, Of(end, "ws: message").Ok));
    }

    private static Task<RunEnd> RunAsync(ScriptedServer server, string step, int iterations = 1) =>
        RealRun.OfSteps(server.Url, $"- {{ action: websocket, name: ws, path: /ws, {step} }}", iterations);

    private static async Task AssertBreaksAsync(ScriptedServer server, string error)
    {
        var end = await RunAsync(server, Ask);
        var message = Of(end, "ws: message");

        Assert.Equal((1, 1), (Of(end, "ws").Ok, Of(end, "ws").ChecksFailed));
        // Where the session broke before the message was due, there was none.
        Assert.Equal(message.Sent, message.Failed);
        Assert.True(message.Sent == 0 || message.ErrorTypes.Keys.Single() == error, string.Join(' ', message.ErrorTypes.Keys));
    }

    private static OperationWindow Of(RunEnd end, string operation) =>
        end.Total.Operations.SingleOrDefault(o => o.Operation == operation) ?? new OperationWindow { Scenario = "s", Operation = operation };
}
