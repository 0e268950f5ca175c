namespace Loadstone.EventStore;

/// <summary>What is known of a stream without reading its events.</summary>
public sealed class StreamState
{
    /// <summary>Id of the stream.</summary>
    public Guid Id { get; set; }

    /// <summary>Version of its last event.</summary>
    public long Version { get; set; }

    /// <summary>Type it was started for, if this store knows it.</summary>
    public Type? AggregateType { get; set; }

    /// <summary>Time of the last append.</summary>
    public DateTimeOffset LastTimestamp { get; set; }

    /// <summary>Time of the first append.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>Archived streams are not read any more and refuse appends.</summary>
    public bool IsArchived { get; set; }
}
