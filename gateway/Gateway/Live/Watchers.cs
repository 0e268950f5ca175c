using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Loadstone.Contracts;
using Loadstone.Measurement;
using MassTransit;

namespace Loadstone.Gateway.Live;

/// <summary>
/// Who looks at which run through this instance. What is heard on the bus is put before each of them and never waits for one:
/// whoever takes too long to read loses the connection and comes back with the last second he has.
/// </summary>
public sealed class Watchers(IConfiguration settings)
{
    private const int UsualMost = 1000;

    private readonly int _most = settings.GetValue("LOADSTONE_LIVE_CONNECTIONS", UsualMost);
    private readonly ConcurrentDictionary<Guid, ImmutableArray<Watcher>> _byRun = new();
    private int _count;

    /// <summary>A new watcher of a run; null when there are as many as this instance bears.</summary>
    public Watcher? TryAdd(Guid execution)
    {
        if (Interlocked.Increment(ref _count) > _most)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var watcher = new Watcher(execution, this);
        _byRun.AddOrUpdate(execution, _ => [watcher], (_, others) => others.Add(watcher));
        return watcher;
    }

    public void Tell(Guid execution, object heard)
    {
        if (!_byRun.TryGetValue(execution, out var watchers))
            return;
        foreach (var watcher in watchers)
            watcher.Tell(heard);
    }

    public void Remove(Watcher watcher)
    {
        Interlocked.Decrement(ref _count);
        while (_byRun.TryGetValue(watcher.Execution, out var watchers))
        {
            var rest = watchers.Remove(watcher);
            if (rest.IsEmpty ? _byRun.TryRemove(KeyValuePair.Create(watcher.Execution, watchers)) : _byRun.TryUpdate(watcher.Execution, rest, watchers))
                return;
        }
    }
}

/// <summary>One who looks at a run: what was heard and not yet read, up to a bound.</summary>
public sealed class Watcher(Guid execution, Watchers all) : IDisposable
{
    private const int MostUnread = 256;

    private readonly Channel<object> _heard = Channel.CreateBounded<object>(new BoundedChannelOptions(MostUnread) { SingleReader = true });
    private readonly CancellationTokenSource _tooSlow = new();

    public Guid Execution => execution;

    /// <summary>Cancelled when too much was left unread.</summary>
    public CancellationToken TooSlow => _tooSlow.Token;

    public void Tell(object heard)
    {
        if (!_heard.Writer.TryWrite(heard))
            _tooSlow.Cancel();
    }

    /// <summary>The next thing heard; null when there was none for so long.</summary>
    public async Task<object?> NextAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(atMost);
        try
        {
            return await _heard.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    // The source stays: whoever tells may still hold this watcher, and a source without a timer holds nothing itself.
    public void Dispose() => all.Remove(this);
}

/// <summary>Hears of runs what their watchers are to see. A corrected second is not news: its first close was shown.</summary>
public sealed class RunConsumer(Watchers watchers) : IConsumer<WindowClosed>, IConsumer<ExecutionStateChanged>, IConsumer<AlertChanged>
{
    public Task Consume(ConsumeContext<WindowClosed> context)
    {
        var closed = context.Message;
        if (closed.Revision == 0)
            watchers.Tell(closed.ExecutionId, PerformanceMetric.Of(closed.ExecutionId, closed.Window, closed.ClosedAt));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ExecutionStateChanged> context)
    {
        watchers.Tell(context.Message.ExecutionId, context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<AlertChanged> context)
    {
        watchers.Tell(context.Message.ExecutionId, context.Message);
        return Task.CompletedTask;
    }
}
