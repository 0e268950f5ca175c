using System.Collections.Concurrent;
using Loadstone.Contracts;
using MassTransit;

namespace Loadstone.Scheduler;

/// <summary>
/// The workers this instance hears from, once a second each. Every instance hears all of them, and none of it is stored: after
/// a restart the picture is whole again within a second or two.
/// </summary>
public sealed class Fleet(TimeProvider time)
{
    /// <summary>A worker that was not heard for so long is lost.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(3);

    /// <summary>A worker that has missed a report is asked whether it is there at all.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(1.2);

    private readonly ConcurrentDictionary<Guid, Seen> _workers = new();

    public void Hear(WorkerReported report) => _workers[report.WorkerId] = new Seen(report, time.GetUtcNow());

    /// <summary>The broker says that nobody is there any more.</summary>
    public void Bury(Guid workerId)
    {
        if (_workers.TryGetValue(workerId, out var seen))
            _workers.TryUpdate(workerId, seen with { IsGone = true }, seen);
    }

    /// <summary>Those of these workers that are late with their report, and not known to be gone.</summary>
    public IEnumerable<Guid> Late(IEnumerable<Guid> workers) =>
        workers.Where(id => _workers.TryGetValue(id, out var seen) && IsThere(seen) && time.GetUtcNow() - seen.HeardAt > AskAfter);

    /// <summary>The last report of a worker that is there; null when it is not.</summary>
    public WorkerReported? Find(Guid workerId) => _workers.TryGetValue(workerId, out var seen) && IsThere(seen) ? seen.Report : null;

    /// <summary>How long a worker has not been heard; without end when it never was.</summary>
    public TimeSpan SilenceOf(Guid workerId) =>
        _workers.TryGetValue(workerId, out var seen) ? time.GetUtcNow() - seen.HeardAt : TimeSpan.MaxValue;

    /// <summary>Every worker that is there.</summary>
    public IReadOnlyList<WorkerReported> Present()
    {
        var now = time.GetUtcNow();
        foreach (var (id, seen) in _workers)
        {
            if (now - seen.HeardAt > LostAfter * 20)
                _workers.TryRemove(id, out _);
        }

        return [.. _workers.Values.Where(IsThere).Select(w => w.Report)];
    }

    /// <summary>What room each worker has beside the shards it has been given.</summary>
    public IReadOnlyList<FreeWorker> Free(IEnumerable<Execution> active)
    {
        var given = active.SelectMany(x => x.Shards).Where(s => !s.IsOver)
            .GroupBy(s => s.WorkerId).ToDictionary(g => g.Key, g => g.Sum(s => s.Assigned.Users));
        return [.. Present().Select(w => new FreeWorker(
            w.WorkerId, w.Name, w.CapacityUsers - given.GetValueOrDefault(w.WorkerId), w.RoundTripMs,
            new WorkerFacts(w.Region, Math.Round(w.ClockOffsetMs, 3), w.Version, w.Hardware), w.CapacityUsers))];
    }

    /// <summary>The slowest way there and back to any of these workers.</summary>
    public double SlowestRoundTripMs(IEnumerable<Guid> workers) => workers.Select(w => Find(w)?.RoundTripMs ?? 0).DefaultIfEmpty().Max();

    private bool IsThere(Seen worker) => !worker.IsGone && time.GetUtcNow() - worker.HeardAt <= LostAfter;

    private sealed record Seen(WorkerReported Report, DateTimeOffset HeardAt, bool IsGone = false);
}

/// <summary>Hears the workers and answers each with the time it is here.</summary>
public sealed class WorkerReportedConsumer(Fleet fleet, TimeProvider time) : IConsumer<WorkerReported>
{
    public Task Consume(ConsumeContext<WorkerReported> context)
    {
        fleet.Hear(context.Message);
        return context.Publish(new WorkerEcho(context.Message.WorkerId, context.Message.SentAt, time.GetUtcNow()), context.CancellationToken);
    }
}
