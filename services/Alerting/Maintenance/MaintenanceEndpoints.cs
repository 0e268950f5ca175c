using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Alerting.Maintenance;

internal static class MaintenanceEndpoints
{
    private const string Path = "/api/load-testing/maintenance-windows";

    public static void MapMaintenance(this WebApplication app)
    {
        new MaintenanceKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    private static async Task<JsonObject> ListAsync(
        IQuerySession session, string? environment, string? active, string? limit, string? cursor, CancellationToken cancellation)
    {
        var filter = ListFilter.ByActive(active).AddIf(environment, "d.data -> 'terms' ->> 'environment' = ?");
        return (await Page.ReadAsync<MaintenanceWindow>(session, filter, limit, cursor, cancellation)).ToJson("windows");
    }
}

internal sealed class MaintenanceKind : ResourceKind<MaintenanceWindow, MaintenanceTerms>
{
    public override string Name => "window";

    public override MaintenanceTerms Read(DocumentNode node) => MaintenanceTerms.Read(node);

    public override string NameOf(MaintenanceTerms body) => body.Name;

    public override MaintenanceTerms BodyOf(MaintenanceWindow resource) => resource.Terms;

    public override object Created(Guid id, MaintenanceTerms body, string by, DateTimeOffset at) => new MaintenanceWindowCreated(id, body, by, at);

    public override object Changed(MaintenanceTerms body, string by, DateTimeOffset at) => new MaintenanceWindowChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new MaintenanceWindowDeactivated(by, at);

    // One that is there may be shortened to what has been.
    public override Task CheckAsync(Proposal<MaintenanceWindow, MaintenanceTerms> proposal)
    {
        var now = proposal.Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        if (proposal.Before is null && proposal.Body is { StartsAt: var starts, EndsAt: var ends } && starts < ends && ends <= now)
            proposal.Errors.Add("ends_at", $"must be in the future: it is {now:yyyy-MM-ddTHH:mm:ssZ} now");
        return Task.CompletedTask;
    }
}
