using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Configurations;

// The life of a configuration.

public sealed record ConfigurationCreated(Guid Id, TestPlan Plan, string By, DateTimeOffset At);

public sealed record ConfigurationChanged(TestPlan Plan, string By, DateTimeOffset At);

public sealed record ConfigurationDeactivated(string By, DateTimeOffset At);

/// <summary>A plan kept under a name, to be run again and again.</summary>
public sealed record TestConfiguration : Resource
{
    public required TestPlan Plan { get; init; }

    protected override object BodyToShow => Plan;

    public static TestConfiguration Create(ConfigurationCreated e) => new()
    {
        Id = e.Id,
        Plan = e.Plan,
        CreatedBy = e.By,
        CreatedAt = e.At,
        UpdatedAt = e.At,
    };

    public static TestConfiguration Apply(ConfigurationChanged e, TestConfiguration before) =>
        before with { IsActive = true, Plan = e.Plan, UpdatedAt = e.At };

    public static TestConfiguration Apply(ConfigurationDeactivated e, TestConfiguration before) =>
        before with { IsActive = false, UpdatedAt = e.At };
}
