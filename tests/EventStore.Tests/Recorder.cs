using System.Threading.Channels;

namespace Loadstone.EventStore.Tests;

/// <summary>A subscription that keeps what it is given.</summary>
public sealed class Recorder : ISubscription
{
    private readonly Channel<IEvent> _events = Channel.CreateUnbounded<IEvent>();
    private readonly List<IEvent> _seen = [];

    /// <summary>Runs before the events are kept.</summary>
    public Func<EventRange, IDocumentOperations, Task> OnPage { get; set; } = (_, _) => Task.CompletedTask;

    public async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        await OnPage(page, operations);
        foreach (var e in page.Events)
            _events.Writer.TryWrite(e);
        return NullChangeListener.Instance;
    }

    /// <summary>All that was given, once it is as many as this.</summary>
    public async Task<IReadOnlyList<IEvent>> UntilAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (_seen.Count < count)
            _seen.Add(await _events.Reader.ReadAsync(patience.Token));
        while (_events.Reader.TryRead(out var e))
            _seen.Add(e);
        return _seen;
    }
}
