using System.Diagnostics.CodeAnalysis;

namespace Loadstone.EventStore;

/// <summary>One stored event with its metadata.</summary>
public interface IEvent
{
    /// <summary>Id of the event.</summary>
    Guid Id { get; set; }

    /// <summary>Number of the event in its stream, from 1 without gaps.</summary>
    long Version { get; set; }

    /// <summary>Number over all streams. It has gaps, and a higher number may commit before a lower one.</summary>
    long Sequence { get; set; }

    /// <summary>What happened.</summary>
    object Data { get; }

    /// <summary>Id of the stream.</summary>
    Guid StreamId { get; set; }

    /// <summary>When the event was appended, by the writer's <see cref="TimeProvider"/>.</summary>
    DateTimeOffset Timestamp { get; set; }

    /// <summary>The .NET type of <see cref="Data"/>.</summary>
    Type EventType { get; }

    /// <summary>The stored name of the type.</summary>
    string EventTypeName { get; set; }

    /// <summary>Full name and assembly of the .NET type that was stored.</summary>
    string DotNetTypeName { get; set; }

    /// <summary>What caused the event.</summary>
    string? CausationId { get; set; }

    /// <summary>What the event belongs to, such as a trace.</summary>
    string? CorrelationId { get; set; }

    /// <summary>Who saved the event, as <see cref="IDocumentSession.LastModifiedBy"/> said.</summary>
    string? UserName { get; set; }

    /// <summary>Free metadata: text, numbers and booleans.</summary>
    [SuppressMessage("Design", "MA0016:Prefer collection abstraction", Justification = "The type is Marten's")]
    Dictionary<string, object>? Headers { get; set; }

    /// <summary>Whether the stream has been archived.</summary>
    bool IsArchived { get; set; }

    /// <summary>Sets a header of this event alone.</summary>
    void SetHeader(string key, object value);

    /// <summary>The header's value, or null.</summary>
    object? GetHeader(string key);
}

/// <summary>An event whose type is known.</summary>
public interface IEvent<out T> : IEvent
    where T : notnull
{
    /// <summary>What happened.</summary>
    new T Data { get; }
}

internal abstract class Event : IEvent
{
    /// <summary>The header that carries <see cref="UserName"/>, for which Marten's layout has no column by default.</summary>
    private const string UserNameHeader = "last_modified_by";

    public Guid Id { get; set; }

    public long Version { get; set; }

    public long Sequence { get; set; }

    public abstract object Data { get; }

    public Guid StreamId { get; set; }

    public DateTimeOffset Timestamp { get; set; }

    public abstract Type EventType { get; }

    public required string EventTypeName { get; set; }

    public required string DotNetTypeName { get; set; }

    public string? CausationId { get; set; }

    public string? CorrelationId { get; set; }

    public string? UserName
    {
        get => GetHeader(UserNameHeader) as string;
        set
        {
            if (value is null)
                Headers?.Remove(UserNameHeader);
            else
                SetHeader(UserNameHeader, value);
        }
    }

    public Dictionary<string, object>? Headers { get; set; }

    public bool IsArchived { get; set; }

    /// <summary>Its place in the feed, where it was read from there.</summary>
    public FeedPosition Position { get; set; }

    public void SetHeader(string key, object value) =>
        (Headers ??= new Dictionary<string, object>(StringComparer.Ordinal))[key] = value;

    public object? GetHeader(string key) => Headers?.GetValueOrDefault(key);
}

internal sealed class Event<T>(T data) : Event, IEvent<T>
    where T : notnull
{
    public override object Data => data;

    T IEvent<T>.Data => data;

    public override Type EventType => typeof(T);
}
