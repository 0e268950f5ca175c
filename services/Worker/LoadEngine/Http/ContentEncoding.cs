using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine.Http;

/// <summary>Decodes compressed bodies that a step looks into (RFC 9110 §8.4.1). Others stay as they are: only their size counts.</summary>
internal static class ContentEncoding
{
    private const int Largest = 64 * 1024 * 1024;

    public static bool TryDecode(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> decoded)
    {
        decoded = body;
        if (body.IsEmpty)
            return true;
        MemoryMarshal.TryGetArray(body, out var bytes);
        using var source = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        try
        {
            // Told by their first bytes: gzip (RFC 1952 §2.3.1), zlib (RFC 1950 §2.2), else Brotli, which has no mark.
            decoded = bytes switch
            {
                [0x1f, 0x8b, ..] => ReadAll(new GZipStream(source, CompressionMode.Decompress)),
                [0x78, ..] => ReadAll(new ZLibStream(source, CompressionMode.Decompress)),
                _ => Unbrotli(bytes),
            };
            return IsWhole(bytes, decoded.Span);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            return false;
        }
    }

    // The decoders take the end of what there is for the end of the body; the formats' own endings tell.
    private static bool IsWhole(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> decoded) => encoded switch
    {
        // The length of the last member, which is nearly always the only one (RFC 1952 §2.3.1).
        [0x1f, 0x8b, ..] => BinaryPrimitives.ReadUInt32LittleEndian(encoded[^4..]) <= decoded.Length,
        [0x78, ..] => BinaryPrimitives.ReadUInt32BigEndian(encoded[^4..]) == Adler32(decoded),
        _ => true,
    };

    // RFC 1950 §8.2.
    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint prime = 65521;
        var (a, b) = (1u, 0u);
        foreach (var value in bytes)
        {
            a = (a + value) % prime;
            b = (b + a) % prime;
        }

        return (b << 16) | a;
    }

    // By the decoder itself, which knows whether it has come to the end; its stream does not say (RFC 7932 §9.2).
    private static ReadOnlyMemory<byte> Unbrotli(ReadOnlySpan<byte> source)
    {
        using var decoder = new BrotliDecoder();
        using var all = new MemoryStream();
        var part = new byte[16 * 1024];
        while (true)
        {
            var status = decoder.Decompress(source, part, out var consumed, out var written);
            all.Write(part, 0, written);
            source = source[consumed..];
            if (status == OperationStatus.Done)
                return all.ToArray();
            if (status != OperationStatus.DestinationTooSmall || all.Length > Largest)
                throw new InvalidDataException("the body is damaged, cut off, or too large");
        }
    }

    private static ReadOnlyMemory<byte> ReadAll(Stream decoder)
    {
        using var _ = decoder;
        using var all = new MemoryStream();
        var part = new byte[16 * 1024];
        for (int count; (count = decoder.Read(part)) > 0;)
        {
            if (all.Length + count > Largest)
                throw new InvalidDataException("the decoded body is too large");
            all.Write(part, 0, count);
        }

        return all.ToArray();
    }
}
