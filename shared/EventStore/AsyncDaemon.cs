using Microsoft.Extensions.Logging;

namespace Loadstone.EventStore;

/// <summary>Who runs what is asynchronous.</summary>
public enum DaemonMode
{
    /// <summary>Not this process.</summary>
    Disabled,

    /// <summary>This process, which must be the only one.</summary>
    Solo,

    /// <summary>One process of those that are there; when its connection ends, another within about a second.</summary>
    HotCold,
}

/// <summary>Runs asynchronous projections and subscriptions.</summary>
public interface IProjectionDaemon : IDisposable
{
    /// <summary>Whether it was started. In HotCold it may be waiting for its turn.</summary>
    bool IsRunning { get; }

    /// <summary>Starts in the background all that is asynchronous; also waits there for the database.</summary>
    Task StartAllAsync();

    /// <summary>Stops, and returns when nothing is being handled any more.</summary>
    Task StopAllAsync();

    /// <summary>
    /// Makes all documents of a projection, asynchronous or inline, anew from the events, stream by stream; readers see the old ones
    /// until then. An append may run into the rebuild of its own inline snapshot and keep the old one, so that inline projections
    /// are rebuilt while nobody writes.
    /// </summary>
    /// <typeparam name="TView">The document or the projection class.</typeparam>
    Task RebuildProjectionAsync<TView>(CancellationToken token);
}

internal sealed class AsyncDaemon(DocumentStore store) : IProjectionDaemon
{
    private static readonly TimeSpan ListenFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskToLeadAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = store.Loggers.CreateLogger<AsyncDaemon>();
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    public bool IsRunning => _stop is not null;

    public Task StartAllAsync()
    {
        if (_stop is not null || !store.HasConsumers)
            return Task.CompletedTask;
        _stop = new CancellationTokenSource();
        _running = RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAllAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync();
        await _running;
        Dispose();
    }

    public void Dispose()
    {
        _stop?.Cancel();
        _stop?.Dispose();
        _stop = null;
    }

    public Task RebuildProjectionAsync<TView>(CancellationToken token)
    {
        var projection = store.Options.Projections.Find(typeof(TView))
            ?? throw new InvalidOperationException($"There is no projection to or by {typeof(TView)}");
        return new Rebuild(store, projection).RunAsync(token);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await store.Storage.EnsureAsync(stop);
                await using var listener = await Listener.OpenAsync(store, "listen_events", stop);
                await BecomeLeaderAsync(listener, stop);
                await LeadAsync(listener, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                _logger.LogWarning(failure, "The daemon of {Schema} lost the database and connects again", store.Options.DatabaseSchemaName);
                await Task.Delay(ReconnectAfter, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BecomeLeaderAsync(Listener listener, CancellationToken stop)
    {
        if (store.Options.Projections.AsyncMode != DaemonMode.HotCold)
            return;
        while (await listener.ScalarAsync(store.Options.Scripts["try_lead"], stop) is not true)
            await Task.Delay(AskToLeadAfter, stop);
    }

    /// <summary>Runs until the listener's connection, and with it the lock, is lost, or until it is stopped.</summary>
    private async Task LeadAsync(Listener listener, CancellationToken stop)
    {
        // The server behind the connection may be another than last time.
        await store.Storage.AdoptServerAsync(listener.Connection, stop);
        _logger.LogInformation("Runs the projections and subscriptions of {Schema}", store.Options.DatabaseSchemaName);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var consumers = Consumers();
        var running = Task.WhenAll(consumers.Select(consumer => Task.Run(() => consumer.RunAsync(leading.Token), CancellationToken.None)));
        try
        {
            while (true)
            {
                await listener.WaitAsync(ListenFor, stop);
                consumers.ForEach(consumer => consumer.Wake());
            }
        }
        finally
        {
            await leading.CancelAsync();
            await running;
            consumers.ForEach(consumer => consumer.Dispose());
        }
    }

    private List<FeedConsumer> Consumers() =>
    [
        .. store.Options.Projections.Async.Select(projection => new ProjectionConsumer(store, projection)),
        .. store.Options.Projections.Subscriptions.Select(subscription => new SubscriptionConsumer(store, subscription)),
    ];
}
