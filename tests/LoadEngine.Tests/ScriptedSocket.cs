using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Loadstone.LoadEngine.Tests;

/// <summary>A WebSocket as its server sees it: it reads frames and says any, lawful or not.</summary>
internal sealed class ScriptedSocket
{
    public const int Text = 0x81;
    public const int Close = 0x88;
    public const int Ping = 0x89;
    public const int Pong = 0x8a;

    private readonly ScriptedConnection _connection;

    private ScriptedSocket(ScriptedConnection connection) => _connection = connection;

    /// <summary>A server that opens each connection as a WebSocket and then does what a test wants.</summary>
    public static ScriptedServer Server(Func<ScriptedSocket, Task> live) => new(async connection => await live(await AcceptAsync(connection)));

    /// <summary>A server that says all that a test wants, then answers each message with itself and a close with a close.</summary>
    public static ScriptedServer Echo(params byte[][] first) => Server(async socket =>
    {
        foreach (var frame in first)
            await socket.SayAsync(frame);
        await socket.EchoAsync();
    });

    /// <summary>Opens a connection as a WebSocket.</summary>
    public static async Task<ScriptedSocket> AcceptAsync(ScriptedConnection connection)
    {
        await connection.SayAsync(AnswerTo(await connection.ReadRequestAsync() ?? ""));
        return new ScriptedSocket(connection);
    }

    /// <summary>What opens the WebSocket that a request asks for.</summary>
    public static string AnswerTo(string request, string more = "")
    {
        const string Name = "Sec-WebSocket-Key: ";
        var at = request.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        var key = request[at..request.IndexOf('\r', at)];
#pragma warning disable CA5350 // The protocol demands SHA-1.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{more}\r\n";
    }

    /// <summary>A frame as a server sends it, without a mask.</summary>
    public static byte[] Frame(int first, string payload)
    {
        var bytes = Encoding.Latin1.GetBytes(payload);
        if (bytes.Length < 126)
            return [(byte)first, (byte)bytes.Length, .. bytes];
        var length = new byte[bytes.Length <= ushort.MaxValue ? 2 : 8];
        if (length.Length == 2)
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)bytes.Length);
        else
            BinaryPrimitives.WriteInt64BigEndian(length, bytes.Length);
        return [(byte)first, (byte)(length.Length == 2 ? 126 : 127), .. length, .. bytes];
    }

    public Task SayAsync(int first, string payload) => SayAsync(Frame(first, payload));

    public Task SayAsync(byte[] bytes) => _connection.SayAsync(bytes);

    /// <summary>The next frame, unmasked; null when the other side has ended the connection.</summary>
    public async Task<(int First, string Payload)?> ReadAsync()
    {
        var head = await _connection.ReadBytesAsync(2);
        if (head.Length < 2)
            return null;
        Assert.True((head[1] & 0x80) != 0, "a client must mask");
        var more = (head[1] & 0x7f) switch { 126 => await _connection.ReadBytesAsync(2), 127 => await _connection.ReadBytesAsync(8), _ => [] };
        var length = more.Length == 0 ? head[1] & 0x7f : more.Aggregate(0, (sum, b) => (sum << 8) | b);
        var mask = await _connection.ReadBytesAsync(4);
        var payload = await _connection.ReadBytesAsync(length);
        return (head[0], Encoding.Latin1.GetString([.. payload.Select((b, i) => (byte)(b ^ mask[i % 4]))]));
    }

    /// <summary>Answers each message with itself, and a close with a close.</summary>
    public async Task EchoAsync()
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.First is Text or Close)
                await SayAsync(frame.First, frame.Payload);
        }
    }

    /// <summary>Says nothing until the other side has ended the connection.</summary>
    public Task UntilLeftAsync() => _connection.UntilLeftAsync();

    /// <summary>Ends the connection without a good-bye.</summary>
    public void HangUp() => _connection.Close();
}
