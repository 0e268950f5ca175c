using System.Buffers;
using System.Net.WebSockets;

namespace Loadstone.SampleTarget;

/// <summary>
/// /ws/chat: JSON text messages of `type` join, message, reaction or leave. Each is answered by an `ack` that carries the client's
/// `id` and echoes the message; with `?broadcast=true` messages and reactions also go to the others in the room, as they came.
/// </summary>
internal static class Chat
{
    public static void MapChat(this IEndpointRouteBuilder routes, Counts counts)
    {
        var rooms = new Rooms();
        routes.MapGet("/ws/chat", (RequestDelegate)(context => Sockets.ServeAsync(context, counts, async socket =>
        {
            using var member = new ChatMember(socket, rooms, Query.Flag(context, "broadcast"));
            await Sockets.ReadAllAsync(socket, counts, member.HandleAsync, context.RequestAborted);
        })));
    }
}

/// <summary>One client of the chat. Its reading loop handles it; other members only send to it.</summary>
internal sealed class ChatMember(WebSocket socket, Rooms rooms, bool broadcasts) : IDisposable
{
    private const int LongestRoomName = 64;
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(1);
    private string? _room;

    public async ValueTask HandleAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken aborted)
    {
        var frame = type == WebSocketMessageType.Text ? ChatFrame.Read(message.Span) : null;
        var error = frame is { } read ? Obey(read) : "This is no JSON object that the chat understands.";
        var reply = error is null ? Ack(frame!.Value, message.Span) : Error(frame, message.Span, error);
        await SendAsync(reply, aborted);
        if (error is null && broadcasts && frame!.Value.Verb is ChatVerb.Message or ChatVerb.Reaction)
            await rooms.TellOthersAsync(_room!, this, message, aborted);
    }

    /// <summary>Sends to this member in turn with all others who do; one who does not read for long is cut off.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken aborted)
    {
        if (!await _sending.WaitAsync(LongestSend, aborted))
        {
            socket.Abort();
            return;
        }
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, aborted);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose() => Leave();

    /// <returns>What is wrong, or null when it is done.</returns>
    private string? Obey(ChatFrame frame) => frame.Verb switch
    {
        ChatVerb.Join when frame.Room is { Length: > 0 and <= LongestRoomName } room => Join(room),
        ChatVerb.Join => $"room must have 1 to {LongestRoomName} characters.",
        ChatVerb.Unknown => "type must be join, message, reaction or leave.",
        _ when _room is null => "Join a room first.",
        ChatVerb.Leave => Leave(),
        _ => null,
    };

    private string? Join(string room)
    {
        Leave();
        rooms.Enter(_room = room, this);
        return null;
    }

    private string? Leave()
    {
        if (_room is not null) rooms.Exit(_room, this);
        _room = null;
        return null;
    }

    private static ReadOnlyMemory<byte> Ack(ChatFrame frame, ReadOnlySpan<byte> message)
    {
        var ack = new ArrayBufferWriter<byte>(message.Length + 128);
        ack.Write("{\"type\":\"ack\",\"id\":"u8);
        ack.Write(IdOf(frame, message));
        ack.Write(",\"echo\":"u8);
        ack.Write(message);
        ack.Write("}"u8);
        return ack.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Error(ChatFrame? frame, ReadOnlySpan<byte> message, string text)
    {
        var error = new ArrayBufferWriter<byte>(256);
        error.Write("{\"type\":\"error\",\"id\":"u8);
        error.Write(frame is { } read ? IdOf(read, message) : "null"u8);
        error.Write(",\"error\":\""u8);
        error.Write(System.Text.Encoding.UTF8.GetBytes(text)); // our own words: nothing to escape
        error.Write("\"}"u8);
        return error.WrittenMemory;
    }

    private static ReadOnlySpan<byte> IdOf(ChatFrame frame, ReadOnlySpan<byte> message) =>
        frame.Id.Equals(0..0) ? "null"u8 : message[frame.Id];
}
