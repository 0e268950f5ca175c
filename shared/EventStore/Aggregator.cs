using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;

namespace Loadstone.EventStore;

/// <summary>Folds events into one type of aggregate by the handlers that were found on it or on its projection.</summary>
internal sealed class Aggregator
{
    private readonly IReadOnlyList<EventHandling> _declared;
    private readonly Func<object>? _createEmpty;
    private readonly PropertyInfo? _id;
    private readonly PropertyInfo? _version;
    private readonly ConcurrentDictionary<Type, EventHandling?> _byEventType = new();

    public Aggregator(Type aggregateType, object? projection = null)
    {
        AggregateType = aggregateType;
        _declared = AggregateConventions.Find(aggregateType, projection);
        if (aggregateType.GetConstructor(Type.EmptyTypes) is not null)
            _createEmpty = () => Activator.CreateInstance(aggregateType)!;
        _id = Writable("Id", typeof(Guid));
        _version = Writable("Version", typeof(long), typeof(int));
    }

    public Type AggregateType { get; }

    public bool Handles(Type eventType) => HandlingOf(eventType) is not null;

    /// <summary>
    /// The aggregate after one more event: null while nothing has created it and once something deleted it. Its Id and Version,
    /// where it has them and they can be set, are those of the stream.
    /// </summary>
    public object? Apply(object? aggregate, IEvent e)
    {
        var next = HandlingOf(e.EventType) is { } handling ? Apply(aggregate, handling, e) : aggregate;
        if (next is null)
            return null;
        _id?.SetValue(next, e.StreamId);
        _version?.SetValue(next, Convert.ChangeType(e.Version, _version.PropertyType, CultureInfo.InvariantCulture));
        return next;
    }

    public object? Fold(object? aggregate, IEnumerable<IEvent> events) => events.Aggregate(aggregate, Apply);

    private object? Apply(object? aggregate, EventHandling handling, IEvent e)
    {
        if (aggregate is null)
            return handling.Create is { } create ? create(e) : ApplyTo(_createEmpty?.Invoke(), handling, e);
        return handling.ShouldDelete?.Invoke(e, aggregate) == true ? null : ApplyTo(aggregate, handling, e);
    }

    private static object? ApplyTo(object? aggregate, EventHandling handling, IEvent e) =>
        aggregate is null || handling.Apply is null ? aggregate : handling.Apply(e, aggregate);

    private PropertyInfo? Writable(string name, params Type[] types) =>
        AggregateType.GetProperty(name) is { CanWrite: true } property && types.Contains(property.PropertyType) ? property : null;

    private EventHandling? HandlingOf(Type eventType) => _byEventType.GetOrAdd(eventType, FindHandling);

    /// <summary>The handler for exactly this type, else the only one for a base type or interface of it.</summary>
    private EventHandling? FindHandling(Type eventType)
    {
        var exact = _declared.FirstOrDefault(handling => handling.EventType == eventType);
        if (exact is not null)
            return exact;
        var assignable = _declared.Where(handling => handling.EventType.IsAssignableFrom(eventType)).ToList();
        return assignable.Count <= 1
            ? assignable.FirstOrDefault()
            : throw new InvalidProjectionException(
                $"{AggregateType} handles {eventType} ambiguously: as {string.Join(" and as ", assignable.Select(h => h.EventType))}");
    }
}

/// <summary>What an aggregate does with one type of event.</summary>
internal sealed record EventHandling(Type EventType)
{
    public Func<IEvent, object>? Create { get; init; }

    public Func<IEvent, object, object>? Apply { get; init; }

    public Func<IEvent, object, bool>? ShouldDelete { get; init; }
}
