using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine.WebSockets;

/// <summary>What a frame carries (RFC 6455 §5.2).</summary>
internal enum Opcode
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>The head of a WebSocket frame (RFC 6455 §5.2).</summary>
/// <param name="Opcode">What it carries.</param>
/// <param name="IsFinal">True for the last frame of a message.</param>
/// <param name="Length">The payload's length, in bytes.</param>
/// <param name="HeadLength">The head's own length, in bytes.</param>
internal readonly record struct WebSocketFrame(Opcode Opcode, bool IsFinal, long Length, int HeadLength)
{
    private const int Final = 0x80;
    private const int Masked = 0x80;
    private const int Length16 = 126;
    private const int Length64 = 127;
    private const int LongestControl = 125;
    private const int Control = 0x08;

    // One bit for each opcode that has a meaning.
    private const int Known = 0b111_0000_0111;

    public bool IsControl => (int)Opcode >= 8;

    /// <summary>
    /// False for what no server may send: reserved bits or opcodes, a mask, a control frame in pieces or above 125 bytes, a
    /// close with half a status.
    /// </summary>
    public static bool IsLegal(ReadOnlySpan<byte> bytes) =>
        (bytes.Length < 1 || ((bytes[0] & 0x70) == 0 && ((Known >> (bytes[0] & 0x0f)) & 1) != 0))
        && (bytes.Length < 2 || ((bytes[1] & Masked) == 0 && ((bytes[0] & Control) == 0 || IsLegalControl(bytes[0], bytes[1]))));

    /// <summary>Reads a head from the start of legal bytes; false when they do not hold all of it yet.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WebSocketFrame frame)
    {
        frame = default;
        if (bytes.Length < 2)
            return false;
        var length = bytes[1] & 0x7f;
        var headLength = length switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (bytes.Length < headLength)
            return false;
        frame = new WebSocketFrame((Opcode)(bytes[0] & 0x0f), (bytes[0] & Final) != 0, length switch
        {
            Length16 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Length64 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => length,
        }, headLength);
        return true;
    }

    /// <summary>Writes a whole message as one masked frame, as a client must (RFC 6455 §5.3).</summary>
    public static void Write(ByteWriter writer, Opcode opcode, ReadOnlySpan<byte> payload, uint mask)
    {
        Span<byte> head = stackalloc byte[14];
        head[0] = (byte)(Final | (int)opcode);
        var length = WriteLength(head, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[length..], mask);
        writer.Write(head[..(length + 4)]);
        Mask(writer.Append(payload), mask);
    }

    private static bool IsLegalControl(byte first, byte length) =>
        (first & Final) != 0 && length <= LongestControl && (length != 1 || (first & 0x0f) != (int)Opcode.Close);

    private static int WriteLength(Span<byte> head, int length)
    {
        switch (length)
        {
            case < Length16:
                head[1] = (byte)(Masked | length);
                return 2;
            case <= ushort.MaxValue:
                head[1] = Masked | Length16;
                BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)length);
                return 4;
            default:
                head[1] = Masked | Length64;
                BinaryPrimitives.WriteInt64BigEndian(head[2..], length);
                return 10;
        }
    }

    private static void Mask(Span<byte> payload, uint mask)
    {
        var words = MemoryMarshal.Cast<byte, uint>(payload);
        foreach (ref var word in words)
            word ^= mask;
        for (var i = words.Length * 4; i < payload.Length; i++)
            payload[i] ^= (byte)BitOperations.RotateRight(mask, 8 * (i % 4));
    }
}
