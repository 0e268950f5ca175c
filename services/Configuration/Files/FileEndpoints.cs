using System.Text.Json.Nodes;
using Loadstone.Resources;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Mvc;

namespace Loadstone.Configuration.Files;

internal static class FileEndpoints
{
    private const string Path = "/api/load-testing/files";
    private const int LargestBody = 20 * 1024 * 1024;
    private const int Attempts = 10;

    public static void MapFiles(this WebApplication app)
    {
        var group = app.MapGroup(Path);
        group.MapPost("", UploadAsync).WithMetadata(new RequestSizeLimitAttribute(LargestBody));
        group.MapGet("", ListAsync);
        group.MapGet("{id:guid}", GetAsync);
        group.MapGet("{id:guid}/content", ContentAsync);
        group.MapDelete("{id:guid}", DeactivateAsync);
    }

    private static async Task<IResult> UploadAsync(HttpContext http, string? name, IDocumentStore store, TimeProvider time)
    {
        var file = await ReadAsync(http.Request, name);
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            try
            {
                var isNew = await KeepAsync(session, file, InternalIdentity.CallerOf(http).User, time.GetUtcNow(), http.RequestAborted);
                var answer = Answer(await FindAsync(session, file.Id, http.RequestAborted));
                return isNew ? Results.Created($"{Path}/{file.Id}", answer) : Results.Ok(answer);
            }
            catch (Exception e) when (e is ConcurrencyException or ExistingStreamIdCollisionException && attempt < Attempts)
            {
                // The same content, or the same name, came from somebody else just now.
                continue;
            }
        }
    }

    private static async Task<bool> KeepAsync(IDocumentSession session, UploadedFile file, string by, DateTimeOffset at, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<StoredFile>(file.Id, cancellation);
        var key = StoredName.KeyOf(file.Facts.Name);
        var isNamed = (await session.LoadAsync<TakenName>(key, cancellation))?.Holder == file.Id;
        if (StoredFile.Upload(stream.Aggregate, file, isNamed, by, at) is not { } uploaded)
            return false;
        session.SetHeader("actor", by);
        if (stream.Aggregate is null)
            session.Store(new FileContent(file.Facts.Hash, file.Bytes));
        session.Store(new TakenName(key, file.Id));
        stream.AppendOne(uploaded);
        await session.SaveChangesAsync(cancellation);
        return stream.Aggregate is null;
    }

    private static async Task<UploadedFile> ReadAsync(HttpRequest request, string? name)
    {
        if (!request.HasFormContentType)
            return UploadedFile.Read(name, await BytesOfAsync(request.Body, request.HttpContext.RequestAborted));
        var part = await PartOfAsync(request);
        await using var content = part.OpenReadStream();
        return UploadedFile.Read(name ?? part.FileName, await BytesOfAsync(content, request.HttpContext.RequestAborted));
    }

    private static async Task<IFormFile> PartOfAsync(HttpRequest request)
    {
        try
        {
            var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
            return form.Files is [var only] && form.Count == 0 ? only : throw RefusalException.Field("file", "must be the one part of the form, with a file name");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw RefusalException.Field("file", "is no part of a form that can be read");
        }
    }

    private static async Task<byte[]> BytesOfAsync(Stream content, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        await content.CopyToAsync(whole, cancellation);
        return whole.ToArray();
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? name, string? kind, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active)
            .AddIf(ListFilter.OneOf<FileKind>("kind", kind), "d.data -> 'facts' ->> 'kind' = ?")
            .AddIf(name, "strpos(lower(d.data ->> 'names'), lower(?)) > 0");
        return (await Page.ReadAsync<StoredFile>(session, filter, limit, cursor, cancellation)).ToJson("files");
    }

    private static async Task<JsonObject> GetAsync(Guid id, IQuerySession session, CancellationToken cancellation) =>
        Answer(await FindAsync(session, id, cancellation));

    // As a download, whatever it is: a script from here must not run in a browser that trusts this place.
    private static async Task<IResult> ContentAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        var file = await FindAsync(session, id, cancellation);
        var content = (await session.LoadAsync<FileContent>(file.Facts.Hash, cancellation))!;
        return Results.File(content.Bytes, "application/octet-stream", file.Facts.Name);
    }

    private static async Task<JsonObject> DeactivateAsync(HttpContext http, Guid id, IDocumentSession session, TimeProvider time)
    {
        var stream = await session.Events.FetchForWriting<StoredFile>(id, http.RequestAborted);
        var file = stream.Aggregate ?? throw RefusalException.NotFound("file", id);
        if (!file.IsActive)
            return Answer(file);
        var by = InternalIdentity.CallerOf(http).User;
        var taken = new List<TakenName>();
        foreach (var name in file.Names)
        {
            if (await session.LoadAsync<TakenName>(StoredName.KeyOf(name), http.RequestAborted) is { } holder && holder.Holder == id)
                taken.Add(holder);
        }

        session.SetHeader("actor", by);
        taken.ForEach(name => session.Delete<TakenName>(name.Id));
        stream.AppendOne(new FileDeactivated(by, time.GetUtcNow()));
        try
        {
            await session.SaveChangesAsync(http.RequestAborted);
        }
        catch (ConcurrencyException)
        {
            throw RefusalException.Conflict("Somebody else has just changed the file; try again.");
        }

        return Answer(await FindAsync(session, id, http.RequestAborted));
    }

    private static async Task<StoredFile> FindAsync(IQuerySession session, Guid id, CancellationToken cancellation) =>
        await session.LoadAsync<StoredFile>(id, cancellation) ?? throw RefusalException.NotFound("file", id);

    private static JsonObject Answer(StoredFile file) => new() { ["success"] = true, ["file"] = file.ToJson() };
}
