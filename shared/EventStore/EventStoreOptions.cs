namespace Loadstone.EventStore;

/// <summary>What identifies a stream.</summary>
public enum StreamIdentity
{
    /// <summary>A Guid: the only kind there is here.</summary>
    AsGuid,
}

/// <summary>Options of the events.</summary>
public sealed class EventStoreOptions
{
    /// <summary>Streams are identified by a Guid.</summary>
    public StreamIdentity StreamIdentity { get; set; } = StreamIdentity.AsGuid;

    /// <summary>Metadata of events.</summary>
    public MetadataConfig MetadataConfig { get; } = new();

    /// <summary>The clock that stamps events.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal EventMappings Mappings { get; } = new();

    /// <summary>Names a type, so that rows of other writers with its alias can be read.</summary>
    public void AddEventType<TEvent>()
        where TEvent : class =>
        Mappings.For(typeof(TEvent));

    /// <summary>Stores the type under a name of ours, so that a rename in C# never orphans an event.</summary>
    /// <exception cref="InvalidOperationException">Another type has this alias.</exception>
    public void MapEventType<TEvent>(string eventTypeName)
        where TEvent : class =>
        Mappings.Map(typeof(TEvent), eventTypeName);
}

/// <summary>Metadata of events. Correlation, causation and headers are always stored here.</summary>
public sealed class MetadataConfig
{
    /// <summary>Whether <see cref="EnableAll"/> was called.</summary>
    public bool AllEnabled { get; private set; }

    /// <summary>Changes nothing here. Call it all the same: Marten, on the same tables, stores no metadata without it.</summary>
    public void EnableAll() => AllEnabled = true;
}
