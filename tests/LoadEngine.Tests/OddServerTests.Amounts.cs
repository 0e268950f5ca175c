using System.Text;

namespace Loadstone.LoadEngine.Tests;

/// <content>Too little at a time, and too much.</content>
public sealed partial class OddServerTests
{
    private const string InChunks = Chunked + "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Hash: 1\r\n\r\n";
    private const int Megabyte = 1024 * 1024;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(InChunks)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n" + Head + "Content-Length: 11\r\n\r\nhello world")]
    public async Task An_answer_split_at_any_byte_is_the_same_answer(string answer)
    {
        var bytes = Encoding.Latin1.GetBytes(answer);
        await using var server = new ScriptedServer((connection, _) =>
            connection.SayApartAsync(bytes[..connection.Number], bytes[connection.Number..]));
        var total = (await RealRun.OfSteps(
            server.Url, "- { action: http, path: /, checks: [ { text: hello world } ] }", iterations: bytes.Length - 1)).Total.Total();

        Assert.Equal((bytes.Length - 1, bytes.Length - 1, 1), (total.Ok, total.ChecksPassed, server.Connections));
    }

    [Theory]
    [InlineData(InChunks, false)]
    [InlineData("HTTP/1.1 103 Early Hints\r\n\r\n" + Head + "Content-Length: 11\r\n\r\nhello world", false)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello world", true)]
    public async Task An_answer_in_single_bytes_is_the_same_answer(string answer, bool closes)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayApartAsync(answer.Select(letter => new[] { (byte)letter }));
            End(connection, closes ? Then.Close : Then.Stay);
        });
        var total = (await RealRun.OfSteps(
            server.Url, "- { action: http, path: /, checks: [ { text: hello world } ] }", iterations: 2)).Total.Total();

        Assert.Equal((2, 2, 2 * answer.Length), (total.Ok, total.ChecksPassed, total.BytesReceived));
    }

    [Theory]
    [InlineData("", Head + "X-Endless: ")]
    [InlineData(Head + "Content-Length: 1000000\r\n\r\n", "")]
    [InlineData(Chunked, "fffff\r\n")]
    [InlineData(Chunked + "0\r\nX-Endless: ", "")]
    [InlineData(Head + "\r\n", "")]
    public async Task A_drip_that_goes_past_the_time_out_is_timed_out(string atOnce, string dripping)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(atOnce);
            await connection.DripAsync(dripping + new string('x', 10_000), Pace);
        });
        var total = await UnpreparedAsync(server.Url, timeout: "300ms");

        Assert.Equal((2, 2, 2), (total.Sent, total.TimedOut, total.ErrorTypes["timed_out"]));
        Assert.True(total.Response.MinNs >= 300_000_000);
    }

    [Theory]
    [InlineData(Head + "X-Large: ", "x", "headers_too_large")]
    [InlineData(Head, "X-Small: one of many\r\n", "headers_too_large")]
    [InlineData("HTTP/1.1 200 ", "Fine ", "headers_too_large")]
    [InlineData("HTTP/1.1 103 Early Hints\r\n", "Link: </a.css>\r\n", "headers_too_large")]
    [InlineData(Chunked + "0\r\n", "X-Small: one of many\r\n", "headers_too_large")]
    [InlineData(Chunked + "0\r\nX-Large: ", "x", "malformed_response")]
    [InlineData(Chunked + "5;large=", "x", "malformed_response")]
    public async Task A_megabyte_where_a_line_belongs_is_a_failure(string begin, string repeated, string error) => await AssertFailsTwice(
        begin + string.Concat(Enumerable.Repeat(repeated, Megabyte / repeated.Length)), Then.Stay, error);

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData(Chunked, "5\r\nhello\r\n")]
    [InlineData(Head + "\r\n", "and so on, ")]
    public async Task What_never_ends_is_timed_out_however_fast_it_comes(string begin, string repeated)
    {
        var much = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(repeated, 1000)));
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(begin);
            while (true)
                await connection.SayAsync(much);
        });
        var total = await UnpreparedAsync(server.Url, timeout: "300ms");

        Assert.Equal((2, 2), (total.Sent, total.TimedOut));
        Assert.InRange(total.Response.MaxNs, 300_000_000, 5_000_000_000);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(", checks: [ { text: end } ]", "body_too_large")]
    public async Task A_large_body_is_only_too_large_for_who_looks_into_it(string checks, string? error)
    {
        var body = new byte[20 * Megabyte];
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync($"{Head}Content-Length: {body.Length}\r\n\r\n");
            await connection.SayAsync(body);
        });
        var total = await UnpreparedAsync(server.Url, more: checks);

        Assert.Equal(error is null ? (2, 0) : (0, 2), (total.Ok, total.Failed));
        Assert.Equal(error is null ? [] : [error], total.ErrorTypes.Keys);
    }
}
