using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Loadstone.ServiceHost;

/// <summary>
/// Holds bodies to 4 MB, or to what their route allows, and answers 413 to one that is larger. Left to itself, Kestrel breaks the connection of a caller who is still sending what
/// it refuses, who then never reads why; what is refused here, it reads on for a few seconds more.
/// </summary>
internal static class BodyLimit
{
    private const long Megabyte = 1024 * 1024;
    private const long Usual = 4 * Megabyte;
    private const int PartSize = 16 * 1024;

    public static void LimitBodies(this KestrelServerOptions kestrel) => kestrel.Limits.MaxRequestBodySize = Usual;

    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        var largest = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? Usual;
        if (context.Request.ContentLength > largest)
        {
            Unlimit(context);
            throw TooLarge(largest);
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            Unlimit(context);
            context.Request.Body = await ReadWholeAsync(context, largest);
        }

        await next(context);
    });

    // A body sent in chunks shows its length only at its end, which must be seen before anything is done with it or passed on.
    private static async Task<MemoryStream> ReadWholeAsync(HttpContext context, long largest)
    {
        var whole = new MemoryStream();
        var part = new byte[PartSize];
        while (await context.Request.Body.ReadAsync(part, context.RequestAborted) is > 0 and var count)
        {
            if (whole.Length + count > largest)
                throw TooLarge(largest);
            whole.Write(part, 0, count);
        }

        whole.Position = 0;
        return whole;
    }

    private static void Unlimit(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;

    private static RefusalException TooLarge(long largest) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body is too large: at most {largest / Megabyte} MB.");
}
