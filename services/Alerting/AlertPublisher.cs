using System.Text.Json;
using Loadstone.Plans;
using MassTransit;
using RabbitMQ.Client;

namespace Loadstone.Alerting;

/// <summary>
/// Tells subscribers: raw JSON on the durable topic exchange <c>loadstone.alerts</c>, with the routing key
/// <c>alert.raised.SEVERITY</c> or <c>alert.resolved.SEVERITY</c>. No client library of ours is needed to hear it. The
/// checkpoint moves when the broker has confirmed. The gateways, whose live feeds show alerts, hear of each by the bus.
/// </summary>
public sealed class AlertPublisher(IConfiguration settings, IBus bus) : ISubscription, IAsyncDisposable
{
    public const string Exchange = "loadstone.alerts";

    private static readonly JsonSerializerOptions Json = WireJson.Configure(new JsonSerializerOptions());

    private IConnection? _connection;
    private IChannel? _channel;

    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events)
        {
            var alert = await operations.LoadAsync<Alert>(e.StreamId, cancellationToken);
            await PublishAsync(e.Id, alert!.Raised, e.Data, cancellationToken);
            await bus.Publish(AlertResource.Changed(alert), cancellationToken);
        }

        return NullChangeListener.Instance;
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null)
            await _channel.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private Task PublishAsync(Guid eventId, AlertRaised raised, object e, CancellationToken cancellation) => e switch
    {
        AlertRaised => PublishAsync(eventId, $"alert.raised.{NameOf(raised.Severity)}", new Contracts.AlertRaised(
            raised.Id, raised.ExecutionId, raised.ExecutionName, NameOf(raised.AlertType), NameOf(raised.Severity), raised.MetricName, raised.Operation,
            raised.ThresholdValue, raised.ActualValue, raised.Message, raised.Second, raised.At), cancellation),
        AlertResolved resolved => PublishAsync(eventId, $"alert.resolved.{NameOf(raised.Severity)}", new Contracts.AlertResolved(
            raised.Id, raised.ExecutionId, raised.MetricName, resolved.Second, resolved.At), cancellation),
        _ => Task.CompletedTask,
    };

    // Completes when the broker has confirmed. The message's id is the event's, for subscribers who count twice.
    private async Task PublishAsync(Guid eventId, string routingKey, object body, CancellationToken cancellation)
    {
        var channel = await ChannelAsync(cancellation);
        var properties = new BasicProperties
        {
            MessageId = eventId.ToString(),
            ContentType = "application/json",
            Type = JsonNamingPolicy.SnakeCaseLower.ConvertName(body.GetType().Name),
            DeliveryMode = DeliveryModes.Persistent,
        };
        await channel.BasicPublishAsync(Exchange, routingKey, mandatory: false, properties, JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Json), cancellation);
    }

    private async Task<IChannel> ChannelAsync(CancellationToken cancellation)
    {
        if (_channel is { IsOpen: true })
            return _channel;
        await DisposeAsync();
        var factory = new ConnectionFactory { Uri = new Uri(settings["LOADSTONE_RABBITMQ"]!), ClientProvidedName = "alerting", AutomaticRecoveryEnabled = false };
        _connection = await factory.CreateConnectionAsync(cancellation);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        await _channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellation);
        return _channel;
    }

    private static string NameOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
