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

    public static TestConfiguration Create(IEvent<ConfigurationCreated> e) => new()
    {
        Id = e.Data.Id,
        Plan = e.Data.Plan,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        Version = e.Version,
    };

    public static TestConfiguration Apply(IEvent<ConfigurationChanged> e, TestConfiguration before) =>
        before with { IsActive = true, Plan = e.Data.Plan, UpdatedAt = e.Data.At, Version = e.Version };

    public static TestConfiguration Apply(IEvent<ConfigurationDeactivated> e, TestConfiguration before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, Version = e.Version };
}
