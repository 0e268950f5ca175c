using System.Text.Json.Nodes;
using Loadstone.Alerting.Delivery;
using Loadstone.Plans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting.Subscriptions;

internal static class AlertSubscriptionEndpoints
{
    private const string Path = "/api/load-testing/alert-subscriptions";

    public static void MapAlertSubscriptions(this WebApplication app)
    {
        new AlertSubscriptionKind(app.Services.GetRequiredService<SecretBox>()).Map(app, Path);
        app.MapGet(Path, ListAsync);
    }

    private static async Task<JsonObject> ListAsync(IQuerySession session, string? active, string? limit, string? cursor, CancellationToken cancellation) =>
        (await Page.ReadAsync<AlertSubscription>(session, ListFilter.ByActive(active), limit, cursor, cancellation)).ToJson("subscriptions");
}

/// <summary>The sealed secret of one subscription. Kept beside its stream, in no event.</summary>
public sealed record SubscriptionSecret(Guid Id, string Sealed)
{
    /// <summary>What it is called in the box.</summary>
    public const string Name = "webhook";
}

internal sealed class AlertSubscriptionKind(SecretBox box) : ResourceKind<AlertSubscription, SubscriptionTerms>
{
    public override string Name => "subscription";

    public override IReadOnlyList<string> ShownMembers => ["queue", "exchange", "routing_keys"];

    public override SubscriptionTerms Read(DocumentNode node) => SubscriptionTerms.Read(node);

    public override string NameOf(SubscriptionTerms body) => body.Name;

    public override SubscriptionTerms BodyOf(AlertSubscription resource) => resource.Terms;

    public override object Created(Guid id, SubscriptionTerms body, string by, DateTimeOffset at) => new AlertSubscriptionCreated(id, body, by, at);

    public override object Changed(SubscriptionTerms body, string by, DateTimeOffset at) => new AlertSubscriptionChanged(body, by, at);

    public override object Deactivated(string by, DateTimeOffset at) => new AlertSubscriptionDeactivated(by, at);

    public override async Task CheckAsync(Proposal<AlertSubscription, SubscriptionTerms> proposal)
    {
        var (body, before, _, http, errors) = proposal;
        var settings = http.RequestServices.GetRequiredService<IConfiguration>();
        if (before is not null && before.Terms.Channel != body.Channel)
            errors.Add("channel", "cannot be changed: keep another subscription");
        if (body.Channel == SubscriptionChannel.Email && !MailServer.IsKnown(settings))
            errors.Add("channel", "email is not available: the operator of this platform has named no LOADSTONE_SMTP_URL");
        if (body.Channel != SubscriptionChannel.Webhook)
            return;
        if (body.GivenSecret is null && before is null)
            errors.Add("secret", "is required for a webhook");
        else if (body.GivenSecret is not null && !box.HasKey)
            errors.Add("secret", "cannot be kept: the operator has given this platform no LOADSTONE_SECRETS_KEY");
        if (Uri.TryCreate(body.Url, UriKind.Absolute, out var url) && await Webhook.RefusalAsync(url, settings, http.RequestAborted) is { } refusal)
            errors.Add("url", refusal);
    }

    protected override Task KeepBesideAsync(IDocumentSession session, Guid id, SubscriptionTerms body, CancellationToken cancellation)
    {
        if (body.GivenSecret is { } secret)
            session.Store(new SubscriptionSecret(id, box.Seal(id, SubscriptionSecret.Name, secret)));
        return Task.CompletedTask;
    }
}
