using Loadstone.Alerting.Subscriptions;

namespace Loadstone.Alerting.Delivery;

/// <summary>How a letter ended.</summary>
/// <param name="Attempts">How often it was tried, in all its lives.</param>
/// <param name="Reason">Why it was given up; null when it was delivered.</param>
public sealed record DeliveryEnd(int Attempts, string? Reason);

/// <summary>Brings one subscriber its letters, one after the other, and tries again with growing pauses. What failed is kept, so that a restart changes nothing.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="send">Tries once; throws when it was not taken.</param>
/// <param name="most">How often a letter is tried.</param>
/// <param name="store">Where the course of it is kept.</param>
/// <param name="time">The clock.</param>
public sealed class Courier(AlertSubscription subscription, Func<Letter, CancellationToken, Task> send, int most, IDocumentStore store, TimeProvider time)
{
    /// <summary>Tries of a letter, where the operator says nothing else: some two minutes.</summary>
    public const int UsualMost = 8;

    public async Task<DeliveryEnd> DeliverAsync(Letter letter, CancellationToken cancellation)
    {
        var kept = await FindAsync(cancellation);
        var course = kept.With(letter);
        while (!course.IsGivenUp)
        {
            await WaitAsync(course, cancellation);
            try
            {
                await send(letter, cancellation);
                if (kept != kept.Taken())
                    await KeepAsync(kept.Taken(), cancellation);
                return new DeliveryEnd(letter.Attempts + course.Tries + 1, null);
            }
            catch (NotDeliveredException e)
            {
                kept = course = course.Refused(e.Message, most, time.GetUtcNow());
                await KeepAsync(course, cancellation);
            }
        }

        return new DeliveryEnd(letter.Attempts + course.Tries, course.Reason);
    }

    private Task WaitAsync(DeliveryCourse course, CancellationToken cancellation)
    {
        var left = course.DueAt - time.GetUtcNow();
        return left > TimeSpan.Zero ? Task.Delay(left.Value, time, cancellation) : Task.CompletedTask;
    }

    private async Task<DeliveryCourse> FindAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var found = await session.LoadAsync<DeliveryCourse>(subscription.Id, cancellation);
        return found?.Version == subscription.Version ? found : new DeliveryCourse(subscription.Id, subscription.Version);
    }

    private async Task KeepAsync(DeliveryCourse course, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        session.Store(course);
        await session.SaveChangesAsync(cancellation);
    }
}
