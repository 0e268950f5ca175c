using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Contracts;
using Loadstone.Plans;

namespace Loadstone.Scheduler;

/// <summary>
/// What must be the same for a run to be the same (requirements R17.13). Seed and configuration hash decide what is sent and
/// when; versions and workers say on what.
/// </summary>
public sealed record Manifest(
    int Seed, ManifestSchedule Schedule, Guid ConfigurationId, long ConfigurationVersion, string? ConfigurationHash, ManifestVersions Versions,
    IReadOnlyList<ManifestWorker> Workers, IReadOnlyList<PinnedFile> Files)
{
    /// <summary>The version of this program.</summary>
    public static string PlatformVersion { get; } =
        typeof(Manifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Manifest Of(Execution x) => new(
        x.Request.Seed, new ManifestSchedule(x.Plan.LoadPattern, x.Plan.Shape.Duration.TotalSeconds, x.Plan.MaxVirtualUsers, x.Plan.WorkerCount),
        x.Request.Configuration.ConfigurationId, x.Request.Configuration.Version, x.Request.ConfigurationHash,
        new ManifestVersions(x.Request.Version, x.Analysis?.Verdict.RuleVersion),
        [.. x.Shards.Select(s => new ManifestWorker(
            s.Number, s.Assigned.WorkerName, s.Assigned.Facts?.Region, s.Assigned.Users, s.Assigned.Facts?.ClockOffsetMs, s.Assigned.Facts?.Version, s.Assigned.Facts?.Hardware))],
        x.Request.Configuration.Files ?? []);

    /// <summary>
    /// SHA-256 of everything in a configuration that decides what a run does, with the members of every object in order: the
    /// database keeps them in an order of its own.
    /// </summary>
    public static string HashOf(RunnableConfiguration configuration)
    {
        var whole = new JsonObject
        {
            ["plan"] = (configuration.Plan with { Seed = null }).ToJson(),
            ["environment"] = configuration.Environment,
            ["base_urls"] = JsonSerializer.SerializeToNode(configuration.BaseUrls),
            ["variables"] = JsonSerializer.SerializeToNode(configuration.Variables),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Ordered(whole))));
    }

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Ordered(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Ordered)]),
        _ => node?.DeepClone(),
    };
}

/// <summary>When load is due: with the seed, every single arrival.</summary>
public sealed record ManifestSchedule(LoadPattern LoadPattern, double DurationSeconds, int MaxVirtualUsers, int WorkerCount);

public sealed record ManifestVersions(string? Platform, int? Rules);

public sealed record ManifestWorker(
    int Shard, string Name, string? Region, int Users, double? ClockOffsetMs, string? Version, WorkerHardware? Hardware);
