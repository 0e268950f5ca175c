using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>
/// Whatever a server does, each attempt is sent once and ends once, as a success or as a failure with a name. <see cref="RealRun"/>
/// sees to it besides that each run ends in time, without a fault, and with books that balance.
/// </summary>
public sealed partial class OddServerTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n";
    private const string Ok = Head + "Content-Length: 2\r\n\r\nok";
    private const string Chunked = Head + "Transfer-Encoding: chunked\r\n\r\n";
    private const string GetTwice = "- { action: http, name: get, path: '/{{random.uuid()}}' }\n- { action: http, name: get, path: '/{{random.uuid()}}' }";

    /// <summary>What a server does once it has said its words.</summary>
    public enum Then
    {
        Stay,
        Close,
        Reset,
    }

    [Theory]
    [InlineData(Chunked + "5;name=value\r\nhello\r\n0;last\r\n\r\n")]
    [InlineData(Chunked + "5 ; name=\"a, b\"\r\nhello\r\n0\r\n\r\n")]
    [InlineData(Chunked + "0005\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n000\r\n\r\n")]
    [InlineData(Chunked + "5\r\nhello\r\n0\r\nX-Hash: 1\r\nX-Time: 2\r\n\r\n")]
    [InlineData(Head + "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData(Head + "CONTENT-LENGTH:\t2 \r\nEmpty:\r\n\r\nok")]
    [InlineData(Head + "Connection: keep-alive, Upgrade\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n" + Ok)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + Ok)]
    [InlineData("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 299 Caf\u00e9\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_right_answer_of_a_rare_form_is_a_success_and_the_connection_goes_on(string answer)
    {
        await using var server = ScriptedServer.Saying(answer);
        var total = (await RealRun.OfSteps(server.Url, GetTwice)).Total.Total();

        Assert.Equal((2, 2, 2, 1), (total.Sent, total.Ok, server.Requests, server.Connections));
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData(Head + "Connection: CLOSE\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData(Head + "Connection: close, X-Hop\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData(Head + "Connection: X-Hop ,close\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData(Head + "Connection: close\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData(Head + "Content-Length: 2\r\n\r\nok and bytes that no length announced")]
    [InlineData(Chunked + "2\r\nok\r\n0\r\n\r\nbytes behind the last chunk")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("HTTP/1.1 304 Not Modified\r\n\r\nbody")]
    [InlineData(Ok + Ok)]
    public async Task After_an_answer_that_ends_its_connection_the_next_request_has_a_connection_of_its_own(string answer)
    {
        await using var server = ScriptedServer.Saying(answer);
        var total = (await RealRun.OfSteps(server.Url, GetTwice)).Total.Total();

        Assert.Equal((2, 2, 2, 2), (total.Sent, total.Ok, server.Requests, server.Connections));
    }

    [Theory]
    [InlineData("", Then.Stay, "timed_out")]
    [InlineData("", Then.Close, "connection_closed")]
    [InlineData("", Then.Reset, "connection_reset")]
    [InlineData("HTTP/1.1 20", Then.Stay, "timed_out")]
    [InlineData("HTTP/1.1 20", Then.Close, "connection_closed")]
    [InlineData("HTTP/1.1 20", Then.Reset, "connection_reset")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", Then.Stay, "timed_out")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", Then.Close, "connection_closed")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Then.Stay, "timed_out")]
    [InlineData(Head + "Content-Length: 3\r\n\r\nok", Then.Stay, "timed_out")]
    [InlineData(Head + "Content-Length: 3\r\n\r\nok", Then.Close, "truncated_body")]
    [InlineData(Head + "Content-Length: 3\r\n\r\nok", Then.Reset, "connection_reset")]
    [InlineData(Head + "Content-Length: 9223372036854775807\r\n\r\nok", Then.Close, "truncated_body")]
    [InlineData(Head + "\r\nuntil the end, which does not come", Then.Stay, "timed_out")]
    [InlineData(Head + "\r\nuntil the end, which is none", Then.Reset, "connection_reset")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 2\n\nlines that end without a carriage return", Then.Close, "connection_closed")]
    [InlineData(Chunked, Then.Close, "truncated_body")]
    [InlineData(Chunked + "5\r\nhel", Then.Stay, "timed_out")]
    [InlineData(Chunked + "5\r\nhel", Then.Reset, "connection_reset")]
    [InlineData(Chunked + "5\r\nhello\r\n", Then.Close, "truncated_body")]
    [InlineData(Chunked + "5\r\nhello\r\n0\r\n", Then.Close, "truncated_body")]
    [InlineData(Chunked + "5\r\nhello\r\n0\r\nX-Hash: 1\r\n", Then.Reset, "connection_reset")]
    public async Task An_answer_that_stops_in_the_middle_is_a_failure_with_a_name(string answer, Then then, string error) =>
        await AssertFailsTwice(answer, then, error);

    [Theory]
    [InlineData(Head + "Content-Length: -1\r\n\r\n")]
    [InlineData(Head + "Content-Length: +2\r\n\r\nok")]
    [InlineData(Head + "Content-Length: 2 2\r\n\r\nok")]
    [InlineData(Head + "Content-Length: 0x2\r\n\r\nok")]
    [InlineData(Head + "Content-Length: \r\n\r\nok")]
    [InlineData(Head + "Content-Length: two\r\n\r\nok")]
    [InlineData(Head + "Content-Length: 99999999999999999999\r\n\r\nok")]
    [InlineData(Head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!")]
    [InlineData(Head + "Content-Length: 3\r\nX: y\r\ncontent-length: 2\r\n\r\nok!")]
    [InlineData(Head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(Head + "no colon\r\nContent-Length: 0\r\n\r\n")]
    [InlineData(Head + ": no name\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 99 Low\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 Long\r\n\r\n")]
    [InlineData("HTTP/1.1 20\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 OK 200\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    [InlineData("\r\n" + Ok)]
    [InlineData("\n" + Ok)]
    [InlineData("\n\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("<html><body>no head at all</body></html>")]
    [InlineData("\0\0\u0012\u0004\0\0\0\0\0\0\u0003\0\0\0d\0\u0004\0\u00a0\0\0")]
    [InlineData("\u0015\u0003\u0003\0\u0002\u0002\u0050")]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData(Chunked + "-1\r\nhello\r\n0\r\n\r\n")]
    [InlineData(Chunked + "fffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    [InlineData(Chunked + "\r\nhello\r\n0\r\n\r\n")]
    [InlineData(Chunked + ";x=y\r\nhello\r\n0\r\n\r\n")]
    [InlineData(Chunked + "5\r\nhello0\r\n\r\n")]
    [InlineData(Chunked + "5\r\nhello, and more\r\n0\r\n\r\n")]
    public async Task What_is_not_HTTP_is_a_malformed_response(string answer) => await AssertFailsTwice(answer, Then.Stay, "malformed_response");

    private static async Task AssertFailsTwice(string answer, Then then, string error)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(answer);
            End(connection, then);
        });
        var total = await UnpreparedAsync(server.Url, error == "timed_out" ? "200ms" : "20s");

        Assert.Equal((2, 0, 2), (total.Sent, total.Ok, total.FailedRequests));
        Assert.Equal(new Dictionary<string, long> { [error] = 2 }, total.ErrorTypes);
        await server.UntilAskedAsync(2);
        Assert.Equal((2, 2), (server.Requests, server.Connections));
    }

    private static void AssertOnly(OperationWindow total, params IEnumerable<string> errors) =>
        Assert.All(total.ErrorTypes.Keys, error => Assert.Contains(error, errors));

    private static void End(ScriptedConnection connection, Then then)
    {
        if (then == Then.Close)
            connection.Close();
        else if (then == Then.Reset)
            connection.Reset();
    }

    // Two requests to a server that nothing was connected to before.
    private static async Task<OperationWindow> UnpreparedAsync(Uri url, string timeout = "20s", string more = "") =>
        (await RealRun.OfStepsUnprepared(url, $"- {{ action: http, name: get, path: '{url}a', timeout: {timeout}{more} }}", iterations: 2)).Total.Total();
}
