using System.Text.Json.Nodes;
using Loadstone.Resources;

namespace Loadstone.Alerting.Subscriptions;

// The life of a subscription.

public sealed record AlertSubscriptionCreated(Guid Id, SubscriptionTerms Terms, string By, DateTimeOffset At);

public sealed record AlertSubscriptionChanged(SubscriptionTerms Terms, string By, DateTimeOffset At);

public sealed record AlertSubscriptionDeactivated(string By, DateTimeOffset At);

/// <summary>Alerts of some kinds, kept for one who hears of them when he comes, or to whom they are brought.</summary>
public sealed record AlertSubscription : Resource
{
    public required SubscriptionTerms Terms { get; init; }

    /// <summary>The queue its alerts are put in; it goes with the subscription.</summary>
    public string Queue => $"{BrokerChannel.AlertsExchange}.{Id}";

    /// <summary>The subscription that a queue is of; null when it is another queue.</summary>
    public static Guid? OfQueue(string queue) =>
        queue.StartsWith($"{BrokerChannel.AlertsExchange}.", StringComparison.Ordinal) && Guid.TryParse(queue[(BrokerChannel.AlertsExchange.Length + 1)..], out var id) ? id : null;

    protected override object BodyToShow => Terms;

    protected override JsonObject MoreToShow => new()
    {
        ["queue"] = Queue,
        ["exchange"] = BrokerChannel.AlertsExchange,
        ["routing_keys"] = new JsonArray([.. Terms.RoutingKeys.Select(k => JsonValue.Create(k))]),
    };

    public static AlertSubscription Create(AlertSubscriptionCreated e) =>
        new() { Id = e.Id, Terms = e.Terms, CreatedBy = e.By, CreatedAt = e.At, UpdatedAt = e.At };

    public static AlertSubscription Apply(AlertSubscriptionChanged e, AlertSubscription before) =>
        before with { IsActive = true, Terms = e.Terms, UpdatedAt = e.At };

    public static AlertSubscription Apply(AlertSubscriptionDeactivated e, AlertSubscription before) => before with { IsActive = false, UpdatedAt = e.At };
}
