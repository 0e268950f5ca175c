using System.Collections.Concurrent;
using Loadstone.Alerting.Errors;
using Loadstone.Alerting.Subscriptions;
using Loadstone.ServiceHost;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Loadstone.Alerting.Delivery;

/// <summary>
/// A courier for each subscription whose alerts are brought. Each reads a queue of its own, so that a subscriber who is slow or down delays
/// nobody else; of several instances the broker lets one read it. A letter leaves its queue when it was taken, or is kept as an error.
/// </summary>
public sealed class Couriers(IDocumentStore store, SecretBox box, IConfiguration settings, TimeProvider time, ILogger<Couriers> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, (long Version, CancellationTokenSource Ending, Task Work)> _working = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        time.RepeatAsync(LookEvery, AssignAsync, reason => log.LogWarning("The subscriptions cannot be read now: {Reason}", reason), stoppingToken);

    private async Task AssignAsync(CancellationToken stopping)
    {
        await using var session = store.QuerySession();
        var wanted = (await session.QueryAsync<AlertSubscription>(
            "where (d.data ->> 'is_active')::boolean and d.data -> 'terms' ->> 'channel' <> 'rabbitmq'", stopping)).ToDictionary(s => s.Id);
        foreach (var (id, courier) in _working.Where(w => w.Value.Work.IsCompleted || wanted.GetValueOrDefault(w.Key)?.Version != w.Value.Version).ToList())
        {
            _working.TryRemove(id, out _);
            await courier.Ending.CancelAsync();
            await courier.Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            courier.Ending.Dispose();
        }

        foreach (var subscription in wanted.Values.Where(s => !_working.ContainsKey(s.Id)))
        {
            var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            _working[subscription.Id] = (subscription.Version, ending, WorkAsync(subscription, ending.Token));
        }
    }

    // Ends when the queue is gone, the broker is away or something cannot be kept; it is begun anew at the next look.
    private async Task WorkAsync(AlertSubscription subscription, CancellationToken cancellation)
    {
        try
        {
            await using var broker = new BrokerChannel(settings);
            var channel = await broker.OpenAsync(cancellation);
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var courier = new Courier(subscription, await SenderAsync(subscription, cancellation), settings.GetValue("LOADSTONE_DELIVERY_ATTEMPTS", Courier.UsualMost), store, time);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, m) => BringAsync(subscription, courier, channel, m, ended, cancellation);
            consumer.UnregisteredAsync += (_, _) => Task.FromResult(ended.TrySetResult());
            channel.ChannelShutdownAsync += (_, _) => Task.FromResult(ended.TrySetResult());
            await channel.BasicQosAsync(0, 1, global: false, cancellation);
            await channel.BasicConsumeAsync(subscription.Queue, autoAck: false, consumer, cancellation);
            await ended.Task.WaitAsync(cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            log.LogWarning("The alerts of {Subscription} cannot be brought now: {Reason}", subscription.Id, Fault.Presentable(e.Message));
        }
    }

    private async Task BringAsync(
        AlertSubscription subscription, Courier courier, IChannel channel, BasicDeliverEventArgs m, TaskCompletionSource ended, CancellationToken cancellation)
    {
        try
        {
            var letter = Letter.Of(m);
            if (await courier.DeliverAsync(letter, cancellation) is { Reason: not null } failed)
            {
                await using var session = store.LightweightSession();
                if (await FailedMessage.KeepAsync(session, MessageFailed.OfLetter(subscription.Queue, letter, failed, time.GetUtcNow()), cancellation))
                    log.LogWarning("{Event} was not taken by {Subscription}: {Reason}", letter.Event, subscription.Id, failed.Reason);
            }

            await channel.BasicAckAsync(m.DeliveryTag, multiple: false, cancellation);
        }
        catch (Exception e)
        {
            ended.TrySetException(e);
        }
    }

    private async Task<Func<Letter, CancellationToken, Task>> SenderAsync(AlertSubscription subscription, CancellationToken cancellation)
    {
        if (subscription.Terms.Channel == SubscriptionChannel.Email)
            return (letter, ct) => new MailServer(settings).SendAsync(subscription.Terms.To!, letter, ct);
        await using var session = store.QuerySession();
        var secret = (await session.LoadAsync<SubscriptionSecret>(subscription.Id, cancellation))!;
        return new Webhook(new Uri(subscription.Terms.Url!), box.Open(subscription.Id, SubscriptionSecret.Name, secret.Sealed), settings, time).SendAsync;
    }
}
