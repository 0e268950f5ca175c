namespace Loadstone.EventStore;

/// <summary>When a snapshot is written.</summary>
public enum SnapshotLifecycle
{
    /// <summary>In the transaction of the append.</summary>
    Inline,

    /// <summary>By the daemon, after the append.</summary>
    Async,
}

/// <summary>When a projection runs.</summary>
public enum ProjectionLifecycle
{
    /// <summary>In the transaction of the append.</summary>
    Inline,

    /// <summary>By the daemon, after the append.</summary>
    Async,
}

/// <summary>How a projection or subscription is fed.</summary>
public sealed class AsyncOptions
{
    /// <summary>Events in a page, at least 1.</summary>
    public int BatchSize { get; set; } = 500;
}

/// <summary>A projection that can be added to <see cref="ProjectionOptions"/>. Derive from <see cref="SingleStreamProjection{TDoc,TId}"/>.</summary>
public abstract class ProjectionBase
{
    private protected ProjectionBase(Type documentType) => (DocumentType, Name) = (documentType, documentType.Name);

    /// <summary>Name of its progress; the document's name to begin with.</summary>
    public string Name { get; set; }

    /// <summary>A new version runs beside the old one, with a progress of its own.</summary>
    public uint Version { get; set; } = 1;

    /// <summary>How the projection is fed when it is asynchronous.</summary>
    public AsyncOptions Options { get; } = new();

    internal Type DocumentType { get; }
}

/// <summary>
/// One document per stream, made by methods on the derived class: <c>TDoc Create(E)</c>, <c>void Apply(E, TDoc)</c> or
/// <c>TDoc Apply(E, TDoc)</c>, <c>bool ShouldDelete(E[, TDoc])</c>, where E may be <c>IEvent&lt;E&gt;</c>.
/// Declare the class partial: Marten generates code into it.
/// </summary>
/// <typeparam name="TDoc">The document. Its id is the stream's.</typeparam>
/// <typeparam name="TId">The type of the id: Guid.</typeparam>
public abstract class SingleStreamProjection<TDoc, TId> : ProjectionBase
    where TDoc : notnull
    where TId : notnull
{
    /// <summary>Names the projection after its document.</summary>
    protected SingleStreamProjection()
        : base(typeof(TDoc))
    {
        if (typeof(TId) != typeof(Guid))
            throw new NotSupportedException($"{GetType()}: streams are identified by Guid, not by {typeof(TId)}");
    }
}
