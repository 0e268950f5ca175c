#pragma warning disable CA1032, RCS1194 // each of these is thrown by the store alone, with all it knows

namespace Loadstone.EventStore;

/// <summary>Anything the store refuses that is not a lost race.</summary>
public class MartenException : Exception
{
    /// <summary>Refuses with a reason.</summary>
    public MartenException(string message) : base(message)
    {
    }

    /// <summary>Refuses with a reason and what caused it.</summary>
    public MartenException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}

/// <summary>Somebody else wrote in between: load again and decide anew.</summary>
public class ConcurrencyException : Exception
{
    /// <summary>A lost race for the document or stream <paramref name="id"/>.</summary>
    public ConcurrencyException(string message, Type? docType, object id, Exception? innerException = null)
        : base(message, innerException)
    {
        DocType = docType?.FullName ?? "";
        Id = id;
    }

    /// <summary>Full name of the document's or aggregate's type; empty for a stream without a type.</summary>
    public string DocType { get; }

    /// <summary>The document's or stream's id.</summary>
    public object Id { get; }
}

/// <summary>The stream is not at the version on which the append was decided.</summary>
public sealed class EventStreamUnexpectedMaxEventIdException : ConcurrencyException
{
    /// <summary>Expected and found version of stream <paramref name="id"/>; found is -1 when it is not known.</summary>
    public EventStreamUnexpectedMaxEventIdException(
        object id, Type? aggregateType, long expected, long actual, Exception? innerException = null)
        : base(
            $"Unexpected starting version number for event stream '{id}', expected {expected} but was {actual}",
            aggregateType, id, innerException)
        => AggregateType = aggregateType;

    /// <summary>The stream's aggregate, where the caller named one.</summary>
    public Type? AggregateType { get; }
}

/// <summary>A stream was to be started that exists.</summary>
public sealed class ExistingStreamIdCollisionException(object id, Type? aggregateType, Exception? innerException = null)
    : MartenException($"Stream #{id} already exists in the database", innerException)
{
    /// <summary>The stream's id.</summary>
    public object Id { get; } = id;

    /// <summary>The aggregate it was to be started for.</summary>
    public Type? AggregateType { get; } = aggregateType;
}

/// <summary>A stream was to be started without an event.</summary>
public sealed class EmptyEventStreamException(Guid id)
    : Exception($"A new event stream ('{id}') cannot be started without any events");

/// <summary>A stream was required that does not exist.</summary>
public sealed class NonExistentStreamException(object id)
    : MartenException($"Attempt to append to a nonexistent event stream '{id}'")
{
    /// <summary>The stream's id.</summary>
    public object Id { get; } = id;
}

/// <summary>What was asked cannot be done to this stream, such as appending to an archived one.</summary>
public sealed class InvalidStreamOperationException(string message, Exception? innerException = null)
    : MartenException(message, innerException);

/// <summary>A stored event has an alias that is not registered and a .NET type that cannot be loaded.</summary>
public sealed class UnknownEventTypeException(string eventTypeName, string? dotNetTypeName)
    : MartenException(
        $"The event type '{eventTypeName}' is not registered and its .NET type '{dotNetTypeName ?? "(none)"}' cannot be loaded")
{
    /// <summary>The stored alias.</summary>
    public string EventTypeName { get; } = eventTypeName;
}

/// <summary>Insert was called for a document whose id is taken.</summary>
public sealed class DocumentAlreadyExistsException(Type documentType, object id, Exception? innerException = null)
    : Exception($"Document already exists {documentType.FullName}: {id}", innerException)
{
    /// <summary>The document's type.</summary>
    public Type DocumentType { get; } = documentType;

    /// <summary>The document's id.</summary>
    public object Id { get; } = id;
}

/// <summary>An aggregate, projection or subscription is declared in a way that could not work.</summary>
public sealed class InvalidProjectionException(string message) : Exception(message);

/// <summary>Another process moved the progress of this projection or subscription; what was done with it is rolled back.</summary>
public sealed class ProgressionProgressOutOfOrderException(string name)
    : Exception($"The progress of '{name}' was moved by somebody else")
{
    /// <summary>Name of the projection or subscription, such as <c>ExecutionOverview:All</c>.</summary>
    public string Name { get; } = name;
}
