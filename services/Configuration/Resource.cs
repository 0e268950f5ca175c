using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration;

/// <summary>What every resource of this service has besides its own body.</summary>
public abstract record Resource
{
    public Guid Id { get; init; }

    public bool IsActive { get; init; } = true;

    public string CreatedBy { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The version of its stream: 1 when created, one more with each change. Writers must name it.</summary>
    public long Version { get; init; }

    /// <summary>Members that the platform sets. A body that came from here may carry them back.</summary>
    public static readonly string[] OwnMembers = ["id", "is_active", "created_by", "created_at", "updated_at", "version"];

    /// <summary>The body as its author wrote it.</summary>
    protected abstract object BodyToShow { get; }

    /// <summary>The resource on the wire: the body's members with these beside them.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["id"] = Id };
        foreach (var (name, value) in (JsonObject)JsonSerializer.SerializeToNode(BodyToShow, WireJson.Options)!)
            json[name] = value?.DeepClone();
        json["is_active"] = IsActive;
        json["created_by"] = CreatedBy;
        json["created_at"] = CreatedAt;
        json["updated_at"] = UpdatedAt;
        json["version"] = Version;
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
    public static string Key(string kind, string name) => $"{kind}:{name}";
}
