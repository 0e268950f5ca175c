using MassTransit;

namespace Loadstone.Worker;

/// <summary>Brings what is in the spool to the broker, one after the other, and again until it is confirmed.</summary>
public sealed class SpoolPublisher(Spool spool, IBus bus, ILogger<SpoolPublisher> log) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (path, message) in spool.ReadAllAsync(stoppingToken))
        {
            for (var pause = FirstPause; !await TryPublishAsync(message, stoppingToken); pause = Shorter(pause * 2, LongestPause))
                await Task.Delay(pause, stoppingToken);
            spool.Remove(path);
        }
    }

    private async Task<bool> TryPublishAsync(object message, CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Patience);
        try
        {
            // Mandatory: a broker that has no queue for it yet says so, and the message stays here.
            await bus.Publish(message, message.GetType(), context => ((RabbitMqSendContext)context).Mandatory = true, patience.Token);
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning("A measurement waits in the spool: {Reason}", e.Message);
            return false;
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
