using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Scenarios;

internal static class ScenarioEndpoints
{
    private const string Path = "/api/load-testing/scenarios";

    public static void MapScenarios(this WebApplication app)
    {
        new ScenarioKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    /// <summary>The plan with every scenario it names looked up: those kept here first, then the shipped ones.</summary>
    public static async Task<TestPlan> FillScenariosAsync(this IQuerySession session, TestPlan plan, DocumentErrors errors)
    {
        var kept = new Dictionary<string, Scenario>();
        foreach (var name in plan.ScenarioConfig.Scenarios.Where(s => s.IsNameOnly).Select(s => s.Name).Distinct())
        {
            if (await TakenName.FindAsync<StoredScenario>(session, "scenario", name) is { } stored)
                kept[name] = stored.Scenario;
        }

        return plan.WithScenarios(kept.GetValueOrDefault, errors);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? type, string? name, string? active, string? shipped, string? limit, string? cursor, CancellationToken cancellation)
    {
        var wanted = ListFilter.Flag("shipped", shipped);
        var filter = ListFilter.ByActive(active)
            .Add("? = false", wanted == true)
            .AddIf(type, "d.data -> 'scenario' ->> 'scenario_type' = ?")
            .AddIf(name, "strpos(lower(d.data -> 'scenario' ->> 'name'), lower(?)) > 0");
        var ours = StoredScenario.Shipped.Where(s => active != "false" && wanted != false && (type is null || type == s.Scenario.ScenarioType)
            && (name is null || s.Scenario.Name.Contains(name, StringComparison.OrdinalIgnoreCase)));
        return (await Page.ReadAsync(session, filter, limit, cursor, cancellation, shipped: ours)).ToJson("scenarios");
    }
}

internal sealed class ScenarioKind : ResourceKind<StoredScenario, Scenario>
{
    public override string Name => "scenario";

    public override IReadOnlyList<string> ShownMembers => ["is_shipped"];

    public override IReadOnlyList<StoredScenario> Shipped => StoredScenario.Shipped;

    public override Scenario Read(DocumentNode node)
    {
        var scenario = Scenario.Read(node);
        if (!node.Has("user_journey"))
            node.Error("user_journey", "is required");
        return scenario;
    }

    public override string NameOf(Scenario body) => body.Name;

    public override Scenario BodyOf(StoredScenario resource) => resource.Scenario;

    public override object Created(Guid id, Scenario body, string by, DateTimeOffset at) => new ScenarioCreated(id, body, by, at);

    public override object Changed(Scenario body, string by, DateTimeOffset at) => new ScenarioChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new ScenarioDeactivated(by, at);
}
