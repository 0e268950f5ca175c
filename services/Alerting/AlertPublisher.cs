using System.Text.Json;
using Loadstone.Plans;
using MassTransit;
using RabbitMQ.Client;

namespace Loadstone.Alerting;

/// <summary>
/// Tells subscribers: raw JSON on the durable topic exchange <c>loadstone.alerts</c>, with the routing key
/// <c>alert.raised.SEVERITY</c>, or grew, acknowledged, suppressed or resolved in the place of raised; of what falls into maintenance nothing before it has
/// outlasted that. No client library of ours is needed to hear it. The checkpoint moves when the broker has confirmed. The gateways, whose live feeds show alerts, hear of
/// each by the bus.
/// </summary>
public sealed class AlertPublisher(BrokerChannel broker, IBus bus) : ISubscription
{
    internal static readonly JsonSerializerOptions Json = WireJson.Configure(new JsonSerializerOptions());

    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var e in page.Events.Where(e => e.Data is AlertRaised or AlertGrew or AlertAcknowledged or AlertSuppressed or AlertOutlastedMaintenance or AlertResolved))
        {
            var alert = (await operations.LoadAsync<Alert>(e.StreamId, cancellationToken))!;
            var (kind, body) = Meaning(e.Data, alert.Raised);
            if (e.Data is AlertRaised raised ? raised.Maintenance is null : alert.IsTold)
                await PublishAsync(e.Id, $"alert.{kind}.{NameOf(alert.Raised.Severity)}", body, cancellationToken);
            await bus.Publish(AlertResource.Changed(alert), cancellationToken);
        }

        return NullChangeListener.Instance;
    }

    /// <summary>What subscribers hear of an event of an alert, as <c>deploy/alerts.schema.json</c> has it.</summary>
    internal static (string Kind, object Body) Meaning(object e, AlertRaised raised) => e switch
    {
        AlertGrew g => ("grew", new Contracts.AlertGrew(raised.Id, raised.ExecutionId, raised.MetricName, g.ActualValue, g.Message, g.Second, g.At)),
        AlertAcknowledged a => ("acknowledged", new Contracts.AlertAcknowledged(raised.Id, raised.ExecutionId, raised.MetricName, a.By, a.Note, a.At)),
        AlertSuppressed s => ("suppressed", new Contracts.AlertSuppressed(raised.Id, raised.ExecutionId, raised.MetricName, s.By, s.Note, s.At)),
        AlertResolved r => ("resolved", new Contracts.AlertResolved(raised.Id, raised.ExecutionId, raised.MetricName, r.Second, r.At, r.By)),
        AlertOutlastedMaintenance => ("raised", RaisedOf(raised, $"{raised.Message}; this began in the maintenance window {raised.Maintenance} and goes on")),
        _ => ("raised", RaisedOf(raised, raised.Message)),
    };

    private static Contracts.AlertRaised RaisedOf(AlertRaised raised, string message) => new(
        raised.Id, raised.ExecutionId, raised.ExecutionName, NameOf(raised.AlertType), NameOf(raised.Severity), raised.MetricName, raised.Operation,
        raised.ThresholdValue, raised.ActualValue, message, raised.Second, raised.At, NameOf(raised.Source), raised.RuleId, raised.ConfigurationId, raised.Environment);

    // Completes when the broker has confirmed. The message's id is the event's, for subscribers who count twice.
    private async Task PublishAsync(Guid eventId, string routingKey, object body, CancellationToken cancellation)
    {
        var channel = await broker.OpenAsync(cancellation);
        var properties = new BasicProperties
        {
            MessageId = eventId.ToString(),
            ContentType = "application/json",
            Type = JsonNamingPolicy.SnakeCaseLower.ConvertName(body.GetType().Name),
            DeliveryMode = DeliveryModes.Persistent,
        };
        await channel.BasicPublishAsync(
            BrokerChannel.AlertsExchange, routingKey, mandatory: false, properties, JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Json), cancellation);
    }

    private static string NameOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
