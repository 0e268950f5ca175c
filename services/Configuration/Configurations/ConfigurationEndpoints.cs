using System.Text.Json.Nodes;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Files;
using Loadstone.Configuration.Scenarios;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration.Configurations;

internal static class ConfigurationEndpoints
{
    private const string Path = "/api/load-testing/configurations";

    public static void MapConfigurations(this WebApplication app)
    {
        new ConfigurationKind(app.Configuration["LOADSTONE_DEFAULT_ENVIRONMENT"] ?? "sample").Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? testType, string? name, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active)
            .AddIf(ListFilter.OneOf<TestType>("testType", testType), "d.data -> 'plan' ->> 'test_type' = ?")
            .AddIf(name, "strpos(lower(d.data -> 'plan' ->> 'name'), lower(?)) > 0");
        var byType = JsonNode.Parse((await session.QueryAsync<string>(
            $"""
            select coalesce(json_object_agg(t.type, t.count), json_build_object())::text
            from (select d.data -> 'plan' ->> 'test_type' as type, count(*) as count from configuration.mt_doc_testconfiguration as d where {filter.Sql} group by 1) t
            """, cancellation, filter.Values))[0])!.AsObject();
        var counts = await session.QueryAsync<long>(
            "select count(*) from configuration.mt_doc_testconfiguration as d where (d.data ->> 'is_active')::boolean", cancellation);
        var page = await Page.ReadAsync<TestConfiguration>(session, filter, limit, cursor, cancellation);
        return page.ToJson("configurations", new JsonObject
        {
            ["total"] = byType.Sum(type => type.Value!.GetValue<long>()),
            ["byType"] = byType,
            ["activeCount"] = counts[0],
        });
    }
}

internal sealed class ConfigurationKind(string defaultEnvironment) : ResourceKind<TestConfiguration, TestPlan>
{
    public string DefaultEnvironment => defaultEnvironment;

    public override string Name => "configuration";

    public override TestPlan Read(DocumentNode node) => TestPlan.Read(node) is var plan && plan.Environment is null
        ? plan with { Environment = defaultEnvironment }
        : plan;

    public override string NameOf(TestPlan body) => body.Name;

    public override TestPlan BodyOf(TestConfiguration resource) => resource.Plan;

    public override object Created(Guid id, TestPlan body, string by, DateTimeOffset at) => new ConfigurationCreated(id, body, by, at);

    public override object Changed(TestPlan body, string by, DateTimeOffset at) => new ConfigurationChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new ConfigurationDeactivated(by, at);

    /// <summary>Keeps a plan as a new configuration, or as the new version of one unless it says the same.</summary>
    public async Task<TestConfiguration> KeepAsync(
        TestPlan plan, TestConfiguration? before, IDocumentSession session, Caller caller, TimeProvider time, CancellationToken cancellation)
    {
        if (before is null)
            return (await session.LoadAsync<TestConfiguration>(await KeepAsync(plan, session, caller, time, cancellation), cancellation))!;
        if (JsonNode.DeepEquals(before.Plan.ToJson(), plan.ToJson()))
            return before;
        await ReplaceAsync(before, plan, session, caller, time, cancellation);
        return (await session.LoadAsync<TestConfiguration>(before.Id, cancellation))!;
    }

    public override async Task CheckAsync(Proposal<TestConfiguration, TestPlan> proposal)
    {
        var (body, _, session, _, errors) = proposal;
        if (await session.FindEnvironmentAsync(body.Environment!) is not { } environment)
            errors.Add("environment", $"names no registered environment: {body.Environment}");
        else
            environment.System.Limits.Check(body, environment.System.Name, errors);
        await session.FindFilesAsync(body, errors);
        await session.FillScenariosAsync(body, errors);
    }
}
