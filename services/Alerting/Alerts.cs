namespace Loadstone.Alerting;

/// <summary>Carries decisions on alerts out; again when somebody else was quicker.</summary>
public sealed class Alerts(IDocumentStore store)
{
    private const int Attempts = 10;

    /// <returns>The alert after the decision; null when there is none.</returns>
    public async Task<Alert?> DecideAsync(Guid id, Func<Alert, IEnumerable<object>> decide, string actor, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            var stream = await session.Events.FetchForWriting<Alert>(id, cancellation);
            if (stream.Aggregate is null || decide(stream.Aggregate).ToArray() is not { Length: > 0 } events)
                return stream.Aggregate;
            session.SetHeader("actor", actor);
            stream.AppendMany(events);
            try
            {
                await session.SaveChangesAsync(cancellation);
                return await session.LoadAsync<Alert>(id, cancellation);
            }
            catch (ConcurrencyException) when (attempt < Attempts)
            {
                continue;
            }
        }
    }
}
