using System.Text.Json.Nodes;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Files;
using Loadstone.Configuration.Scenarios;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.TestPlans;

internal static class PlanEndpoints
{
    private const string Path = "/api/load-testing/plans";

    public static void MapPlans(this WebApplication app)
    {
        new PlanKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    /// <summary>A plan by its id, or a shipped one by its name; null when there is none.</summary>
    public static async Task<StoredPlan?> FindPlanAsync(this IQuerySession session, string id, CancellationToken cancellation) =>
        StoredPlan.Shipped.FirstOrDefault(p => p.Plan.Name == id || p.Id.ToString() == id)
        ?? (Guid.TryParse(id, out var guid) ? await session.LoadAsync<StoredPlan>(guid, cancellation) : null);

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? testType, string? name, string? active, string? shipped, string? limit, string? cursor, CancellationToken cancellation)
    {
        var wanted = ListFilter.Flag("shipped", shipped);
        var filter = ListFilter.ByActive(active)
            .Add("? = false", wanted == true)
            .AddIf(ListFilter.OneOf<TestType>("testType", testType), "d.data -> 'plan' ->> 'test_type' = ?")
            .AddIf(name, "strpos(lower(d.data -> 'plan' ->> 'name'), lower(?)) > 0");
        var ours = StoredPlan.Shipped.Where(p => active != "false" && wanted != false
            && (testType is null || WireNames<TestType>.ToValue[testType] == p.Plan.TestType)
            && (name is null || p.Plan.Name.Contains(name, StringComparison.OrdinalIgnoreCase)));
        return (await Page.ReadAsync(session, filter, limit, cursor, cancellation, shipped: ours)).ToJson("plans");
    }
}

internal sealed class PlanKind : ResourceKind<StoredPlan, TestPlan>
{
    public override string Name => "plan";

    public override IReadOnlyList<string> ShownMembers => ["is_shipped"];

    public override IReadOnlyList<StoredPlan> Shipped => StoredPlan.Shipped;

    public override TestPlan Read(DocumentNode node) => TestPlan.Read(node);

    public override string NameOf(TestPlan body) => body.Name;

    public override TestPlan BodyOf(StoredPlan resource) => resource.Plan;

    public override object Created(Guid id, TestPlan body, string by, DateTimeOffset at) => new PlanCreated(id, body, by, at);

    public override object Changed(TestPlan body, string by, DateTimeOffset at) => new PlanChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new PlanDeactivated(by, at);

    // What an environment allows is asked when the plan is run there, and in the size it is run in.
    public override async Task CheckAsync(Proposal<StoredPlan, TestPlan> proposal)
    {
        var (body, _, session, _, errors) = proposal;
        if (StoredPlan.Shipped.Any(p => p.Plan.Name == body.Name))
            errors.Add("name", $"is that of a shipped plan: {body.Name}");
        if (body.Environment is { } name && await session.FindEnvironmentAsync(name) is null)
            errors.Add("environment", $"names no registered environment: {name}");
        await session.FindFilesAsync(body, errors);
        await session.FillScenariosAsync(body, errors);
    }
}
