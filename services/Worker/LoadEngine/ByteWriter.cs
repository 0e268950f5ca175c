using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;

namespace Loadstone.LoadEngine;

/// <summary>How a value is written where it stands.</summary>
internal enum Escaping
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>Percent-encoded but for the unreserved characters of RFC 3986 §2.3.</summary>
    Percent,

    /// <summary>As the inside of a JSON text (RFC 8259 §7).</summary>
    Json,

    /// <summary>Between the quotes of a multipart header (HTML §4.10.21.8).</summary>
    Quoted,
}

/// <summary>
/// A rented buffer that grows, in which requests are written. It belongs to one connection and is given back when the request
/// is on the wire, so that thousands of waiting users hold no memory.
/// </summary>
internal sealed class ByteWriter(PagePool? pages = null)
{
    private const int FirstSize = 1024;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes bytes and returns them where they now stand, to be changed in place at once.</summary>
    public Span<byte> Append(ReadOnlySpan<byte> bytes)
    {
        Write(bytes);
        return _bytes.AsSpan(Length - bytes.Length, bytes.Length);
    }

    public void Write(long number)
    {
        _ = Utf8Formatter.TryFormat(number, Room(20), out var written);
        Length += written;
    }

    public void Write(string text, Escaping escaping)
    {
        switch (escaping)
        {
            case Escaping.Percent:
                WriteUtf8(NeedsPercent(text) ? Uri.EscapeDataString(text) : text);
                break;
            case Escaping.Json:
                WriteUtf8(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text));
                break;
            case Escaping.Quoted:
                WriteUtf8(Quote(text));
                break;
            default:
                WriteUtf8(text);
                break;
        }
    }

    /// <summary>A text as it stands between the quotes of a multipart header.</summary>
    public static string Quote(string text) => text.Replace("\"", "%22").Replace("\r", "%0D").Replace("\n", "%0A");

    /// <summary>Forgets what was written; the buffer stays rented.</summary>
    public void Reset() => Length = 0;

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        Length = 0;
        if (_bytes.Length == 0)
            return;
        GiveBack();
        _bytes = [];
    }

    private void WriteUtf8(string text)
    {
        var room = Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    private static bool NeedsPercent(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '~'))
                return true;
        }

        return false;
    }

    private Span<byte> Room(int size)
    {
        if (_bytes.Length - Length < size)
            Grow(size);
        return _bytes.AsSpan(Length);
    }

    private void Grow(int size)
    {
        var needed = Math.Max(FirstSize, Math.Max(_bytes.Length * 2, Length + size));
        var larger = pages?.Rent(needed) ?? ArrayPool<byte>.Shared.Rent(needed);
        _bytes.AsSpan(0, Length).CopyTo(larger);
        if (_bytes.Length > 0)
            GiveBack();
        _bytes = larger;
    }

    private void GiveBack()
    {
        if (pages is not null)
            pages.Return(_bytes);
        else
            ArrayPool<byte>.Shared.Return(_bytes);
    }
}
