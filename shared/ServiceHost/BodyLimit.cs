using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Loadstone.ServiceHost;

/// <summary>
/// Answers 413 to a body that is too large. Left to itself, Kestrel breaks the connection of a caller who is still sending what
/// it refuses, who then never reads why; what is refused here, it reads on for a few seconds more.
/// </summary>
internal static class BodyLimit
{
    private const int Largest = 4 * 1024 * 1024;
    private const int PartSize = 16 * 1024;

    public static void LimitBodies(this KestrelServerOptions kestrel) => kestrel.Limits.MaxRequestBodySize = Largest;

    public static void UseBodyLimit(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.Request.ContentLength > Largest)
        {
            Unlimit(context);
            throw TooLarge();
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            Unlimit(context);
            context.Request.Body = await ReadWholeAsync(context);
        }

        await next(context);
    });

    // A body sent in chunks shows its length only at its end, which must be seen before anything is done with it or passed on.
    private static async Task<MemoryStream> ReadWholeAsync(HttpContext context)
    {
        var whole = new MemoryStream();
        var part = new byte[PartSize];
        while (await context.Request.Body.ReadAsync(part, context.RequestAborted) is > 0 and var count)
        {
            if (whole.Length + count > Largest)
                throw TooLarge();
            whole.Write(part, 0, count);
        }

        whole.Position = 0;
        return whole;
    }

    private static void Unlimit(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;

    private static RefusalException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "The body is too large.");
}
