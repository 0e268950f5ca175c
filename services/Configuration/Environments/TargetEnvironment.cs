using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Environments;

// The life of an environment.

public sealed record EnvironmentRegistered(Guid Id, TargetSystem System, string By, DateTimeOffset At);

public sealed record EnvironmentChanged(TargetSystem System, string By, DateTimeOffset At);

public sealed record OwnershipChecked(IReadOnlyList<OriginProof> Origins, string By, DateTimeOffset At);

public sealed record EnvironmentDeactivated(string By, DateTimeOffset At);

/// <summary>How the search for an environment's token at one of its origins came out.</summary>
/// <param name="Origin">The origin.</param>
/// <param name="Proven">True when it was found.</param>
/// <param name="Method">file or dns; null when it was not found.</param>
/// <param name="Detail">What was seen, for a person.</param>
public sealed record OriginProof(string Origin, bool Proven, string? Method, string Detail);

/// <summary>A system under test, as people register it.</summary>
public sealed record TargetEnvironment : Resource
{
    public required TargetSystem System { get; init; }

    /// <summary>When each origin was last proven to be ours to test.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> ProvenAt { get; init; } = new Dictionary<string, DateTimeOffset>();

    protected override object BodyToShow => System;

    protected override JsonObject MoreToShow => new()
    {
        [OwnershipProof.Member] = new JsonObject
        {
            ["token"] = OwnershipProof.TokenOf(Id),
            ["proven"] = new JsonObject(ProvenAt.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonSerializer.SerializeToNode(p.Value, WireJson.Options)))),
        },
    };

    public static TargetEnvironment Create(IEvent<EnvironmentRegistered> e) => new()
    {
        Id = e.Data.Id,
        System = e.Data.System,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        LastEdition = e.Version,
    };

    public static TargetEnvironment Apply(IEvent<EnvironmentChanged> e, TargetEnvironment before) =>
        before with { IsActive = true, System = e.Data.System, UpdatedAt = e.Data.At, LastEdition = e.Version };

    // Nobody's writing: a writer who has read what stood before is not late.
    public static TargetEnvironment Apply(IEvent<OwnershipChecked> e, TargetEnvironment before)
    {
        var proven = new Dictionary<string, DateTimeOffset>(before.ProvenAt);
        foreach (var origin in e.Data.Origins)
        {
            proven.Remove(origin.Origin);
            if (origin.Proven)
                proven[origin.Origin] = e.Data.At;
        }

        return before with { ProvenAt = proven };
    }

    public static TargetEnvironment Apply(IEvent<EnvironmentDeactivated> e, TargetEnvironment before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, LastEdition = e.Version };
}

/// <summary>The sealed values of one environment's secrets. Kept beside its stream, whose events have names only.</summary>
/// <param name="Id">The environment.</param>
/// <param name="Sealed">Name to sealed value.</param>
public sealed record EnvironmentSecrets(Guid Id, IReadOnlyDictionary<string, string> Sealed);
