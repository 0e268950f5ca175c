using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Gateway.Live;

/// <summary>
/// One connection's view of a run: how it stands, its alerts, then each closed second once and in order, and what changes.
/// The bus says when there is something new; whenever a second is missing before it, and when the run is over, Ingestion has
/// what is missing. So nothing is lost or shown twice, whatever the bus loses, repeats or reorders.
/// </summary>
internal sealed class LiveView(Watcher watcher, int lastSecond, EventWriter writer, ISchedulerClient scheduler, IIngestionClient ingestion, IAlertingClient alerting)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private int _last = lastSecond;
    private long _version;

    public async Task ShowAsync(ExecutionStateChanged state, CancellationToken cancellation)
    {
        await writer.BeginAsync(cancellation);
        foreach (var alert in await alerting.AlertsAsync(watcher.Execution, cancellation))
            await writer.EventAsync("alert", null, alert.Alert, cancellation);
        var over = await ShowStateAsync(state, cancellation);
        if (!over)
            await CatchUpAsync(cancellation);
        while (!over)
            over = await ShowNextAsync(cancellation);
    }

    private async Task<bool> ShowNextAsync(CancellationToken cancellation)
    {
        switch (await watcher.NextAsync(LongestSilence, cancellation))
        {
            case PerformanceMetric second:
                await ShowSecondAsync(second, cancellation);
                return false;
            case AlertChanged alert:
                await writer.EventAsync("alert", null, alert.Alert, cancellation);
                return false;
            case ExecutionStateChanged state:
                return await ShowStateAsync(state, cancellation);
            default:
                return await AskAsync(cancellation);
        }
    }

    // The last thing that is shown of a run is how it ended, after its last second. Its id lets a browser that comes back be sent away.
    private async Task<bool> ShowStateAsync(ExecutionStateChanged state, CancellationToken cancellation)
    {
        if (state.Version <= _version)
            return false;
        _version = state.Version;
        if (state.IsOver)
            await CatchUpAsync(cancellation);
        await writer.EventAsync("state", state.IsOver ? _last : null, state, cancellation);
        return state.IsOver;
    }

    private async Task ShowSecondAsync(PerformanceMetric second, CancellationToken cancellation)
    {
        if (second.TimestampOffset > _last + 1)
            await CatchUpAsync(cancellation);
        if (second.TimestampOffset != _last + 1)
            return;
        _last = second.TimestampOffset;
        await writer.EventAsync("metrics", _last, second, cancellation);
    }

    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        while (await ingestion.SecondsAsync(watcher.Execution, _last, cancellation) is { Count: > 0 } seconds)
        {
            foreach (var second in seconds)
            {
                _last = second.TimestampOffset;
                await writer.EventAsync("metrics", _last, second, cancellation);
            }
        }
    }

    // Silence may mean that nothing happens, or that the bus did not carry it here.
    private async Task<bool> AskAsync(CancellationToken cancellation)
    {
        await writer.CommentAsync("still here", cancellation);
        try
        {
            var answer = await scheduler.StateAsync(watcher.Execution, cancellation);
            await CatchUpAsync(cancellation);
            return answer.ResponseMessage.IsSuccessStatusCode && await ShowStateAsync(answer.GetContent(), cancellation);
        }
        catch (Exception e) when (BusTopology.IsPassing(e) && !cancellation.IsCancellationRequested)
        {
            // A service is away; the next silence asks again.
            return false;
        }
    }
}
