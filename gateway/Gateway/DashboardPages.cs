using System.Net.Mime;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Loadstone.Gateway;

/// <summary>
/// The dashboard as it was built from gateway/Dashboard: files, and one page that stands for all of its addresses. It is part of
/// nothing the API guards, for it knows nothing; what it shows it asks of the API with the visitor's cookie.
/// </summary>
internal static class DashboardPages
{
    private const string Setting = "LOADSTONE_DASHBOARD";
    private const string Start = "/dashboard/load-testing";
    private const string NoncePlace = "__NONCE__";

    private const string NotBuilt = """
        The dashboard was not built. ./loadstone up builds it (with Node.js 20.19 or later); by hand: npm ci && npm run build in gateway/Dashboard.
        Everything else works without it: the API is described at /openapi.
        """;

    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    private static readonly FileExtensionContentTypeProvider Types = new();

    // Only what is the same for everybody: a compressed answer's length may give away what is secret in it.
    public static void AddDashboard(this WebApplicationBuilder builder) => builder.Services.AddResponseCompression(options => options.EnableForHttps = true);

    public static void MapDashboard(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/dashboard/assets", StringComparison.Ordinal), assets => assets.UseResponseCompression());
        var folder = Path.GetFullPath(app.Configuration[Setting] ?? Path.Combine(AppContext.BaseDirectory, "dashboard"));
        app.MapMethods("/", Reads, () => Results.Redirect(Start));
        app.MapMethods("/dashboard/{**path}", Reads, (HttpContext http, string? path) => Answer(http, folder, path ?? ""));
        app.MapMethods("/admin/performance", Reads, (HttpContext http) => Answer(http, folder, ""));
    }

    private static IResult Answer(HttpContext http, string folder, string path)
    {
        if (!File.Exists(Path.Combine(folder, "index.html")))
            return Results.Text(NotBuilt, MediaTypeNames.Text.Plain, statusCode: StatusCodes.Status503ServiceUnavailable);
        if (!Path.HasExtension(path))
            return Page(http, folder);
        using var files = new PhysicalFileProvider(folder);
        var file = files.GetFileInfo(path);
        return file.Exists && Types.TryGetContentType(file.Name, out var type) ? FileOf(http, file, type, path) : Results.NotFound();
    }

    // The names of what is in assets hold a hash of what is in them.
    private static IResult FileOf(HttpContext http, IFileInfo file, string type, string path)
    {
        http.Response.Headers.CacheControl = path.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.File(file.PhysicalPath!, type, lastModified: file.LastModified, enableRangeProcessing: true);
    }

    // Styles are allowed to those whom the page itself tells this once; scripts come from files alone.
    private static IResult Page(HttpContext http, string folder)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers[HeaderNames.ContentSecurityPolicy] =
            $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        return Results.Text(File.ReadAllText(Path.Combine(folder, "index.html")).Replace(NoncePlace, nonce, StringComparison.Ordinal), "text/html; charset=utf-8");
    }
}
