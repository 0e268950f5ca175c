using System.Text.Json.Nodes;
using Loadstone.Plans;
using Loadstone.Resources;

namespace Loadstone.Alerting.Subscriptions;

internal static class AlertSubscriptionEndpoints
{
    private const string Path = "/api/load-testing/alert-subscriptions";

    public static void MapAlertSubscriptions(this WebApplication app)
    {
        new AlertSubscriptionKind().Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    private static async Task<JsonObject> ListAsync(IQuerySession session, string? active, string? limit, string? cursor, CancellationToken cancellation) =>
        (await Page.ReadAsync<AlertSubscription>(session, ListFilter.ByActive(active), limit, cursor, cancellation)).ToJson("subscriptions");
}

internal sealed class AlertSubscriptionKind : ResourceKind<AlertSubscription, SubscriptionTerms>
{
    public override string Name => "subscription";

    public override IReadOnlyList<string> ShownMembers => ["queue", "exchange", "routing_keys"];

    public override SubscriptionTerms Read(DocumentNode node) => SubscriptionTerms.Read(node);

    public override string NameOf(SubscriptionTerms body) => body.Name;

    public override SubscriptionTerms BodyOf(AlertSubscription resource) => resource.Terms;

    public override object Created(Guid id, SubscriptionTerms body, string by, DateTimeOffset at) => new AlertSubscriptionCreated(id, body, by, at);

    public override object Changed(SubscriptionTerms body, string by, DateTimeOffset at) => new AlertSubscriptionChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new AlertSubscriptionDeactivated(by, at);
}
