using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.Alerting.Errors;

/// <summary>
/// Takes messages out of the error queues and keeps them as failures. A message leaves its queue when it is kept, and is kept
/// once, so any number of instances may do this, and any of them may die at it.
/// </summary>
public sealed class ErrorQueues(BrokerChannel broker, IDocumentStore store, TimeProvider time, ILogger<ErrorQueues> log) : BackgroundService
{
    private const string Failed = "_error";
    private const string Skipped = "_skipped";
    private const ushort AtOnce = 16;
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    // As MassTransit declares them, when it first needs one.
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    /// <summary>The queues that the instances of a service share.</summary>
    public static readonly IReadOnlyList<string> Queues = ["scheduler", "ingestion", "alerting-watch", "analysis"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CollectAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("The error queues cannot be read now: {Reason}", e.Message);
                await Task.Delay(AfterFault, stoppingToken);
            }
        }
    }

    // Goes on until the channel breaks or something cannot be kept; what was not kept goes back to its queue with the channel.
    private async Task CollectAsync(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var channel = await broker.OpenAsync(cancellation);
            channel.ChannelShutdownAsync += (_, shutdown) => Task.FromResult(ended.TrySetException(new IOException(shutdown.ReplyText)));
            await channel.BasicQosAsync(0, AtOnce, global: false, cancellation);
            foreach (var (queue, kind) in Queues.SelectMany(queue => new[] { (queue, Failed), (queue, Skipped) }))
            {
                await channel.QueueDeclareAsync(queue + kind, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: cancellation);
                await channel.BasicConsumeAsync(queue + kind, autoAck: false, ConsumerOf(channel, queue, kind == Skipped, ended, cancellation), cancellation);
            }

            await ended.Task.WaitAsync(cancellation);
        }
        finally
        {
            await broker.DisposeAsync();
        }
    }

    private AsyncEventingBasicConsumer ConsumerOf(IChannel channel, string queue, bool isSkipped, TaskCompletionSource ended, CancellationToken cancellation)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, m) =>
        {
            try
            {
                await KeepAsync(Fault.Read(queue, isSkipped, m.BasicProperties, m.Body.ToArray(), time.GetUtcNow()), cancellation);
                await channel.BasicAckAsync(m.DeliveryTag, multiple: false, cancellation);
            }
            catch (Exception e)
            {
                ended.TrySetException(e);
            }
        };
        return consumer;
    }

    private async Task KeepAsync(MessageFailed failure, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        if (await FailedMessage.KeepAsync(session, failure, cancellation))
            log.LogWarning("{MessageType} could not be handled by {Queue}: {Reason}", failure.MessageType, failure.Queue, failure.Reason);
    }
}
