using Microsoft.Net.Http.Headers;

namespace Loadstone.Gateway.Doors;

/// <summary>What browsers are told about every answer.</summary>
internal static class SecurityHeaders
{
    // Reports are pages of their own: styles and pictures inside, nothing from elsewhere, no script.
    private const string Api = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private const string Pages = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            Add(context);
            return Task.CompletedTask;
        });
        return next(context);
    });

    private static void Add(HttpContext context)
    {
        var (headers, isApi) = (context.Response.Headers, context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase));
        headers.TryAdd(HeaderNames.XContentTypeOptions, "nosniff");
        headers.TryAdd(HeaderNames.XFrameOptions, "DENY");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd(HeaderNames.ContentSecurityPolicy, isApi ? Api : Pages);
        if (isApi)
            headers.CacheControl = "no-store";
        if (context.Request.IsHttps)
            headers.TryAdd(HeaderNames.StrictTransportSecurity, "max-age=31536000");
    }
}
