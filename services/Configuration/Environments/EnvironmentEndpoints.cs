using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Configuration.Environments;

internal static class EnvironmentEndpoints
{
    private const string Path = "/api/load-testing/environments";

    public static void MapEnvironments(this WebApplication app)
    {
        new EnvironmentResourceKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    /// <summary>An active environment by its name.</summary>
    public static Task<TargetEnvironment?> FindEnvironmentAsync(this IQuerySession session, string name) =>
        TakenName.FindAsync<TargetEnvironment>(session, "environment", name);

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? name, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active)
            .AddIf(name, "d.data -> 'system' ->> 'name' = ?");
        return (await Page.ReadAsync<TargetEnvironment>(session, filter, limit, cursor, cancellation)).ToJson("environments");
    }
}

internal sealed class EnvironmentResourceKind : ResourceKind<TargetEnvironment, TargetSystem>
{
    public override string Name => "environment";

    public override TargetSystem Read(DocumentNode node) => TargetSystem.Read(node);

    public override string NameOf(TargetSystem body) => body.Name;

    public override TargetSystem BodyOf(TargetEnvironment resource) => resource.System;

    public override object Created(Guid id, TargetSystem body, string by, DateTimeOffset at) => new EnvironmentRegistered(id, body, by, at);

    public override object Changed(TargetSystem body, string by, DateTimeOffset at) => new EnvironmentChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new EnvironmentDeactivated(by, at);
}
