using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Scenarios;

// The life of a scenario.

public sealed record ScenarioCreated(Guid Id, Scenario Scenario, string By, DateTimeOffset At);

public sealed record ScenarioChanged(Scenario Scenario, string By, DateTimeOffset At);

public sealed record ScenarioDeactivated(string By, DateTimeOffset At);

/// <summary>A journey kept under a name, for plans to refer to.</summary>
public sealed record StoredScenario : Resource
{
    public required Scenario Scenario { get; init; }

    public bool IsShipped { get; init; }

    protected override object BodyToShow => Scenario;

    protected override JsonObject MoreToShow => new() { ["is_shipped"] = IsShipped };

    /// <summary>The scenarios that come with the platform.</summary>
    public static readonly IReadOnlyList<StoredScenario> Shipped = ShippedResources.Of(
        "scenario", ScenarioLibrary.All, scenario => scenario.Name, scenario => new StoredScenario { Scenario = scenario, IsShipped = true });

    public static StoredScenario Create(ScenarioCreated e) => new()
    {
        Id = e.Id,
        Scenario = e.Scenario,
        CreatedBy = e.By,
        CreatedAt = e.At,
        UpdatedAt = e.At,
    };

    public static StoredScenario Apply(ScenarioChanged e, StoredScenario before) =>
        before with { IsActive = true, Scenario = e.Scenario, UpdatedAt = e.At };

    public static StoredScenario Apply(ScenarioDeactivated e, StoredScenario before) =>
        before with { IsActive = false, UpdatedAt = e.At };
}
