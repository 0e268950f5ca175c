using System.Security.Cryptography;
using System.Text;

namespace Loadstone.Alerting;

/// <summary>Carries decisions on alerts out; again when somebody else was quicker.</summary>
public sealed class Alerts(IDocumentStore store, TimeProvider time)
{
    private const int Attempts = 10;

    /// <summary>The n-th breach of one thing in one run always has the same id.</summary>
    public static Guid IdOf(Guid run, string key, int occurrence) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{run}|{key}|{occurrence}")).AsSpan(0, 16));

    /// <summary>A new alert; nothing when it is there already, because what showed it came twice.</summary>
    public async Task RaiseAsync(AlertRaised raised, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        session.SetHeader("actor", "alerting");
        session.Events.StartStream<Alert>(raised.Id, raised);
        try
        {
            await session.SaveChangesAsync(cancellation);
        }
        catch (ExistingStreamIdCollisionException)
        {
            return;
        }
    }

    /// <summary>A breach is over by itself.</summary>
    public Task<Alert?> EndAsync(Guid id, int second, CancellationToken cancellation, string? note = null) =>
        DecideAsync(id, alert => Alert.End(alert, second, time.GetUtcNow(), note), "alerting", cancellation);

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
