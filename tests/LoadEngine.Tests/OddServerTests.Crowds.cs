using System.Text;

namespace Loadstone.LoadEngine.Tests;

/// <content>Everything at once.</content>
public sealed partial class OddServerTests
{
    private static readonly (string Answer, Then Then)[] Everything =
    [
        (Ok, Then.Stay), (Ok, Then.Close), (Ok, Then.Reset), (InChunks, Then.Stay), ("HTTP/1.0 200 OK\r\n\r\nok", Then.Close),
        ("", Then.Stay), ("", Then.Close), ("", Then.Reset), (Head, Then.Stay), (Head, Then.Close), (Chunked + "5\r\nhel", Then.Reset),
        (Head + "Content-Length: 9\r\n\r\nok", Then.Stay), (Head + "Content-Length: 9\r\n\r\nok", Then.Close), (Ok + Ok, Then.Stay),
        ("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", Then.Stay), ("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", Then.Close),
        ("nonsense", Then.Stay), (Head + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno", Then.Stay),
    ];

    [Fact]
    public async Task A_crowd_at_a_server_that_does_everything_wrong_is_counted_to_the_last_request()
    {
        var turn = 0;
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            var (answer, then) = Everything[Interlocked.Increment(ref turn) % Everything.Length];
            await connection.SayAsync(answer);
            End(connection, then);
        });
        var total = (await RealRun.OfSteps(
            server.Url, "- { action: http, path: '/{{random.uuid()}}', timeout: 200ms, redirects: 0" + Look + " }", iterations: 50, users: 20)).Total.Total();

        Assert.Equal((1000, 0), (total.Sent, total.Aborted));
        Assert.Equal(server.Requests, server.Texts.Distinct().Count());
        Assert.InRange(server.Requests, 1000 - Broken.Append("timed_out").Sum(error => total.ErrorTypes.GetValueOrDefault(error)), 1000);
        Assert.True(total.Ok > 0 && total.TimedOut > 0 && total.StatusCodes[500] > 0);
    }

    [Fact]
    public async Task A_user_that_drinks_from_a_stream_without_end_does_not_hold_up_the_others()
    {
        var much = new byte[100_000];
        await using var server = new ScriptedServer(async (connection, request) =>
        {
            await connection.SayAsync(request.StartsWith("GET /stream", StringComparison.Ordinal) ? Head + "\r\n" : Ok);
            while (request.StartsWith("GET /stream", StringComparison.Ordinal))
                await connection.SayAsync(much);
        });
        var end = await RealRun.Of("""
            name: x
            duration: 2s
            max_virtual_users: 2
            load_pattern: { type: constant }
            scenario_config:
              think_time: 0
              users: { stream: 1, small: 1 }
              scenarios:
                - { name: stream, user_journey: [ { action: http, path: /stream, timeout: 1500ms } ] }
                - { name: small, user_journey: [ { action: http, path: /small, think_time: 20ms } ] }
            """, server.Url);

        var (stream, small) = (end.Total.Operations.Single(o => o.Scenario == "stream"), end.Total.Operations.Single(o => o.Scenario == "small"));
        Assert.Equal(stream.Sent, stream.TimedOut);
        Assert.InRange(stream.Response.MaxNs, 1_500_000_000, 2_500_000_000);
        Assert.InRange(small.Ok, 20, 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_an_answer_is_damaged_it_ends_with_an_outcome(int seed)
    {
        var random = new Random(seed);
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.SayAsync(Damaged(random));
            connection.Close();
        });
        var total = (await RealRun.OfSteps(server.Url, "- { action: http, path: '/{{random.uuid()}}'" + Look + " }", iterations: 300)).Total.Total();

        Assert.Equal(300, total.Sent);
        Assert.Equal(server.Requests, server.Texts.Distinct().Count());
        Assert.InRange(server.Requests, 300 - Broken.Sum(error => total.ErrorTypes.GetValueOrDefault(error)), 300);
        AssertOnly(total, [.. Broken, .. Enumerable.Range(400, 200).Select(status => $"status_{status}"), "malformed_response", "truncated_body", "bad_content_encoding"]);
    }

    // A few bytes of a good answer changed, taken out, doubled, or all of its end cut off.
    private static byte[] Damaged(Random random)
    {
        List<byte> bytes = [.. Encoding.Latin1.GetBytes(random.Next(2) == 0 ? InChunks : "HTTP/1.1 100 Continue\r\n\r\n" + Ok)];
        for (var left = random.Next(1, 5); left > 0 && bytes.Count > 0; left--)
            Damage(bytes, random.Next(bytes.Count), random);
        return [.. bytes];
    }

    private static void Damage(List<byte> bytes, int at, Random random)
    {
        var telling = "\r\n:;, 019afHT/."u8;
        switch (random.Next(5))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes[at] = telling[random.Next(telling.Length)];
                break;
            case 2:
                bytes.RemoveAt(at);
                break;
            case 3:
                bytes.Insert(at, bytes[at]);
                break;
            default:
                bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at));
                break;
        }
    }
}
