using Loadstone.Contracts;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

internal static class WorkerEndpoints
{
    public static void MapWorkers(this WebApplication app) => app.MapGet("/api/load-testing/workers", (Fleet fleet) =>
    {
        var workers = fleet.Present().OrderBy(w => w.Name, StringComparer.Ordinal).ThenBy(w => w.WorkerId).ToList();
        return new WorkersAnswer(
            true, [.. workers.Select(WorkerResource.Of)], new WorkersSummary(workers.Count, workers.Sum(w => w.CapacityUsers), workers.Sum(w => w.BusyUsers)));
    });
}

[Envelope]
internal sealed record WorkersAnswer(bool Success, IReadOnlyList<WorkerResource> Workers, WorkersSummary Summary);

[Envelope]
internal sealed record WorkersSummary(int Total, int CapacityUsers, int BusyUsers);

/// <summary>A worker as callers see it (requirements R2.23); its load is the share of its capacity that is taken, in %.</summary>
internal sealed record WorkerResource(
    Guid Id, string Name, string Region, int CapacityUsers, int BusyUsers, double Load, double RoundTripMs, double ClockOffsetMs, string? Version,
    WorkerHardware? Hardware, IReadOnlyList<ReportedShard> Shards, DateTimeOffset ReportedAt)
{
    public static WorkerResource Of(WorkerReported w) => new(
        w.WorkerId, w.Name, w.Region, w.CapacityUsers, w.BusyUsers, w.CapacityUsers == 0 ? 100 : Math.Round(100.0 * w.BusyUsers / w.CapacityUsers, 2),
        Math.Round(w.RoundTripMs, 3), Math.Round(w.ClockOffsetMs, 3), w.Version, w.Hardware, w.Shards, w.SentAt);
}
