using Loadstone.Contracts;
using MassTransit;

namespace Loadstone.Worker;

/// <summary>Says once a second that this worker is there, what room it has and how far its shards are.</summary>
public sealed class Reporting(WorkerIdentity identity, Shards shards, SchedulerClock clock, IBus bus, TimeProvider time, ILogger<Reporting> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
            await ReportAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // A report is worth something for a second only: it is not kept for a broker that is away.
    private async Task ReportAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Every);
        var report = new WorkerReported(
            identity.Id, identity.Name, identity.Region, identity.CapacityUsers, shards.BusyUsers, time.GetUtcNow(),
            clock.RoundTripMs, clock.OffsetMs, shards.Report(), WorkerIdentity.Hardware, WorkerIdentity.Version);
        try
        {
            await bus.Publish(report, context => context.TimeToLive = Every * 3, patience.Token);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning("The scheduler cannot be told of this worker: {Reason}", e.Message);
        }
    }
}

/// <summary>Runs the engine once against itself at the start, so that no measured request waits for the compiler.</summary>
public sealed class WarmingUp : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => LoadEngine.WarmUp.RunAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
