using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>The broker promises each message at least once. Here every message really comes twice.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class DeliveredTwiceTests(RunningPlatform running)
{
    private const string Mark = "delivered-twice";

    // Every event of the flow; the commands, which go by key, are repeated by the scheduler itself.
    private static readonly string[] Messages =
    [
        "ExecutionRequested", "ExecutionStarted", "ExecutionEnded", "ShardPrepared", "MetricWindowRecorded", "ShardFinished",
        "WindowClosed", "MetricsSealed", "ExecutionAnalyzed",
    ];

    [Fact]
    public async Task Nothing_is_counted_twice_when_every_message_is_delivered_twice()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(running.Servers.RabbitMqUri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var repeated = new ConcurrentDictionary<string, int>();
        foreach (var message in Messages)
            await RepeatAsync(channel, message, repeated);

        var execution = await running.RunAsync(RunningPlatform.Plan());

        Assert.Equal("completed", execution.Status);
        Assert.Equal(await running.TargetRequestsAsync(), execution.TotalRequests);
        var events = (await running.Api.EventsAsync(execution.Id, CancellationToken.None)).Events.Select(e => e.Type).ToList();
        Assert.Equal(events.Distinct(), events);
        Assert.True(repeated["MetricWindowRecorded"] >= 3, "the windows of the run were repeated");
        Assert.Contains("ShardFinished", repeated.Keys);
    }

    // Listens beside the services and publishes each message once more, as it came.
    private static async Task RepeatAsync(IChannel channel, string message, ConcurrentDictionary<string, int> repeated)
    {
        var exchange = $"Loadstone.Contracts:{message}";
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, m) =>
        {
            if (m.BasicProperties.Headers?.ContainsKey(Mark) == true)
                return;
            var again = new BasicProperties(m.BasicProperties) { Headers = new Dictionary<string, object?>(m.BasicProperties.Headers ?? new Dictionary<string, object?>()) { [Mark] = true } };
            await channel.BasicPublishAsync(exchange, m.RoutingKey, mandatory: false, again, m.Body.ToArray());
            repeated.AddOrUpdate(message, 1, (_, n) => n + 1);
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }
}
