using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.TestPlans;

// The life of a plan.

public sealed record PlanCreated(Guid Id, TestPlan Plan, string By, DateTimeOffset At);

public sealed record PlanChanged(TestPlan Plan, string By, DateTimeOffset At);

public sealed record PlanDeactivated(string By, DateTimeOffset At);

/// <summary>A plan to be run in whatever environment is chosen then; a configuration belongs to one.</summary>
public sealed record StoredPlan : Resource
{
    public required TestPlan Plan { get; init; }

    public bool IsShipped { get; init; }

    protected override object BodyToShow => Plan;

    protected override JsonObject MoreToShow => new() { ["is_shipped"] = IsShipped };

    /// <summary>The plans that come with the platform.</summary>
    public static readonly IReadOnlyList<StoredPlan> Shipped = ShippedResources.Of(
        "plan", PlanLibrary.All, plan => plan.Name, plan => new StoredPlan { Plan = plan, IsShipped = true });

    public static StoredPlan Create(PlanCreated e) => new()
    {
        Id = e.Id,
        Plan = e.Plan,
        CreatedBy = e.By,
        CreatedAt = e.At,
        UpdatedAt = e.At,
    };

    public static StoredPlan Apply(PlanChanged e, StoredPlan before) =>
        before with { IsActive = true, Plan = e.Plan, UpdatedAt = e.At };

    public static StoredPlan Apply(PlanDeactivated e, StoredPlan before) =>
        before with { IsActive = false, UpdatedAt = e.At };
}
