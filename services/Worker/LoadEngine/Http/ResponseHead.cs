using System.Buffers.Text;
using System.Text;

namespace Loadstone.LoadEngine.Http;

/// <summary>What became of an attempt to read a response's head.</summary>
internal enum HeadParse
{
    Incomplete,
    Done,
    Malformed,
}

/// <summary>How the end of a body is known (RFC 9112 §6.3).</summary>
internal enum BodyFraming
{
    None,
    Length,
    Chunked,
    UntilClose,
}

/// <summary>
/// The head of an HTTP/1.x response (RFC 9112 §4, §5): only what the engine needs of it is taken out; the rest stays bytes,
/// to be searched when a step asks for a header.
/// </summary>
internal struct ResponseHead
{
    private const int ShortestLine = 12; // "HTTP/1.1 200"

    public int Status;

    /// <summary>The length the head announces; −1 when it announces none.</summary>
    public long ContentLength;

    public bool Chunked;
    public bool KeepAlive;
    public bool SetsCookies;

    /// <summary>True when the body is compressed.</summary>
    public bool Encoded;

    private bool _closes;

    /// <summary>Reads a head from the start of <paramref name="bytes"/>; <paramref name="length"/> is its length with the empty line.</summary>
    public static HeadParse TryParse(ReadOnlySpan<byte> bytes, out ResponseHead head, out int length)
    {
        head = new ResponseHead { ContentLength = -1 };
        length = 0;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return CouldBeHead(bytes) ? HeadParse.Incomplete : HeadParse.Malformed;
        length = end + 4;
        var lineEnd = bytes.IndexOf("\r\n"u8);
        if (!head.TryStatusLine(bytes[..lineEnd]))
            return HeadParse.Malformed;
        return head.TryFields(bytes[(lineEnd + 2)..(end + 2)]) ? HeadParse.Done : HeadParse.Malformed;
    }

    /// <summary>How this response's body ends, given the request's method.</summary>
    public readonly BodyFraming Framing(bool isHead)
    {
        if (isHead || Status is 204 or 304 or < 200)
            return BodyFraming.None;
        if (Chunked)
            return BodyFraming.Chunked;
        return ContentLength >= 0 ? BodyFraming.Length : BodyFraming.UntilClose;
    }

    /// <summary>The values of a header, in order.</summary>
    /// <param name="head">The bytes of a head that parsed.</param>
    /// <param name="name">The header's name, in any case.</param>
    public static List<string> ValuesOf(ReadOnlySpan<byte> head, string name)
    {
        var values = new List<string>();
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && Ascii.EqualsIgnoreCase(line[..colon], name))
                values.Add(Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8)));
        }

        return values;
    }

    private static bool CouldBeHead(ReadOnlySpan<byte> bytes)
    {
        var start = "HTTP/1."u8;
        var known = Math.Min(start.Length, bytes.Length);
        return bytes[..known].SequenceEqual(start[..known]);
    }

    private bool TryStatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < ShortestLine || !line.StartsWith("HTTP/1."u8) || line[8] != ' ')
            return false;
        KeepAlive = line[7] == '1';
        return Utf8Parser.TryParse(line.Slice(9, 3), out Status, out var digits) && digits == 3 && Status is >= 100 and <= 599
            && (line.Length == ShortestLine || line[ShortestLine] == ' ');
    }

    private bool TryFields(ReadOnlySpan<byte> fields)
    {
        while (!fields.IsEmpty)
        {
            var end = fields.IndexOf("\r\n"u8);
            var colon = fields[..end].IndexOf((byte)':');
            if (colon <= 0 || !TryField(fields[..colon], fields[(colon + 1)..end]))
                return false;
            fields = fields[(end + 2)..];
        }

        return true;
    }

    // Told apart by length first: most headers are none of these.
    private bool TryField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => name.Length switch
    {
        10 when Ascii.EqualsIgnoreCase(name, "connection"u8) => TakeConnection(value),
        10 when Ascii.EqualsIgnoreCase(name, "set-cookie"u8) => SetsCookies = true,
        14 when Ascii.EqualsIgnoreCase(name, "content-length"u8) => TryLength(value.Trim(" \t"u8)),
        16 when Ascii.EqualsIgnoreCase(name, "content-encoding"u8) => TakeEncoding(value),
        17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8) => TryTransfer(value.Trim(" \t"u8)),
        _ => true,
    };

    // A list, which may go on in another line; "close" holds, whatever else is said (RFC 9110 §7.6.1, RFC 9112 §9.3).
    private bool TakeConnection(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            _closes |= Ascii.EqualsIgnoreCase(option, "close"u8);
            KeepAlive |= Ascii.EqualsIgnoreCase(option, "keep-alive"u8);
        }

        KeepAlive &= !_closes;
        return true;
    }

    private bool TakeEncoding(ReadOnlySpan<byte> value)
    {
        Encoded = !Ascii.EqualsIgnoreCase(value.Trim(" \t"u8), "identity"u8);
        return true;
    }

    // Two lengths that differ are an attack or a fault; the same one twice is tolerated (RFC 9112 §6.3).
    private bool TryLength(ReadOnlySpan<byte> value)
    {
        var before = ContentLength;
        return Utf8Parser.TryParse(value, out ContentLength, out var digits) && digits == value.Length && value[0] is >= (byte)'0'
            && ContentLength >= 0 && (before < 0 || before == ContentLength);
    }

    private bool TryTransfer(ReadOnlySpan<byte> value)
    {
        Chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
        return Chunked;
    }
}
