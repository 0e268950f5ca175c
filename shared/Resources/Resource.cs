using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Resources;

/// <summary>What every versioned resource has besides its own body: the state that its stream of events leads to.</summary>
public abstract record Resource
{
    /// <summary>The id of the resource and of its stream.</summary>
    public Guid Id { get; init; }

    /// <summary>Whether it is in use. What is deleted becomes inactive; its history stays.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>Who created it.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its author changed it last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The version of its stream; the store keeps it.</summary>
    public long Version { get; init; }

    /// <summary>
    /// The version of the last change by an author, kept by kinds whose streams also have events that change nothing of the body, so
    /// that these make no author's copy stale; 0 where every event is an author's.
    /// </summary>
    public long LastEdition { get; init; }

    /// <summary>The version that is shown, and that writers must name.</summary>
    [JsonIgnore]
    public long Edition => LastEdition == 0 ? Version : LastEdition;

    /// <summary>Members that the platform sets. A body that came from here may carry them back.</summary>
    public static readonly string[] OwnMembers = ["id", "created_by", "created_at", "updated_at", "version"];

    /// <summary>The body as its author wrote it.</summary>
    protected abstract object BodyToShow { get; }

    /// <summary>Members that this kind's platform side sets, shown beside the body; a body may carry them back, too.</summary>
    protected virtual JsonObject MoreToShow => [];

    /// <summary>The resource on the wire: the body's members with these beside them.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["id"] = Id };
        foreach (var (name, value) in (JsonObject)JsonSerializer.SerializeToNode(BodyToShow, WireJson.Options)!)
            json[name] = value?.DeepClone();
        foreach (var (name, value) in MoreToShow)
            json[name] = value?.DeepClone();
        json["is_active"] = IsActive;
        json["created_by"] = CreatedBy;
        json["created_at"] = CreatedAt;
        json["updated_at"] = UpdatedAt;
        json["version"] = Edition;
        return json;
    }

    /// <summary>Refuses to touch what is no longer in use.</summary>
    public void MustBeActive(string kind)
    {
        if (!IsActive)
            throw RefusalException.Conflict($"The {kind} {Id} is inactive.");
    }
}

/// <summary>Keeps a name to one active resource of a kind. Saved with the resource, so that of two at once only one succeeds.</summary>
/// <param name="Id">Kind and name.</param>
/// <param name="Holder">The resource.</param>
public sealed record TakenName(string Id, Guid Holder)
{
    /// <summary>The document's id for a kind and a name.</summary>
    public static string Key(string kind, string name) => $"{kind}:{name}";

    /// <summary>The active resource of a kind that has a name; null when none has.</summary>
    /// <typeparam name="T">The kind's resource.</typeparam>
    /// <param name="session">Where the service keeps them.</param>
    /// <param name="kind">The kind's name, such as <c>scenario</c>.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<T?> FindAsync<T>(IQuerySession session, string kind, string name, CancellationToken cancellation = default)
        where T : Resource =>
        await session.LoadAsync<TakenName>(Key(kind, name), cancellation) is { } taken ? await session.LoadAsync<T>(taken.Holder, cancellation) : null;
}
