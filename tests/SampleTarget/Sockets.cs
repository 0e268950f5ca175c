using System.Buffers;
using System.Net.WebSockets;

namespace Loadstone.SampleTarget;

/// <summary>Called for each whole message; the bytes are good until the returned task ends.</summary>
internal delegate ValueTask MessageHandler(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken aborted);

/// <summary>Accepts a WebSocket and reads it to its end. A silent one holds no buffer of ours.</summary>
internal static class Sockets
{
    private const int MostMessageBytes = 64 * 1024;
    private const int FirstBufferBytes = 4096;

    private static readonly WebSocketAcceptContext Options = new()
    {
        KeepAliveInterval = TimeSpan.FromSeconds(60),
        KeepAliveTimeout = TimeSpan.FromSeconds(30),
    };

    public static bool MayBeOne(HttpContext context) => context.Request.Headers.Upgrade.Count > 0;

    /// <summary>The request is booked as answered by 101 here; what happens on the socket later is counted as messages.</summary>
    public static async Task ServeAsync(HttpContext context, Counts counts, WebSocketConversation converse)
    {
        if (!context.WebSockets.IsWebSocketRequest) throw Answer.Refuse(400, "This is for WebSockets only.");
        context.Features.Get<Arrival?>()?.Answered(StatusCodes.Status101SwitchingProtocols);
        counts.WebSocketOpened();
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(Options);
            await converse(socket);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer has gone, or the target is ending: there is nobody to tell.
        }
        finally
        {
            counts.WebSocketClosed();
        }
    }

    /// <summary>Hands over message after message until the peer closes, and closes then; a message of more than 64 KB ends it too.</summary>
    public static async Task ReadAllAsync(WebSocket socket, Counts counts, MessageHandler handle, CancellationToken aborted)
    {
        while (true)
        {
            // Waits without a buffer until something comes; only an empty message is over with that.
            var first = await socket.ReceiveAsync(Memory<byte>.Empty, aborted);
            var (buffer, length) = await ReceiveAsync(socket, first, aborted);
            if (socket.State == WebSocketState.CloseReceived || length > MostMessageBytes)
            {
                await CloseAsync(socket, length > MostMessageBytes, aborted);
                return;
            }
            counts.MessageReceived();
            await handle(buffer.AsMemory(0, length), first.MessageType, aborted);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<(byte[] Buffer, int Length)> ReceiveAsync(
        WebSocket socket, ValueWebSocketReceiveResult part, CancellationToken aborted)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        var length = 0;
        while (!part.EndOfMessage && length <= MostMessageBytes)
        {
            if (length == buffer.Length) buffer = Larger(buffer);
            part = await socket.ReceiveAsync(buffer.AsMemory(length), aborted);
            length += part.Count;
        }
        return (buffer, length);
    }

    private static byte[] Larger(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 4);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static Task CloseAsync(WebSocket socket, bool tooBig, CancellationToken aborted) => tooBig
        ? socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, $"At most {MostMessageBytes} bytes.", aborted)
        : socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted);
}

/// <summary>All that is said on one WebSocket.</summary>
internal delegate Task WebSocketConversation(WebSocket socket);
