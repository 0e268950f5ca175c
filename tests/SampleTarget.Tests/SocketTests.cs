using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Loadstone.SampleTarget.Tests;

public sealed class SocketTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(WebSocketMessageType.Text, 5)]
    [InlineData(WebSocketMessageType.Binary, 5)]
    [InlineData(WebSocketMessageType.Binary, 0)]
    [InlineData(WebSocketMessageType.Binary, 4096)]
    [InlineData(WebSocketMessageType.Binary, 65_536)]
    public async Task The_echo_sends_each_message_back_as_it_came(WebSocketMessageType type, int length)
    {
        await using var target = await RunningTarget.StartAsync();
        using var socket = await target.OpenSocketAsync("/ws/echo");
        var message = Enumerable.Range(0, length).Select(n => (byte)('a' + (n % 26))).ToArray();
        for (var n = 0; n < 3; n++)
        {
            await socket.SendAsync(message, type, true, _limit.Token);
            var (answer, answerType) = await ReceiveAsync(socket);
            Assert.Equal(type, answerType);
            Assert.Equal(message, answer);
        }
        Assert.Equal(3, (await target.CountsAsync()).Number("messages"));
    }

    [Fact]
    public async Task A_message_in_fragments_comes_back_whole()
    {
        await using var target = await RunningTarget.StartAsync();
        using var socket = await target.OpenSocketAsync("/ws/echo");
        await socket.SendAsync("frag"u8.ToArray(), WebSocketMessageType.Text, false, _limit.Token);
        await socket.SendAsync("ment"u8.ToArray(), WebSocketMessageType.Text, true, _limit.Token);
        Assert.Equal("fragment", Encoding.UTF8.GetString((await ReceiveAsync(socket)).Message));
    }

    [Fact]
    public async Task A_message_that_is_too_big_closes_its_socket()
    {
        await using var target = await RunningTarget.StartAsync();
        using var socket = await target.OpenSocketAsync("/ws/echo");
        await socket.SendAsync(new byte[65_537], WebSocketMessageType.Binary, true, _limit.Token);
        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(socket)).Type);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.CloseStatus);
    }

    [Fact]
    public async Task Open_sockets_are_counted_and_their_requests_are_booked_as_101()
    {
        await using var target = await RunningTarget.StartAsync();
        using var leaving = await target.OpenSocketAsync("/ws/echo");
        using var vanishing = await target.OpenSocketAsync("/ws/chat");
        var counts = await target.CountsAsync();
        Assert.Equal((2, 2, 0), (counts.Number("websockets"), counts["by_status"]!.Number("101"), counts.Number("in_flight")));

        await leaving.CloseAsync(WebSocketCloseStatus.NormalClosure, null, _limit.Token);
        vanishing.Abort();

        counts = await target.CountsWhenAsync(counts => counts.Number("websockets") == 0);
        Assert.Equal((2, 2, 2), (counts.Number("total"), counts.Number("websockets_accepted"), counts["by_status"]!.Sum()));
    }

    [Fact]
    public async Task A_plain_request_to_a_socket_route_is_refused()
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await target.Http.GetAsync("/ws/chat")).StatusCode);
    }

    [Fact]
    public async Task A_socket_can_be_spoiled_like_any_request()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { error_rate = 100 });
        await Assert.ThrowsAsync<WebSocketException>(() => target.OpenSocketAsync("/ws/chat"));
        var counts = await target.CountsAsync();
        Assert.Equal((1, 0), (counts["by_status"]!.Number("500"), counts.Number("websockets_accepted")));
    }

    [Theory]
    [InlineData("""{"type":"message","id":"m-1","text":"hello"}""", "\"m-1\"")]
    [InlineData("""{"id":42,"text":"hello","more":{"a":[1]},"type":"message"}""", "42")]
    [InlineData("""{"type":"reaction","id":"r\"1","to":"m-1"}""", "\"r\\\"1\"")]
    [InlineData("""{"type":"message"}""", "null")]
    [InlineData("""{"type":"leave","id":1}""", "1")]
    public async Task The_chat_acknowledges_with_the_clients_id_and_echoes(string message, string id)
    {
        await using var target = await RunningTarget.StartAsync();
        using var socket = await target.OpenSocketAsync("/ws/chat");
        Assert.Equal("ack", (await TalkAsync(socket, """{"type":"join","room":"garden","id":0}""")).Text("type"));

        var ack = await TalkAsync(socket, message);

        Assert.Equal("ack", ack.Text("type"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(id), ack["id"]), ack.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(message), ack["echo"]), ack.ToJsonString());
    }

    [Theory]
    [InlineData("""{"type":"message","id":1}""")] // nobody has joined
    [InlineData("""{"type":"leave","id":1}""")]
    [InlineData("""{"type":"join","id":1}""")]
    [InlineData("""{"type":"join","id":1,"room":""}""")]
    [InlineData("""{"type":"dance","id":1}""")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"type":5}""")]
    [InlineData("""{"type":"join","room":"a","id":{}}""")]
    [InlineData("""{"type":"join","room":"a"} x""")]
    [InlineData("""{"type":"join",""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task The_chat_says_what_it_does_not_understand_and_goes_on(string message)
    {
        await using var target = await RunningTarget.StartAsync();
        using var socket = await target.OpenSocketAsync("/ws/chat");
        Assert.Equal("error", (await TalkAsync(socket, message)).Text("type"));
        Assert.Equal("ack", (await TalkAsync(socket, """{"type":"join","room":"garden"}""")).Text("type"));
    }

    [Fact]
    public async Task A_broadcast_reaches_the_others_in_the_room_and_nobody_else()
    {
        await using var target = await RunningTarget.StartAsync();
        using var speaker = await JoinedAsync(target, "garden", "?broadcast=true");
        using var listener = await JoinedAsync(target, "garden", "");
        using var elsewhere = await JoinedAsync(target, "hall", "");
        const string Message = """{"type":"message","id":"m-1","text":"hello"}""";

        Assert.Equal("ack", (await TalkAsync(speaker, Message)).Text("type"));

        Assert.Equal(Message, Encoding.UTF8.GetString((await ReceiveAsync(listener)).Message));
        // Were there a broadcast for the third, it would come before this ack.
        Assert.Equal("ack", (await TalkAsync(elsewhere, """{"type":"leave"}""")).Text("type"));
    }

    [Fact]
    public async Task Without_broadcast_others_in_the_room_hear_nothing()
    {
        await using var target = await RunningTarget.StartAsync();
        using var speaker = await JoinedAsync(target, "garden", "");
        using var listener = await JoinedAsync(target, "garden", "");
        await TalkAsync(speaker, """{"type":"message","id":1}""");
        Assert.Equal("ack", (await TalkAsync(listener, """{"type":"message","id":2}""")).Text("type"));
    }

    [Fact]
    public async Task Many_speakers_at_once_reach_everybody_in_the_room()
    {
        const int Members = 10;
        const int Each = 20;
        await using var target = await RunningTarget.StartAsync();
        var sockets = await Task.WhenAll(Enumerable.Range(0, Members).Select(_ => JoinedAsync(target, "garden", "?broadcast=true")));
        var received = await Task.WhenAll(sockets.Select(async socket =>
        {
            for (var n = 0; n < Each; n++) await SayAsync(socket, $$"""{"type":"message","id":{{n}}}""");
            var seen = new List<string>();
            while (seen.Count < Members * Each) seen.Add((await HearAsync(socket)).Text("type"));
            return seen;
        }));
        Assert.All(received, seen => Assert.Equal(Each, seen.Count(type => type is "ack")));
        foreach (var socket in sockets) socket.Dispose();
    }

    public void Dispose() => _limit.Dispose();

    private async Task<ClientWebSocket> JoinedAsync(RunningTarget target, string room, string query)
    {
        var socket = await target.OpenSocketAsync("/ws/chat" + query);
        await TalkAsync(socket, $$"""{"type":"join","room":"{{room}}"}""");
        return socket;
    }

    private async Task<JsonNode> TalkAsync(ClientWebSocket socket, string message)
    {
        await SayAsync(socket, message);
        return await HearAsync(socket);
    }

    private Task SayAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, _limit.Token);

    private async Task<JsonNode> HearAsync(ClientWebSocket socket) => JsonNode.Parse((await ReceiveAsync(socket)).Message)!;

    private async Task<(byte[] Message, WebSocketMessageType Type)> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[128 * 1024];
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), _limit.Token);
            length += part.Count;
            if (part.EndOfMessage) return (buffer[..length], part.MessageType);
        }
    }
}
