using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Loadstone.Resources;

/// <summary>
/// Four verbs and the history of one kind of resource; its list is the kind's own. What a body is, what must hold of it and what
/// its events are called is the kind's; names, versions and answers are the same for all.
/// </summary>
/// <typeparam name="TResource">The resource with its state, an inline snapshot of its stream.</typeparam>
/// <typeparam name="TBody">What its author writes.</typeparam>
public abstract class ResourceKind<TResource, TBody>
    where TResource : Resource
    where TBody : class
{
    /// <summary>The kind's name in answers and sentences, such as <c>configuration</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Reads a body; what is wrong is noted as errors.</summary>
    public abstract TBody Read(DocumentNode node);

    /// <summary>The body's name, as sentences say it.</summary>
    public abstract string NameOf(TBody body);

    /// <summary>What is unique among the active of this kind: the name, unless the kind says otherwise; null when nothing is.</summary>
    public virtual string? KeyOf(TBody body) => NameOf(body);

    /// <summary>The body of a resource.</summary>
    public abstract TBody BodyOf(TResource resource);

    /// <summary>The first event of a stream.</summary>
    public abstract object Created(Guid id, TBody body, string by, DateTimeOffset at);

    /// <summary>The event of a changed body. It also makes an inactive resource active again.</summary>
    public abstract object Changed(TBody body, string by, DateTimeOffset at);

    /// <summary>The event that takes a resource out of use.</summary>
    public abstract object Deactivated(string by, DateTimeOffset at);

    /// <summary>Members beside the body that this kind shows, and that a body may carry back unread.</summary>
    public virtual IReadOnlyList<string> ShownMembers => [];

    /// <summary>Those that come with the platform: read like all others, and never written.</summary>
    public virtual IReadOnlyList<TResource> Shipped => [];

    /// <summary>What must hold between the body, its author and other resources.</summary>
    public virtual Task CheckAsync(Proposal<TResource, TBody> proposal) => Task.CompletedTask;

    /// <summary>Keeps what belongs to a resource and in no event, in the same transaction as its event.</summary>
    protected virtual Task KeepBesideAsync(IDocumentSession session, Guid id, TBody body, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>What must hold of who takes a resource out of use; throws what it refuses with.</summary>
    public virtual void CheckDeactivation(TResource resource, Caller caller)
    {
    }

    /// <summary>The names that active resources of this kind have.</summary>
    public async Task<IReadOnlyList<TakenName>> NamesAsync(IQuerySession session, CancellationToken cancellation)
    {
        var names = new List<TakenName>();
        await foreach (var resource in session.AllAsync<TResource>(r => r.Id, cancellation))
        {
            if (resource.IsActive && KeyOf(BodyOf(resource)) is { } key)
                names.Add(new TakenName(TakenName.Key(Name, key), resource.Id));
        }

        return names;
    }

    /// <summary>Maps POST, and GET, PUT, DELETE and history of one.</summary>
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
        var (body, isActive) = await ReadAsync(http, session, before: null, new GivenVersion(http));
        if (isActive == false)
            throw RefusalException.Field("is_active", "must be true: what is created is in use");
        var id = await KeepAsync(body, session, InternalIdentity.CallerOf(http), time, http.RequestAborted);
        return Results.Created($"{http.Request.Path}/{id}", Answer(http, await FindAsync(session, id, http.RequestAborted)));
    }

    /// <summary>Keeps a body that has been read and checked; what the first verb does, for those who get their body in another way.</summary>
    /// <returns>The new resource's id.</returns>
    public async Task<Guid> KeepAsync(TBody body, IDocumentSession session, Caller caller, TimeProvider time, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7();
        session.SetHeader("actor", caller.User);
        Take(session, id, body);
        await KeepBesideAsync(session, id, body, cancellation);
        session.Events.StartStream<TResource>(id, Created(id, body, caller.User, time.GetUtcNow()));
        await SaveAsync(session, NameOf(body), cancellation);
        return id;
    }

    /// <summary>Keeps a body as the new version of an active resource; it has been read and checked, and nobody named a version.</summary>
    public async Task ReplaceAsync(TResource before, TBody body, IDocumentSession session, Caller caller, TimeProvider time, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<TResource>(before.Id, cancellation);
        session.SetHeader("actor", caller.User);
        Rename(session, stream.Aggregate!, body, isActive: true);
        await KeepBesideAsync(session, before.Id, body, cancellation);
        stream.AppendOne(Changed(body, caller.User, time.GetUtcNow()));
        await SaveAsync(session, NameOf(body), cancellation);
    }

    private async Task<IResult> GetAsync(HttpContext http, Guid id, IQuerySession session) =>
        Results.Ok(Answer(http, await FindAsync(session, id, http.RequestAborted)));

    private async Task<IResult> ChangeAsync(HttpContext http, Guid id, IDocumentSession session, TimeProvider time)
    {
        var stream = await session.Events.FetchForWriting<TResource>(id, http.RequestAborted);
        var before = stream.Aggregate ?? throw NothingToWrite(id);
        var given = new GivenVersion(http);
        var (body, isActive) = await ReadAsync(http, session, before, given);
        if (isActive != true)
            before.MustBeActive(Name);
        given.MustBeCurrent(Name, before.Edition);
        if (isActive == false)
            CheckDeactivation(before, InternalIdentity.CallerOf(http));
        var (by, at) = (InternalIdentity.CallerOf(http).User, time.GetUtcNow());
        session.SetHeader("actor", by);
        Rename(session, before, body, isActive ?? true);
        await KeepBesideAsync(session, id, body, http.RequestAborted);
        stream.AppendOne(Changed(body, by, at));
        if (isActive == false)
            stream.AppendOne(Deactivated(by, at));
        await SaveAsync(session, NameOf(body), http.RequestAborted);
        return Results.Ok(Answer(http, await FindAsync(session, id, http.RequestAborted)));
    }

    // The body of a DELETE means nothing; the version comes in If-Match.
    private async Task<IResult> DeactivateAsync(HttpContext http, Guid id, IDocumentSession session, TimeProvider time)
    {
        var stream = await session.Events.FetchForWriting<TResource>(id, http.RequestAborted);
        var before = stream.Aggregate ?? throw NothingToWrite(id);
        new GivenVersion(http).MustBeCurrent(Name, before.Edition);
        CheckDeactivation(before, InternalIdentity.CallerOf(http));
        if (before.IsActive)
        {
            session.SetHeader("actor", InternalIdentity.CallerOf(http).User);
            Release(session, BodyOf(before));
            stream.AppendOne(Deactivated(InternalIdentity.CallerOf(http).User, time.GetUtcNow()));
            await SaveAsync(session, "", http.RequestAborted);
        }

        return Results.Ok(Answer(http, await FindAsync(session, id, http.RequestAborted)));
    }

    private async Task<IResult> HistoryAsync(HttpContext http, Guid id, IQuerySession session)
    {
        await FindAsync(session, id, http.RequestAborted);
        return Results.Ok(await HistoryAnswer.OfAsync(session, id, http.RequestAborted));
    }

    private async Task<(TBody Body, bool? IsActive)> ReadAsync(HttpContext http, IQuerySession session, TResource? before, GivenVersion given)
    {
        var errors = new DocumentErrors();
        var node = await http.Request.ReadDocumentAsync(errors);
        var isActive = node.Has("is_active") ? node.Flag("is_active", true) : (bool?)null;
        if (before is not null)
            given.ReadFrom(node, [.. Resource.OwnMembers, .. ShownMembers]);
        var body = Read(node);
        node.RefuseUnknown();
        await CheckAsync(new Proposal<TResource, TBody>(body, before, session, http, errors));
        RefusalException.ThrowIfAny(errors);
        return (body, isActive);
    }

    private async Task<TResource> FindAsync(IQuerySession session, Guid id, CancellationToken cancellation) =>
        await session.LoadAsync<TResource>(id, cancellation) ?? Shipped.FirstOrDefault(s => s.Id == id) ?? throw RefusalException.NotFound(Name, id);

    private RefusalException NothingToWrite(Guid id) => Shipped.Any(s => s.Id == id)
        ? RefusalException.Conflict($"The {Name} {id} is shipped and stays as it is; keep a copy of it instead.")
        : RefusalException.NotFound(Name, id);

    private void Rename(IDocumentSession session, TResource before, TBody body, bool isActive)
    {
        if (before.IsActive && isActive && KeyOf(BodyOf(before)) == KeyOf(body))
            return;
        if (before.IsActive)
            Release(session, BodyOf(before));
        if (isActive)
            Take(session, before.Id, body);
    }

    private void Take(IDocumentSession session, Guid id, TBody body)
    {
        if (KeyOf(body) is { } key)
            session.Insert(new TakenName(TakenName.Key(Name, key), id));
    }

    private void Release(IDocumentSession session, TBody body)
    {
        if (KeyOf(body) is { } key)
            session.Delete<TakenName>(TakenName.Key(Name, key));
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

    private JsonObject Answer(HttpContext http, TResource resource)
    {
        http.Response.Headers.ETag = $"\"{resource.Edition}\"";
        return new JsonObject { ["success"] = true, [Name] = resource.ToJson() };
    }
}
