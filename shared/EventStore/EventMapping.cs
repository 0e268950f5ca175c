using System.Collections.Concurrent;

namespace Loadstone.EventStore;

/// <summary>A type of event and the name it is stored under.</summary>
internal abstract class EventMapping(Type eventType, string alias)
{
    public Type EventType => eventType;

    public string Alias => alias;

    public string DotNetTypeName { get; } = $"{eventType.FullName}, {eventType.Assembly.GetName().Name}";

    public abstract Event Wrap(object data);

    public static EventMapping Create(Type eventType, string alias) =>
        (EventMapping)Activator.CreateInstance(typeof(EventMapping<>).MakeGenericType(eventType), alias)!;
}

internal sealed class EventMapping<T>(string alias) : EventMapping(typeof(T), alias)
    where T : notnull
{
    public override Event Wrap(object data) =>
        new Event<T>((T)data) { EventTypeName = Alias, DotNetTypeName = DotNetTypeName };
}

/// <summary>All types of events that this store has been told of or has met.</summary>
internal sealed class EventMappings
{
    private readonly ConcurrentDictionary<Type, EventMapping> _byType = new();
    private readonly ConcurrentDictionary<string, EventMapping> _byAlias = new(StringComparer.Ordinal);

    public EventMapping For(Type eventType) =>
        _byType.TryGetValue(eventType, out var known) ? known : Map(eventType, Aliases.ForEvent(eventType));

    public EventMapping Map(Type eventType, string alias)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        var mapping = EventMapping.Create(eventType, alias);
        var holder = _byAlias.GetOrAdd(alias, mapping);
        if (holder.EventType != eventType)
            throw new InvalidOperationException($"{eventType} and {holder.EventType} would both be stored as '{alias}'");
        return _byType.AddOrUpdate(eventType, holder, (_, old) => Renamed(old, holder));
    }

    /// <summary>The type of a stored event: by its alias, else by the .NET type stored beside it, else null.</summary>
    public EventMapping? Find(string alias, string? dotNetTypeName)
    {
        if (_byAlias.TryGetValue(alias, out var known))
            return known;
        if (dotNetTypeName is null || Type.GetType(dotNetTypeName) is not { } eventType)
            return null;
        return _byAlias.GetOrAdd(alias, For(eventType));
    }

    /// <summary>A type mapped twice is written under its last alias and still read under the earlier one.</summary>
    private static EventMapping Renamed(EventMapping old, EventMapping latest) =>
        string.Equals(old.Alias, latest.Alias, StringComparison.Ordinal) ? old : latest;
}
