using System.Text;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Microsoft.AspNetCore.Http;

namespace Loadstone.ServiceHost;

/// <summary>Reads JSON bodies leniently, so that they can be checked as a whole and one answer names every bad field.</summary>
public static class RequestBody
{
    /// <summary>The body as a document to read from.</summary>
    /// <exception cref="RefusalException">415 when it is not JSON by its type, 413 when it is too large, 400 when it cannot be parsed.</exception>
    public static async Task<DocumentNode> ReadDocumentAsync(this HttpRequest request, DocumentErrors errors)
    {
        if (request.ContentType is null || !request.HasJsonContentType())
            throw new RefusalException(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json.");
        using var reader = new StreamReader(request.Body, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        var json = PlanFile.ParseJson(await reader.ReadToEndAsync(request.HttpContext.RequestAborted), errors);
        RefusalException.ThrowIfAny(errors);
        return new DocumentNode(json ?? JsonValue.Create(0), "", errors);
    }

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
