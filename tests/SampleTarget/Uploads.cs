using System.Net.Http.Headers;

namespace Loadstone.SampleTarget;

/// <summary>Files sent in chunks and hashed as they come; no byte is kept. The last 10,000 uploads are known.</summary>
internal sealed class Uploads(Counts counts)
{
    private const int Kept = 10_000;

    private readonly Recent<Upload> _uploads = new(Kept);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/uploads", Begin);
        routes.MapPut("/api/uploads/{id}/chunks/{n:int}", PutChunkAsync);
        routes.MapPut("/api/uploads/{id}", PutRangeAsync);
        routes.MapPost("/api/uploads/{id}/complete", Complete);
        routes.MapGet("/api/uploads/{id}", (Member _, string id) => Answer.Json(Find(id).View()));
    }

    private IResult Begin(Member _, UploadRequest? request) => request?.Size is < 0 or > Upload.MostBytes
        ? Answer.Invalid("size", $"must be from 0 to {Upload.MostBytes}")
        : Answer.Json(_uploads.Add(number => new Upload($"UP-{number}", request)).View(), 201);

    private async Task<IResult> PutChunkAsync(Member _, string id, int n, HttpContext context) =>
        Answer.Json(await Find(id).TakeChunkAsync(n, context.Request.BodyReader, context.RequestAborted));

    /// <summary>The same by `Content-Range: bytes 0-65535/1048576`.</summary>
    private async Task<IResult> PutRangeAsync(Member _, string id, HttpContext context)
    {
        var header = context.Request.Headers.ContentRange.ToString();
        if (!ContentRangeHeaderValue.TryParse(header, out var range) || range is not { Unit: "bytes", From: { } from, To: { } to })
            throw Answer.Refuse(400, "Content-Range: must be like bytes 0-65535/1048576.");
        if (context.Request.ContentLength is { } length && length != to - from + 1)
            throw Answer.Refuse(400, $"Content-Range: names {to - from + 1} bytes, the body has {length}.");
        return Answer.Json(await Find(id).TakeRangeAsync(from, context.Request.BodyReader, context.RequestAborted));
    }

    private IResult Complete(Member _, string id)
    {
        var view = Find(id).Complete(out var isFirst);
        if (isFirst) counts.UploadCompleted();
        return Answer.Json(view);
    }

    private Upload Find(string id) =>
        id.StartsWith("UP-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(3), out var number) && _uploads.Find(number) is { } upload
            ? upload
            : throw Answer.Refuse(404, "There is no such upload.");
}
