namespace Loadstone.EventStore;

/// <summary>A store of events and documents in one schema of one database. Safe for concurrent use; opens sessions, which are not.</summary>
public interface IDocumentStore : IDisposable, IAsyncDisposable
{
    /// <summary>The tables.</summary>
    DatabaseSchema Storage { get; }

    /// <summary>A session that reads and writes and tracks nothing but what is queued on it.</summary>
    IDocumentSession LightweightSession();

    /// <summary>A session that reads.</summary>
    IQuerySession QuerySession();

    /// <summary>A daemon in the caller's hands, of the mode that the options say, or else alone (Solo).</summary>
    ValueTask<IProjectionDaemon> BuildProjectionDaemonAsync();

    /// <summary>Waits until all projections and subscriptions have come to the event that is now the last of the feed.</summary>
    /// <exception cref="TimeoutException">They have not within <paramref name="timeout"/>; the message names the late ones.</exception>
    Task WaitForNonStaleProjectionDataAsync(TimeSpan timeout);
}
