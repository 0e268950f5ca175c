using System.Buffers;
using System.IO.Compression;

namespace Loadstone.SampleTarget;

/// <summary>Routes without a story, each for one feature of HTTP.</summary>
internal static class Plain
{
    private const int LongestDelayMs = 60_000;
    private const int MostRedirects = 20;
    private const int MostChunks = 10_000;
    private const int SlowPieces = 10;

    private static ReadOnlySpan<byte> FixedBody => "{\"message\":\"the same fifty-four bytes for all askers\"}"u8;

    private static readonly byte[] Pattern = [.. Enumerable.Range(0, 64 * 1024).Select(n => (byte)('a' + (n % 26)))];
    private static readonly byte[] Zipped = Zip(Pattern.AsSpan(0, 4096));

    public static void MapPlain(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/fixed", [HttpMethods.Get, HttpMethods.Head], FixedAsync);
        routes.MapMethods("/fixed", [HttpMethods.Options], Allow);
        routes.MapGet("/bytes/{n:int}", (HttpContext context, int n) => BytesAsync(context, n));
        routes.MapPost("/echo", EchoAsync);
        routes.MapGet("/status/{code:int}", Status);
        routes.MapGet("/redirect/{n:int}", Redirect);
        routes.MapGet("/cookies", (HttpContext context) => Answer.Json(context.Request.Cookies.ToDictionary(StringComparer.Ordinal)));
        routes.MapGet("/cookies/set", SetCookies);
        routes.MapGet("/gzip", Gzip);
        routes.MapGet("/chunked/{n:int}", (HttpContext context, int n) => ChunkedAsync(context, n));
        routes.MapGet("/slow-body", SlowBodyAsync);
    }

    private static Task FixedAsync(HttpContext context) =>
        context.Request.QueryString.HasValue ? FixedLaterAsync(context) : WriteFixed(context);

    private static async Task FixedLaterAsync(HttpContext context)
    {
        await Task.Delay(Query.Whole(context, "ms", absent: 0, least: 0, LongestDelayMs), context.RequestAborted);
        await WriteFixed(context);
    }

    private static Task WriteFixed(HttpContext context)
    {
        Answer.Write(context.Response, "application/json", FixedBody);
        return Task.CompletedTask;
    }

    private static Task Allow(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = "GET, HEAD, OPTIONS";
        return Task.CompletedTask;
    }

    private static async Task BytesAsync(HttpContext context, int n)
    {
        if (n is < 0 or > Server.MaxBodyBytes) throw Answer.Refuse(400, $"n: must be from 0 to {Server.MaxBodyBytes}.");
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = n;
        for (var left = n; left > 0; left -= Pattern.Length)
        {
            context.Response.BodyWriter.Write(Pattern.AsSpan(0, Math.Min(left, Pattern.Length)));
            if (left > Pattern.Length) await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>Streams the body back. What has been read is flushed before the next piece is written, so that the last is not.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.ContentType = request.ContentType ?? "application/octet-stream";
        response.ContentLength = request.ContentLength;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(context.RequestAborted);
            if (response.BodyWriter.UnflushedBytes > 0) await response.BodyWriter.FlushAsync(context.RequestAborted);
            foreach (var piece in read.Buffer) response.BodyWriter.Write(piece.Span);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private static IResult Status(int code) => code is < 200 or > 599
        ? Answer.Problem(400, "code: must be from 200 to 599.")
        : Results.StatusCode(code);

    private static IResult Redirect(int n) => n switch
    {
        0 => Answer.Json("arrived"),
        > 0 and <= MostRedirects => Results.Redirect($"/redirect/{n - 1}"),
        _ => Answer.Problem(400, $"n: must be from 0 to {MostRedirects}."),
    };

    private static IResult SetCookies(HttpContext context)
    {
        var cookies = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        if (!cookies.Keys.All(IsCookieName)) return Answer.Problem(400, "A cookie's name has letters, digits, - and _ only.");
        foreach (var (name, value) in cookies) context.Response.Cookies.Append(name, value);
        return Answer.Json(cookies);
    }

    private static bool IsCookieName(string name) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    private static Task Gzip(HttpContext context)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        Answer.Write(context.Response, "text/plain", Zipped);
        return Task.CompletedTask;
    }

    private static async Task ChunkedAsync(HttpContext context, int n)
    {
        if (n is < 1 or > MostChunks) throw Answer.Refuse(400, $"n: must be from 1 to {MostChunks}.");
        context.Response.ContentType = "text/plain";
        for (var chunk = 1; chunk <= n; chunk++)
        {
            context.Response.BodyWriter.Write(System.Text.Encoding.UTF8.GetBytes($"chunk {chunk}\n"));
            if (chunk < n) await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>The head at once, then 1,000 bytes in ten pieces spread over `ms`.</summary>
    private static async Task SlowBodyAsync(HttpContext context)
    {
        var ms = Query.Whole(context, "ms", absent: 1000, least: 0, LongestDelayMs);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = SlowPieces * 100;
        for (var piece = 0; piece < SlowPieces; piece++)
        {
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            await Task.Delay(ms / SlowPieces, context.RequestAborted);
            context.Response.BodyWriter.Write(Pattern.AsSpan(0, 100));
        }
    }

    private static byte[] Zip(ReadOnlySpan<byte> text)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal)) gzip.Write(text);
        return zipped.ToArray();
    }
}
