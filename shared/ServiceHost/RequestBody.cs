using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Microsoft.AspNetCore.Http;

namespace Loadstone.ServiceHost;

/// <summary>Reads JSON bodies leniently, so that they can be checked as a whole and one answer names every bad field.</summary>
public static class RequestBody
{
    // The usual decoder would put other characters where it understands nothing.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body as a document to read from.</summary>
    /// <exception cref="RefusalException">415 when it is not JSON by its type, 413 when it is too large, 400 when it cannot be parsed.</exception>
    public static async Task<DocumentNode> ReadDocumentAsync(this HttpRequest request, DocumentErrors errors)
    {
        if (request.ContentType is null || !request.HasJsonContentType())
            throw new RefusalException(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json.");
        var json = PlanFile.ParseJson(await ReadTextAsync(request), errors);
        RefusalException.ThrowIfAny(errors);
        return new DocumentNode(json ?? JsonValue.Create(0), "", errors);
    }

    /// <summary>A body that is a file of another kind, as text.</summary>
    /// <exception cref="RefusalException">415 when it is none of the types, 413 when it is too large, 400 when it is not UTF-8.</exception>
    public static Task<string> ReadTextAsync(this HttpRequest request, params string[] types)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        if (!types.Contains(type, StringComparer.OrdinalIgnoreCase))
            throw new RefusalException(StatusCodes.Status415UnsupportedMediaType, $"The body must be application/json, or {string.Join(" or ", types)}.");
        return ReadTextAsync(request);
    }

    private static async Task<string> ReadTextAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, StrictUtf8, detectEncodingFromByteOrderMarks: false);
        try
        {
            return await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusalException(StatusCodes.Status400BadRequest, "The body is not UTF-8.", new Dictionary<string, string[]> { [""] = ["is not UTF-8"] });
        }
    }

    /// <summary>As <see cref="ReadAsync{T}"/>, for a body that need not be there: its reading is null then.</summary>
    public static async Task<T?> ReadIfAnyAsync<T>(this HttpRequest request, Func<DocumentNode, T?> read)
        where T : class =>
        request.ContentType is null && request.ContentLength is null or 0 ? null : await request.ReadAsync(read);

    /// <summary>Reads a body by one function; every bad or unknown member is refused in one answer.</summary>
    public static async Task<T> ReadAsync<T>(this HttpRequest request, Func<DocumentNode, T> read)
    {
        var errors = new DocumentErrors();
        var document = await request.ReadDocumentAsync(errors);
        var value = read(document);
        document.RefuseUnknown();
        RefusalException.ThrowIfAny(errors);
        return value;
    }
}
