namespace Loadstone.Alerting.Subscriptions;

/// <summary>
/// Gives each subscription its queue on the broker: durable, bound to the alerts it is for, and bounded, so that a subscriber who
/// never comes costs no more than that. Every step may be done twice.
/// </summary>
public sealed class SubscriptionQueues(BrokerChannel broker) : ISubscription
{
    private const int MostWaiting = 10_000;

    private static readonly Dictionary<string, object?> Bounds = new(StringComparer.Ordinal) { ["x-max-length"] = MostWaiting };
    private static readonly Dictionary<string, object?> BoundsOfOurs = new(Bounds) { ["x-single-active-consumer"] = true };
    private static readonly SubscriptionTerms Everything = new() { Events = Enum.GetValues<AlertEventKind>() };

    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events.Where(e => e.Data is AlertSubscriptionCreated or AlertSubscriptionChanged or AlertSubscriptionDeactivated))
            await ProvideAsync((await operations.LoadAsync<AlertSubscription>(e.StreamId, cancellationToken))!, cancellationToken);
        return NullChangeListener.Instance;
    }

    // As the subscription is now, which may be further on than the event.
    private async Task ProvideAsync(AlertSubscription subscription, CancellationToken cancellation)
    {
        var channel = await broker.OpenAsync(cancellation);
        if (!subscription.IsActive)
        {
            await channel.QueueDeleteAsync(subscription.Queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellation);
            return;
        }

        await channel.QueueDeclareAsync(subscription.Queue, durable: true, exclusive: false, autoDelete: false, subscription.Terms.Channel == SubscriptionChannel.Rabbitmq ? Bounds : BoundsOfOurs, cancellationToken: cancellation);
        foreach (var key in subscription.Terms.RoutingKeys)
            await channel.QueueBindAsync(subscription.Queue, BrokerChannel.AlertsExchange, key, cancellationToken: cancellation);
        foreach (var key in Everything.RoutingKeys.Except(subscription.Terms.RoutingKeys))
            await channel.QueueUnbindAsync(subscription.Queue, BrokerChannel.AlertsExchange, key, cancellationToken: cancellation);
    }
}
