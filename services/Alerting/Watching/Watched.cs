using Loadstone.Measurement;

namespace Loadstone.Alerting.Watching;

/// <summary>
/// A run under watch, and whose turn it is: several of its seconds may be heard at once, as after a pause, and in any order, but each is
/// looked at once, in its own. One whose predecessor does not come, as for a watch that takes a run over, waits for it for a while.
/// </summary>
internal sealed class Watched(WatchedRun run, Watch watch, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // With what is being looked at.
    private readonly HashSet<int> _waiting = [];
    private bool _isTaken;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WatchedRun Run => run;

    public Watch Watch => watch;

    public Task<MetricWindow?>? Baseline { get; set; }

    /// <summary>What was seen and is not kept yet, in order; touched in turn only.</summary>
    public Queue<(int Second, Change Change)> Untold { get; } = new();

    /// <summary>Returns when a second is the next to be looked at. Then <see cref="EndTurn"/> must follow.</summary>
    public async Task TakeTurnAsync(int second, CancellationToken cancellation)
    {
        lock (_waiting)
            _waiting.Add(second);
        try
        {
            await WaitAsync(second, Task.Delay(Patience, time, cancellation), cancellation);
        }
        catch
        {
            Leave(second);
            throw;
        }
    }

    public void EndTurn(int second)
    {
        lock (_waiting)
            _isTaken = false;
        Leave(second);
    }

    private async Task WaitAsync(int second, Task patience, CancellationToken cancellation)
    {
        while (true)
        {
            // Before anything is asked: what changes afterwards is not missed.
            var changed = Volatile.Read(ref _changed).Task;
            if (TryTake(second, patience.IsCompleted))
                return;
            await (patience.IsCompleted ? changed : Task.WhenAny(changed, patience)).WaitAsync(cancellation);
        }
    }

    private bool TryTake(int second, bool isTired)
    {
        lock (_waiting)
        {
            var isNext = second <= watch.LastSecond + 1 || (isTired && _waiting.All(other => other >= second));
            return !_isTaken && isNext && (_isTaken = true);
        }
    }

    private void Leave(int second)
    {
        lock (_waiting)
            _waiting.Remove(second);
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
