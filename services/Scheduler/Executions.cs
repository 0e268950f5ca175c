using System.Diagnostics;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>Carries decisions out: loads the state, decides, appends; again when somebody else was quicker.</summary>
public sealed class Executions(IDocumentStore store)
{
    // By the index on the end: this is asked several times a second, and those that are over only become more.
    internal const string AreActive =
        "where scheduler.mt_immutable_timestamptz(d.data ->> 'ended_at') is null order by d.data -> 'request' ->> 'at'";

    private const int Attempts = 10;

    /// <returns>The state after the decision.</returns>
    /// <exception cref="RefusalException">404 when there is no such execution, or whatever the decision refuses with.</exception>
    public async Task<Execution> DecideAsync(
        Guid id, Func<Execution, IEnumerable<object>> decide, string actor, CancellationToken cancellation)
    {
        using var span = Telemetry.Continue("decide", await TraceOfAsync(id, cancellation));
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            var stream = await session.Events.FetchForWriting<Execution>(id, cancellation);
            var events = decide(stream.Aggregate ?? throw RefusalException.NotFound("execution", id)).ToArray();
            if (events.Length == 0)
                return stream.Aggregate;
            session.SetHeader("actor", actor);
            stream.AppendMany(events);
            try
            {
                await session.SaveChangesAsync(cancellation);
                return (await session.LoadAsync<Execution>(id, cancellation))!;
            }
            catch (ConcurrencyException) when (attempt < Attempts)
            {
                // Decide again on what the other writer left.
                continue;
            }
        }
    }

    /// <summary>Stops whatever goes on or waits; what ends by itself just now is left to it.</summary>
    /// <returns>Those that are being stopped by this call.</returns>
    public async Task<IReadOnlyList<Guid>> StopAllAsync(string by, string reason, DateTimeOffset now, CancellationToken cancellation)
    {
        var stopped = new List<Guid>();
        foreach (var id in (await ActiveAsync(cancellation)).Select(x => x.Id))
        {
            var after = await DecideAsync(id, x => ExecutionDecisions.StopIfGoing(x, by, reason, now), by, cancellation);
            if (after.Stop is { } stop && stop.Reason == reason && stop.At == now)
                stopped.Add(id);
        }

        return stopped;
    }

    /// <summary>Every execution that is not over.</summary>
    public async Task<IReadOnlyList<Execution>> ActiveAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.QueryAsync<Execution>(AreActive, cancellation);
    }

    // What nobody asks for just now, as when a run that waited gets its workers, belongs to the trace of the request for the run.
    private async Task<object?> TraceOfAsync(Guid id, CancellationToken cancellation)
    {
        if (Activity.Current is not null || !Telemetry.Spans.HasListeners())
            return null;
        await using var session = store.QuerySession();
        return await session.Events.FetchStreamAsync(id, version: 1, token: cancellation) is [var requested, ..] ? requested.GetHeader("traceparent") : null;
    }
}
