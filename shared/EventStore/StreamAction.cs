namespace Loadstone.EventStore;

/// <summary>What a session is to append to one stream.</summary>
public sealed class StreamAction
{
    private readonly List<Event> _events = [];

    internal StreamAction(Guid id, Type? aggregateType, long? startingVersion)
    {
        Id = id;
        AggregateType = aggregateType;
        StartingVersion = startingVersion;
    }

    /// <summary>Id of the stream.</summary>
    public Guid Id { get; }

    /// <summary>The type the stream is started for, if it was said.</summary>
    public Type? AggregateType { get; internal set; }

    /// <summary>The events, in order.</summary>
    public IReadOnlyList<IEvent> Events => _events;

    /// <summary>The version the stream must have before the append; null to append behind whatever is there.</summary>
    internal long? StartingVersion { get; set; }

    /// <summary>The version this save appends behind, read before its first write.</summary>
    internal long BaseVersion { get; set; }

    /// <summary>Whether it has been written.</summary>
    internal bool IsSaved { get; set; }

    /// <summary>Whether it was StartStream that queued it.</summary>
    internal bool MustStart { get; init; }

    /// <summary>What the events are folded into, by projection.</summary>
    internal Dictionary<Projection, FoldedSnapshot> Snapshots { get; } = [];

    internal IReadOnlyList<Event> Pending => _events;

    /// <summary>Whether any of the events changes what this projection shows.</summary>
    internal bool Concerns(Projection projection) => _events.Exists(e => projection.Aggregator.Handles(e.EventType));

    internal void Add(IEnumerable<Event> events) => _events.AddRange(events);

    /// <summary>What comes after this was saved: appended behind it, folded into what came of it.</summary>
    internal StreamAction FastForward()
    {
        var next = new StreamAction(Id, AggregateType, BaseVersion + _events.Count);
        foreach (var (projection, snapshot) in Snapshots)
            next.Snapshots.Add(projection, new FoldedSnapshot(snapshot.Document));
        return next;
    }
}

/// <summary>A snapshot on its way; a save that failed and is repeated must not fold an event twice.</summary>
internal sealed class FoldedSnapshot(object? document)
{
    private int _foldedEvents;

    public object? Document { get; private set; } = document;

    public object? Fold(Aggregator aggregator, IReadOnlyList<Event> events)
    {
        for (; _foldedEvents < events.Count; _foldedEvents++)
            Document = aggregator.Apply(Document, events[_foldedEvents]);
        return Document;
    }
}
