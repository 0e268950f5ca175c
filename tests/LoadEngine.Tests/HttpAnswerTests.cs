using System.IO.Compression;
using System.Text;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Every answer a server can give is a success or a failure with a name; never a hang, never a crash.</summary>
public sealed class HttpAnswerTests
{
    private const string GetTwice = "- { action: http, name: get, path: /a }\n- { action: http, name: get, path: /b }";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:5\r\nX: y\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: yes\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task A_right_answer_of_any_form_is_a_success_and_the_connection_is_kept(string answer)
    {
        await using var server = ScriptedServer.Saying(answer);
        var total = (await RealRun.OfSteps(server.Url, GetTwice)).Total.Total();

        Assert.Equal((2, 2, 0), (total.Sent, total.Ok, total.FailedRequests));
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", "truncated_body")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "truncated_body")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", "malformed_response")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", "malformed_response")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "malformed_response")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "malformed_response")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "malformed_response")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n", "malformed_response")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "malformed_response")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "malformed_response")]
    [InlineData("", "connection_closed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "connection_closed")]
    public async Task A_broken_answer_is_a_failure_with_a_name(string answer, string error)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(answer);
            connection.Close();
        });
        var total = (await RealRun.OfSteps(server.Url, GetTwice)).Total.Total();

        Assert.Equal((2, 0, 2), (total.Sent, total.Ok, total.Failed));
        Assert.Equal(2, total.ErrorTypes[error]);
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the end")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    public async Task An_answer_that_ends_with_its_connection_is_a_success(string answer)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(answer);
            connection.Close();
        });
        var total = (await RealRun.OfSteps(server.Url, GetTwice)).Total.Total();

        Assert.Equal((2, 2), (total.Sent, total.Ok));
    }

    [Fact]
    public async Task Every_attempt_on_the_wire_is_counted_when_the_target_drops_every_second_request()
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            if (connection.Number % 2 == 0)
                connection.Reset();
            else
                await connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        var total = (await RealRun.OfSteps(server.Url, GetTwice, iterations: 20)).Total.Total();

        Assert.Equal((40, 20, 20), (total.Sent, total.Ok, total.Failed));
        Assert.Equal(40, server.Requests);
    }

    [Fact]
    public async Task A_reset_in_mid_body_is_a_failure()
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf");
            connection.Reset();
        });
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: / }")).Total.Total();

        Assert.Equal(1, total.Failed);
        Assert.Single(total.ErrorTypes);
    }

    [Fact]
    public async Task A_target_that_does_not_answer_in_time_is_a_timeout_and_the_user_goes_on()
    {
        await using var server = new ScriptedServer((connection, request) => request.StartsWith("GET /slow", StringComparison.Ordinal)
            ? connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Le")
            : connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: /slow, timeout: 100ms }\n- { action: http, path: /fast }", 2)).Total.Total();

        Assert.Equal((4, 2, 2), (total.Sent, total.Ok, total.TimedOut));
        Assert.Equal(2, total.ErrorTypes["timed_out"]);
        Assert.True(total.Response.MaxNs >= 100_000_000);
    }

    [Fact]
    public async Task A_connection_the_target_closed_while_it_was_idle_is_opened_anew()
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            connection.Close();
        });
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: /a, think_time: 700ms }\n- { action: http, path: /b }")).Total.Total();

        Assert.Equal((2, 2), (total.Sent, total.Ok));
    }

    [Fact]
    public async Task A_head_without_end_is_a_failure()
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync("HTTP/1.1 200 OK\r\n");
            for (var i = 0; i < 2000; i++)
                await connection.SayAsync($"X-{i}: {new string('x', 1000)}\r\n");
        });
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: / }")).Total.Total();

        Assert.Equal(1, total.ErrorTypes["headers_too_large"]);
    }

    [Fact]
    public async Task A_large_body_in_small_pieces_arrives_whole()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n");
            foreach (var piece in text.Chunk(7001))
                await connection.SayAsync(new string(piece));
        });
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: /, checks: [ { text: 'line 19999' } ] }")).Total.Total();

        Assert.Equal((1, 1, 0), (total.Ok, total.ChecksPassed, total.ChecksFailed));
        Assert.InRange(total.BytesReceived, text.Length, text.Length + 200);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_body_is_looked_into(string encoding)
    {
        using var packed = new MemoryStream();
        await using (Stream pack = encoding == "gzip" ? new GZipStream(packed, CompressionMode.Compress, leaveOpen: true) : new BrotliStream(packed, CompressionMode.Compress, leaveOpen: true))
            await pack.WriteAsync(Encoding.UTF8.GetBytes("""{ "token": "abc" }"""));
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync($"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {packed.Length}\r\n\r\n");
            await connection.SayAsync(packed.ToArray());
        });
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: /, checks: [ { json: $.token, equals: abc } ] }")).Total.Total();

        Assert.Equal((1, 1), (total.Ok, total.ChecksPassed));
    }

    [Fact]
    public async Task A_target_that_is_not_there_is_refused_before_the_run()
    {
        var thrown = await Assert.ThrowsAsync<PlanNotRunnableException>(() => RealRun.OfSteps(new Uri("http://127.0.0.1:1"), GetTwice));

        Assert.Equal("the target http://127.0.0.1:1 cannot be reached: it refused the connection (nothing listens there)", thrown.Message);
    }

    [Fact]
    public async Task A_target_that_goes_away_is_counted_as_refused()
    {
        var server = new ScriptedServer((connection, _) => connection.SayAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        var leaving = new ScriptedServer(async (connection, _) =>
        {
            await server.DisposeAsync();
            await connection.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        await using (leaving)
        {
            var end = await RealRun.Of($$"""
                name: x
                max_virtual_users: 1
                duration: 10s
                load_pattern: { type: per_user_iterations, iterations: 1 }
                scenario_config: { think_time: 0, scenarios: [ { name: s, user_journey: [
                  { action: http, path: /leave }, { action: http, path: "{{server.Url}}gone" } ] } ] }
                """, leaving.Url, server.Url);

            Assert.Equal(1, end.Total.Total().ErrorTypes["connect_refused"]);
        }
    }
}
