using System.Buffers.Binary;

namespace Loadstone.SampleTarget;

/// <summary>120 photos; their pictures are colour gradients, eight of each size, made when first asked for.</summary>
internal static class Gallery
{
    private const int Count = 120;
    private const int Motifs = 8;

    private static readonly Listing<Photo> Photos = new([.. Enumerable.Range(1, Count).Select(id => new Photo(id, $"Photo {id}",
        $"Album {(id % 6) + 1}", $"/api/gallery/{id}/photo", $"/api/gallery/{id}/thumbnail"))]);

    private static readonly Lazy<byte[][]> Pictures = new(() => [.. Enumerable.Range(0, Motifs).Select(motif => Bitmap(320, 240, motif))]);
    private static readonly Lazy<byte[][]> Thumbnails = new(() => [.. Enumerable.Range(0, Motifs).Select(motif => Bitmap(64, 48, motif))]);

    public static void MapGallery(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/gallery", Photos.PageAsync);
        routes.MapGet("/api/gallery/{id:int}", (int id) => Exists(id) ? Answer.Json(Photos.Items[id - 1]) : NoSuchPhoto());
        routes.MapGet("/api/gallery/{id:int}/photo", (int id) => PictureOf(id, Pictures));
        routes.MapGet("/api/gallery/{id:int}/thumbnail", (int id) => PictureOf(id, Thumbnails));
    }

    private static bool Exists(int id) => id is >= 1 and <= Count;

    private static IResult NoSuchPhoto() => Answer.NotFound($"such photo; they are numbered 1 to {Count}");

    private static IResult PictureOf(int id, Lazy<byte[][]> pictures) =>
        Exists(id) ? new BytesAnswer("image/bmp", pictures.Value[id % Motifs]) : NoSuchPhoto();

    /// <summary>An uncompressed 24-bit BMP; the width must be a multiple of four.</summary>
    private static byte[] Bitmap(int width, int height, int motif)
    {
        const int HeaderBytes = 54;
        var bytes = new byte[HeaderBytes + (width * height * 3)];
        "BM"u8.CopyTo(bytes);
        void Put(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        Put(2, bytes.Length);
        Put(10, HeaderBytes);
        Put(14, 40);                // the size of the information header
        Put(18, width);
        Put(22, height);
        Put(26, 1 | (24 << 16));    // one plane, 24 bits per pixel
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            var at = HeaderBytes + (pixel * 3);
            bytes[at] = (byte)(pixel % width * 255 / width);
            bytes[at + 1] = (byte)(pixel / width * 255 / height);
            bytes[at + 2] = (byte)(motif * 255 / Motifs);
        }
        return bytes;
    }
}

internal sealed record Photo(int Id, string Title, string Album, string PhotoUrl, string ThumbnailUrl);

internal sealed class BytesAnswer(string contentType, byte[] bytes) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        Answer.Write(httpContext.Response, contentType, bytes);
        return Task.CompletedTask;
    }
}
