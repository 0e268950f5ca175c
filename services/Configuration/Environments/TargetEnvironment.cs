using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Environments;

// The life of an environment.

public sealed record EnvironmentRegistered(Guid Id, TargetSystem System, string By, DateTimeOffset At);

public sealed record EnvironmentChanged(TargetSystem System, string By, DateTimeOffset At);

public sealed record EnvironmentDeactivated(string By, DateTimeOffset At);

/// <summary>A system under test, as people register it.</summary>
public sealed record TargetEnvironment : Resource
{
    public required TargetSystem System { get; init; }

    protected override object BodyToShow => System;

    public static TargetEnvironment Create(IEvent<EnvironmentRegistered> e) => new()
    {
        Id = e.Data.Id,
        System = e.Data.System,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        Version = e.Version,
    };

    public static TargetEnvironment Apply(IEvent<EnvironmentChanged> e, TargetEnvironment before) =>
        before with { IsActive = true, System = e.Data.System, UpdatedAt = e.Data.At, Version = e.Version };

    public static TargetEnvironment Apply(IEvent<EnvironmentDeactivated> e, TargetEnvironment before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, Version = e.Version };
}

public enum EnvironmentKind
{
    Staging,
    Production,
}

/// <summary>Where a system is, what its templates may read, and how much load it is to get at most.</summary>
public sealed record TargetSystem
{
    public string Name { get; init; } = "";

    public EnvironmentKind Kind { get; init; }

    /// <summary>The only hosts a run may send traffic to; relative paths go to the first.</summary>
    public IReadOnlyList<string> BaseUrls { get; init; } = [];

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public EnvironmentLimits Limits { get; init; } = new();

    public static TargetSystem Read(DocumentNode node) => new()
    {
        Name = node.RequiredText("name"),
        Kind = node.OneOf<EnvironmentKind>("kind") ?? EnvironmentKind.Staging,
        BaseUrls = ReadUrls(node),
        Variables = node.Map("variables").ToDictionary(v => v.Key, v => v.Map.Text(v.Key, 10_000, min: 0) ?? ""),
        Limits = EnvironmentLimits.Read(node.Object("limits")),
    };

    private static IReadOnlyList<string> ReadUrls(DocumentNode node)
    {
        var urls = node.Texts("base_urls", 50);
        if (!node.Has("base_urls") || urls.Count == 0)
            node.Error("base_urls", "must have at least one URL");
        for (var i = 0; i < urls.Count; i++)
        {
            if (!Uri.TryCreate(urls[i], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.PathAndQuery != "/")
                node.Error($"base_urls[{i}]", "must be a scheme, a host and a port, such as https://shop.example:8443");
        }

        return urls;
    }
}

/// <summary>The most load an environment is to get. An administrator raises them.</summary>
public sealed record EnvironmentLimits
{
    public int MaxVirtualUsers { get; init; } = 1000;

    public double MaxDurationMinutes { get; init; } = 120;

    public double? MaxRps { get; init; }

    public static EnvironmentLimits Read(DocumentNode? node)
    {
        if (node is null)
            return new EnvironmentLimits();
        var limits = new EnvironmentLimits
        {
            MaxVirtualUsers = node.Whole("max_virtual_users", 1, 100_000) ?? 1000,
            MaxDurationMinutes = node.Number("max_duration_minutes", 0.01, 120) ?? 120,
            MaxRps = node.Number("max_rps", 0.001, 1e7),
        };
        node.RefuseUnknown();
        return limits;
    }

    /// <summary>Notes what a plan asks for beyond these limits, and by what it would have to be scaled down to fit.</summary>
    public void Check(TestPlan plan, string environment, DocumentErrors errors)
    {
        var shape = plan.Shape;
        if (plan.MaxVirtualUsers > MaxVirtualUsers)
            Refuse("max_virtual_users", plan.MaxVirtualUsers, MaxVirtualUsers, "--scale");
        if (shape.Duration.TotalMinutes > MaxDurationMinutes)
            Refuse("duration_minutes", shape.Duration.TotalMinutes, MaxDurationMinutes, "--time-scale");
        if (shape.Unit == LoadUnit.ArrivalsPerSecond && shape.Peak > MaxRps)
            Refuse("load_pattern", shape.Peak, MaxRps.Value, "--scale");

        void Refuse(string path, double asked, double limit, string scale) => errors.Add(path,
            $"asks for {asked:0.###}, above the limit of {limit:0.###} of the environment {environment}; an administrator may raise it, or {scale} {limit / asked:0.####} fits");
    }
}
