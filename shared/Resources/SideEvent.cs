namespace Loadstone.Resources;

/// <summary>What happens to a resource besides its author's changes, such as that it was used.</summary>
public static class SideEvent
{
    private const int Attempts = 10;

    /// <summary>Appends an event that holds whatever else has happened in the meantime.</summary>
    /// <typeparam name="T">The resource.</typeparam>
    /// <param name="store">Where the service keeps its resources.</param>
    /// <param name="id">The resource.</param>
    /// <param name="happened">The event.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task AppendAsync<T>(IDocumentStore store, Guid id, object happened, string actor, CancellationToken cancellation)
        where T : Resource
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            session.SetHeader("actor", actor);
            (await session.Events.FetchForWriting<T>(id, cancellation)).AppendOne(happened);
            try
            {
                await session.SaveChangesAsync(cancellation);
                return;
            }
            catch (ConcurrencyException) when (attempt < Attempts)
            {
                // Somebody else was quicker; what happened stays true.
                continue;
            }
        }
    }
}
