using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;

namespace Loadstone.Ingestion;

/// <summary>Wakes the closing of runs when something of theirs was stored here.</summary>
public sealed class Arrivals
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Signal() => _signal.Writer.TryWrite(true);

    /// <summary>Returns when something was stored here, or after a while: others may have stored it, and time itself closes seconds.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(atMost);
        try
        {
            await _signal.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return;
        }
    }
}

/// <summary>Closes the seconds of every run whose lease this instance holds, and tells the others what was closed.</summary>
public sealed class ClosingLoop(
    Database database, WindowStore windows, RunStore runs, Arrivals arrivals, IBus bus, TimeProvider time, ILogger<ClosingLoop> log) : BackgroundService
{
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly Guid _holder = Guid.NewGuid();
    private readonly ConcurrentDictionary<Guid, Closing> _mine = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AdvanceAllAsync(stoppingToken);
                await arrivals.WaitAsync(AtLeastEvery, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever was half done in memory is made again from the tables.
                _mine.Clear();
                log.LogWarning("Seconds cannot be closed now: {Reason}", e.Message);
                await Task.Delay(AfterFault, stoppingToken);
            }
        }
    }

    private async Task AdvanceAllAsync(CancellationToken cancellation)
    {
        var leased = await runs.TakeLeasesAsync(_holder, time.GetUtcNow(), cancellation);
        foreach (var lost in _mine.Keys.Except(leased.Select(l => l.ExecutionId)))
            _mine.TryRemove(lost, out _);
        foreach (var run in leased)
        {
            var closing = _mine.GetValueOrDefault(run.ExecutionId) ?? await TakeUpAsync(run, cancellation);
            await closing.AdvanceAsync(run, cancellation);
            await TellAsync(run.ExecutionId, cancellation);
        }
    }

    private async Task<Closing> TakeUpAsync(LeasedRun run, CancellationToken cancellation)
    {
        var closing = new Closing(run, database, windows, runs, time);
        await closing.RestoreAsync(cancellation);
        return _mine[run.ExecutionId] = closing;
    }

    // In order, each gone only when the broker has it.
    private async Task TellAsync(Guid execution, CancellationToken cancellation)
    {
        foreach (var (id, message) in await runs.AnnouncementsAsync(execution, cancellation))
        {
            await bus.Publish(message, message.GetType(), cancellation);
            await runs.ToldAsync(id, cancellation);
        }
    }
}
