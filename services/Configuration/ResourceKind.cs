using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.Extensions.Primitives;

namespace Loadstone.Configuration;

/// <summary>
/// The five verbs of one kind of resource. What a body is, what must hold of it and what its events are called is the kind's;
/// names, versions and answers are the same for all.
/// </summary>
/// <typeparam name="TResource">The resource with its state.</typeparam>
/// <typeparam name="TBody">What its author writes.</typeparam>
internal abstract class ResourceKind<TResource, TBody>
    where TResource : Resource
    where TBody : class
{
    private const string AnyVersion = "*";

    /// <summary>The kind's name in answers and sentences, such as <c>configuration</c>.</summary>
    public abstract string Name { get; }

    public abstract TBody Read(DocumentNode node);

    public abstract string NameOf(TBody body);

    public abstract TBody BodyOf(TResource resource);

    public abstract object Created(Guid id, TBody body, string by, DateTimeOffset at);

    public abstract object Changed(TBody body, string by, DateTimeOffset at);

    public abstract object Deactivated(string by, DateTimeOffset at);

    /// <summary>What must hold between the body and other resources.</summary>
    public virtual Task CheckAsync(TBody body, IQuerySession session, DocumentErrors errors) => Task.CompletedTask;

    public void Map(WebApplication app, string path)
    {
        var group = app.MapGroup(path);
        group.MapPost("", CreateAsync);
        group.MapGet("{id:guid}", GetAsync);
        group.MapPut("{id:guid}", ChangeAsync);
        group.MapDelete("{id:guid}", DeactivateAsync);
        group.MapGet("{id:guid}/history", HistoryAsync);
    }

    private async Task<IResult> CreateAsync(HttpContext http, IDocumentSession session, TimeProvider time)
    {
        var body = await ReadAsync(http, session, []);
        var (id, by) = (Guid.CreateVersion7(), InternalIdentity.CallerOf(http).User);
        session.SetHeader("actor", by);
        session.Insert(new TakenName(TakenName.Key(Name, NameOf(body)), id));
        session.Events.StartStream<TResource>(id, Created(id, body, by, time.GetUtcNow()));
        await SaveAsync(session, NameOf(body), http.RequestAborted);
        var created = await session.LoadAsync<TResource>(id, http.RequestAborted);
        return Results.Created($"{http.Request.Path}/{id}", Answer(http, created!));
    }

    private async Task<IResult> GetAsync(HttpContext http, Guid id, IQuerySession session) =>
        Results.Ok(Answer(http, await FindAsync(session, id, http.RequestAborted)));

    private async Task<IResult> ChangeAsync(HttpContext http, Guid id, IDocumentSession session, TimeProvider time)
    {
        var stream = await session.Events.FetchForWriting<TResource>(id, http.RequestAborted);
        var before = stream.Aggregate ?? throw RefusalException.NotFound(Name, id);
        JsonNode? given = null;
        var body = await ReadAsync(http, session, Resource.OwnMembers, node => given = node.Raw("version"));
        before.MustBeActive(Name);
        MustBeCurrent(http, given, before);
        session.SetHeader("actor", InternalIdentity.CallerOf(http).User);
        Rename(session, id, NameOf(BodyOf(before)), NameOf(body));
        stream.AppendOne(Changed(body, InternalIdentity.CallerOf(http).User, time.GetUtcNow()));
        await SaveAsync(session, NameOf(body), http.RequestAborted);
        return Results.Ok(Answer(http, await FindAsync(session, id, http.RequestAborted)));
    }

    // The body of a DELETE means nothing; the version comes in If-Match.
    private async Task<IResult> DeactivateAsync(HttpContext http, Guid id, IDocumentSession session, TimeProvider time)
    {
        var stream = await session.Events.FetchForWriting<TResource>(id, http.RequestAborted);
        var before = stream.Aggregate ?? throw RefusalException.NotFound(Name, id);
        MustBeCurrent(http, null, before);
        if (before.IsActive)
        {
            session.SetHeader("actor", InternalIdentity.CallerOf(http).User);
            session.Delete<TakenName>(TakenName.Key(Name, NameOf(BodyOf(before))));
            stream.AppendOne(Deactivated(InternalIdentity.CallerOf(http).User, time.GetUtcNow()));
            await SaveAsync(session, "", http.RequestAborted);
        }

        return Results.Ok(Answer(http, await FindAsync(session, id, http.RequestAborted)));
    }

    private async Task<IResult> HistoryAsync(HttpContext http, Guid id, IQuerySession session)
    {
        await FindAsync(session, id, http.RequestAborted);
        var events = await session.Events.FetchStreamAsync(id, token: http.RequestAborted);
        return Results.Ok(new HistoryAnswer(true, [.. events.Select(e => new HistoryEvent(e.Version, e.EventTypeName, e.Timestamp, e.GetHeader("actor")?.ToString()))]));
    }

    private async Task<TBody> ReadAsync(HttpContext http, IQuerySession session, string[] tolerated, Action<DocumentNode>? look = null)
    {
        var errors = new DocumentErrors();
        var node = await http.Request.ReadDocumentAsync(errors);
        foreach (var member in tolerated)
            node.Has(member);
        look?.Invoke(node);
        var body = Read(node);
        node.RefuseUnknown();
        await CheckAsync(body, session, errors);
        RefusalException.ThrowIfAny(errors);
        return body;
    }

    private async Task<TResource> FindAsync(IQuerySession session, Guid id, CancellationToken cancellation) =>
        await session.LoadAsync<TResource>(id, cancellation) ?? throw RefusalException.NotFound(Name, id);

    private void Rename(IDocumentSession session, Guid id, string before, string after)
    {
        if (before == after)
            return;
        session.Delete<TakenName>(TakenName.Key(Name, before));
        session.Insert(new TakenName(TakenName.Key(Name, after), id));
    }

    private async Task SaveAsync(IDocumentSession session, string name, CancellationToken cancellation)
    {
        try
        {
            await session.SaveChangesAsync(cancellation);
        }
        catch (DocumentAlreadyExistsException)
        {
            throw RefusalException.Conflict($"There is an active {Name} named '{name}' already.");
        }
        catch (ConcurrencyException)
        {
            throw RefusalException.Conflict($"Somebody else has just changed the {Name}; read it again.");
        }
    }

    private void MustBeCurrent(HttpContext http, JsonNode? inBody, TResource current)
    {
        var given = VersionsIn(http.Request.Headers.IfMatch) is { Length: > 0 } header ? header : inBody is null ? [] : [inBody.ToJsonString()];
        if (given.Length == 0)
            throw new RefusalException(StatusCodes.Status428PreconditionRequired, $"Name the version of the {Name} you read, by If-Match or as \"version\".");
        if (!given.Contains(AnyVersion) && !given.Contains(current.Version.ToString()))
            throw RefusalException.Conflict($"The {Name} is at version {current.Version}, not {string.Join(" or ", given)}; read it again.");
    }

    // If-Match is "*" or a list of tags, any of which may be the current one (RFC 9110 section 13.1.1).
    private static string[] VersionsIn(StringValues header) =>
        [.. header.SelectMany(line => line!.Split(',', StringSplitOptions.TrimEntries)).Select(tag => tag.Trim('"')).Where(tag => tag.Length > 0)];

    private JsonObject Answer(HttpContext http, TResource resource)
    {
        http.Response.Headers.ETag = $"\"{resource.Version}\"";
        return new JsonObject { ["success"] = true, [Name] = resource.ToJson() };
    }
}

[Envelope]
internal sealed record HistoryAnswer(bool Success, IReadOnlyList<HistoryEvent> Events);

internal sealed record HistoryEvent(long Version, string Type, DateTimeOffset At, string? By);
