using System.Text;
using RabbitMQ.Client;

namespace Loadstone.EndToEnd.Tests;

/// <summary>Messages put into a service's queue by hand, past whoever sends such.</summary>
internal static class Poison
{
    /// <summary>Publishes a message; the one that is meant when none is given is not what it says it is.</summary>
    public static async Task PublishAsync(
        RunningPlatform running, string queue, string messageId, string type = "ShardFinished", string message = """{ "executionId": "nobody" }""")
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(running.Servers.RabbitMqUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var properties = new BasicProperties { MessageId = messageId, ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent };
        var envelope = $$"""{ "messageId": "{{messageId}}", "messageType": [ "urn:message:Loadstone.Contracts:{{type}}" ], "message": {{message}} }""";
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, Encoding.UTF8.GetBytes(envelope));
    }
}
