using System.Globalization;
using Loadstone.Alerting.Subscriptions;
using RabbitMQ.Client;

namespace Loadstone.Alerting.Errors;

/// <summary>Sends messages that are to be tried once more to their queues, as they came. The checkpoint moves when the broker has confirmed.</summary>
public sealed class Replayer(BrokerChannel broker) : ISubscription
{
    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events.Where(e => e.Data is MessageReplayed))
        {
            var events = await operations.Events.FetchStreamAsync(e.StreamId, token: cancellationToken);
            await SendAsync((MessageFailed)events[0].Data, cancellationToken);
        }

        return NullChangeListener.Instance;
    }

    private async Task SendAsync(MessageFailed failure, CancellationToken cancellation)
    {
        var (channel, message) = (await broker.OpenAsync(cancellation), failure.Envelope!);
        var properties = new BasicProperties
        {
            MessageId = failure.MessageId,
            ContentType = message.ContentType,
            DeliveryMode = DeliveryModes.Persistent,
            Headers = message.Headers.ToDictionary(h => h.Key, h => (object?)h.Value),
        };
        properties.Headers[Fault.ReplayHeader] = failure.Id.ToString();
        properties.Headers[Fault.AttemptsHeader] = failure.Attempts.ToString(CultureInfo.InvariantCulture);
        // A subscriber's queue may have gone meanwhile, and nobody is to wait for it.
        var isOurs = AlertSubscription.OfQueue(failure.Queue) is null;
        await channel.BasicPublishAsync(exchange: "", failure.Queue, mandatory: isOurs, properties, message.Body, cancellation);
    }
}
