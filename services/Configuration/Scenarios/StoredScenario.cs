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

    public static StoredScenario Create(IEvent<ScenarioCreated> e) => new()
    {
        Id = e.Data.Id,
        Scenario = e.Data.Scenario,
        CreatedBy = e.Data.By,
        CreatedAt = e.Data.At,
        UpdatedAt = e.Data.At,
        Version = e.Version,
    };

    public static StoredScenario Apply(IEvent<ScenarioChanged> e, StoredScenario before) =>
        before with { IsActive = true, Scenario = e.Data.Scenario, UpdatedAt = e.Data.At, Version = e.Version };

    public static StoredScenario Apply(IEvent<ScenarioDeactivated> e, StoredScenario before) =>
        before with { IsActive = false, UpdatedAt = e.Data.At, Version = e.Version };
}
