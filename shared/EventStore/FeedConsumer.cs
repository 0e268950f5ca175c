using Microsoft.Extensions.Logging;

namespace Loadstone.EventStore;

/// <summary>
/// Feeds one projection or subscription, page by page. It retries for ever and never skips: what cannot be handled stops this
/// consumer, visibly in the log and in its progress, and no other.
/// </summary>
internal abstract class FeedConsumer : IDisposable
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    // An open transaction ends without a notification that we would hear: look again soon, then less soon.
    private static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(200);

    private readonly Feed _feed;
    private readonly int _batchSize;
    private readonly SemaphoreSlim _wake = new(0, 1);

    // The loop alone.
    private FeedPosition? _position;

    protected FeedConsumer(DocumentStore store, ShardName name, AsyncOptions options)
    {
        Store = store;
        Name = name;
        Progress = new Progress(store, name.Identity);
        Logger = store.Loggers.CreateLogger<FeedConsumer>();
        _feed = new Feed(store);
        _batchSize = options.BatchSize;
    }

    public ShardName Name { get; }

    protected DocumentStore Store { get; }

    protected Progress Progress { get; }

    protected ILogger Logger { get; }

    /// <summary>The types of events it wants; null for all.</summary>
    protected abstract Predicate<Type>? Wants { get; }

    /// <summary>There may be something new. Called by the listener alone.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var (retry, hold) = (ShortestRetry, ShortestHold);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var page = await StepAsync(stop);
                retry = ShortestRetry;
                if (page.IsEmpty)
                    await _wake.WaitAsync(page.IsHeldBack ? hold : LookAgainAfter, stop);
                hold = page is { IsEmpty: true, IsHeldBack: true } ? Longer(hold, LongestHold) : ShortestHold;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Logger.LogError(failure, "{Consumer} failed and tries again in {RetryMs} ms", Name.Identity, retry.TotalMilliseconds);
                _position = null;
                await Task.Delay(retry, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = Longer(retry, LongestRetry);
            }
        }
    }

    /// <summary>Reads one page and handles it, if it is not empty.</summary>
    public async Task<FeedPage> StepAsync(CancellationToken token)
    {
        var floor = _position ??= await Progress.LoadAsync(token);
        var page = await _feed.ReadAsync(floor, _batchSize, Wants, token);
        if (page.IsEmpty)
            return page;
        await HandleAsync(page, token);
        _position = page.Ceiling;
        return page;
    }

    /// <summary>Handles pages up to a position, beside a running daemon if there is one.</summary>
    public async Task CatchUpAsync(FeedPosition end, CancellationToken token)
    {
        while ((_position ??= await Progress.LoadAsync(token)).IsBefore(end))
        {
            try
            {
                if ((await StepAsync(token)).IsEmpty)
                    await Task.Delay(ShortestHold, token);
            }
            catch (ProgressionProgressOutOfOrderException)
            {
                _position = null;
            }
        }
    }

    public void Dispose() => _wake.Dispose();

    /// <summary>Handles the page and moves the progress past it, in one transaction.</summary>
    protected abstract Task HandleAsync(FeedPage page, CancellationToken token);

    private static TimeSpan Longer(TimeSpan pause, TimeSpan longest) => pause + pause < longest ? pause + pause : longest;
}
