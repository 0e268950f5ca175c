using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Doors;

/// <summary>
/// Which web pages may call. Pages of this gateway may; those of other origins only when <c>LOADSTONE_CORS_ORIGINS</c> names them,
/// and then with tokens or keys, never with the cookie. A call that rides on a browser's cookie and would change something must
/// prove that it comes from here.
/// </summary>
internal static class Origins
{
    private const string Setting = "LOADSTONE_CORS_ORIGINS";

    public static void AddOrigins(this WebApplicationBuilder builder)
    {
        if (Allowed(builder.Configuration) is { Length: > 0 } origins)
        {
            builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
                .WithOrigins(origins).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders("ETag", "Location", "Retry-After")));
        }
    }

    public static void UseOrigins(this WebApplication app)
    {
        if (Allowed(app.Configuration).Length > 0)
            app.UseCors();
    }

    /// <summary>Refuses what another site makes a visitor's browser send.</summary>
    /// <exception cref="RefusalException">403.</exception>
    public static void RefuseForgeries(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return;
        var isByCookie = Visitor.Of(context)?.By == Credential.Cookie;
        var isAnonymous = Visitor.Of(context) is null && SaysWhereFrom(request);
        if ((isByCookie || isAnonymous) && !IsFromHere(context))
            throw new RefusalException(StatusCodes.Status403Forbidden, "This call came from another site; with a cookie only this gateway's own pages may make it.");
    }

    private static bool SaysWhereFrom(HttpRequest request) => request.Headers.ContainsKey("Origin") || request.Headers.ContainsKey("Sec-Fetch-Site");

    // All browsers of today say one or the other with whatever is no GET, and no page can make them lie.
    private static bool IsFromHere(HttpContext context)
    {
        var (origin, site) = (context.Request.Headers.Origin.ToString(), context.Request.Headers["Sec-Fetch-Site"].ToString());
        if (Visitor.Of(context) is null && Allowed(context.RequestServices.GetRequiredService<IConfiguration>()).Contains(origin))
            return true;
        return SaysWhereFrom(context.Request) && site is "" or "same-origin" or "none"
            && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == HostOf(context.Request, uri)));
    }

    private static string HostOf(HttpRequest request, Uri origin) =>
        Uri.TryCreate($"{origin.Scheme}://{request.Host}", UriKind.Absolute, out var here) ? here.Authority : "";

    private static string[] Allowed(IConfiguration configuration) =>
        configuration[Setting]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
