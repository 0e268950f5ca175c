using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Loadstone.LoadEngine.Http;

/// <summary>Decodes compressed bodies that a step looks into (RFC 9110 §8.4.1). Others stay as they are: only their size counts.</summary>
internal static class ContentEncoding
{
    private const int Largest = 64 * 1024 * 1024;

    public static bool TryDecode(HttpChannel connection, out ReadOnlyMemory<byte> decoded)
    {
        decoded = connection.Body;
        MemoryMarshal.TryGetArray(connection.Body, out var bytes);
        using var source = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        // Told by their first bytes: gzip (RFC 1952 §2.3.1), zlib (RFC 1950 §2.2), else Brotli, which has no mark.
        using Stream decoder = bytes switch
        {
            [0x1f, 0x8b, ..] => new GZipStream(source, CompressionMode.Decompress),
            [0x78, ..] => new ZLibStream(source, CompressionMode.Decompress),
            _ => new BrotliStream(source, CompressionMode.Decompress),
        };
        try
        {
            decoded = ReadAll(decoder);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> ReadAll(Stream decoder)
    {
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
