using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Alerting.Maintenance;

// The life of a maintenance window.

public sealed record MaintenanceWindowCreated(Guid Id, MaintenanceTerms Terms, string By, DateTimeOffset At);

public sealed record MaintenanceWindowChanged(MaintenanceTerms Terms, string By, DateTimeOffset At);

public sealed record MaintenanceWindowDeactivated(string By, DateTimeOffset At);

/// <summary>A stretch of time in which alerts are kept, and nobody is told of them.</summary>
public sealed record MaintenanceWindow : Resource
{
    public required MaintenanceTerms Terms { get; init; }

    protected override object BodyToShow => Terms;

    public static MaintenanceWindow Create(MaintenanceWindowCreated e) =>
        new() { Id = e.Id, Terms = e.Terms, CreatedBy = e.By, CreatedAt = e.At, UpdatedAt = e.At };

    public static MaintenanceWindow Apply(MaintenanceWindowChanged e, MaintenanceWindow before) => before with { IsActive = true, Terms = e.Terms, UpdatedAt = e.At };

    public static MaintenanceWindow Apply(MaintenanceWindowDeactivated e, MaintenanceWindow before) => before with { IsActive = false, UpdatedAt = e.At };

    /// <summary>The name of one that covers a configuration's runs against an environment now; null when none does.</summary>
    public static async Task<string?> CoveringAsync(IQuerySession session, Guid? configuration, string? environment, DateTimeOffset now, CancellationToken cancellation) =>
        (await CurrentAsync(session, now, cancellation)).FirstOrDefault(w => w.Covers(configuration, environment, now))?.Name;

    /// <summary>Those that are not over yet.</summary>
    public static async Task<IReadOnlyList<MaintenanceTerms>> CurrentAsync(IQuerySession session, DateTimeOffset now, CancellationToken cancellation) => [.. (await session.QueryAsync<MaintenanceWindow>(
        "where (d.data ->> 'is_active')::boolean and (d.data -> 'terms' ->> 'ends_at')::timestamptz > ?", cancellation, now)).Select(w => w.Terms)];
}

/// <summary>A maintenance window as its author wrote it.</summary>
public sealed record MaintenanceTerms
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public string Name { get; init; } = "";

    public string? Description { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    /// <summary>Only runs of this configuration; null for all.</summary>
    public Guid? ConfigurationId { get; init; }

    /// <summary>Only runs against this environment; null for all.</summary>
    public string? Environment { get; init; }

    /// <summary>Whether what is found of a configuration's runs against an environment at an instant is told to nobody.</summary>
    public bool Covers(Guid? configuration, string? environment, DateTimeOffset at) => StartsAt <= at && at < EndsAt
        && (ConfigurationId is null || ConfigurationId == configuration) && (Environment is null || Environment == environment);

    public static MaintenanceTerms Read(DocumentNode node)
    {
        var terms = new MaintenanceTerms
        {
            Name = node.RequiredText("name"),
            Description = node.Text("description", 5000, min: 0),
            StartsAt = ReadInstant(node, "starts_at"),
            EndsAt = ReadInstant(node, "ends_at"),
            ConfigurationId = node.Id("configuration_id", "a configuration"),
            Environment = node.Text("environment"),
        };
        if (terms.StartsAt != default && terms.EndsAt != default && (terms.EndsAt <= terms.StartsAt || terms.EndsAt - terms.StartsAt > Longest))
            node.Error("ends_at", $"must be after starts_at, by {Longest.TotalDays} days at most");
        return terms;
    }

    private static DateTimeOffset ReadInstant(DocumentNode node, string name)
    {
        if (!node.Has(name))
            node.Error(name, "is required");
        var at = node.Instant(name);
        if (at is { Year: < 1970 or > 9000 })
            node.Error(name, "must be between the years 1970 and 9000");
        return at ?? default;
    }
}
