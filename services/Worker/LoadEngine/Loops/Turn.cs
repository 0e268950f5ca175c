using System.Threading.Tasks.Sources;

namespace Loadstone.LoadEngine.Loops;

/// <summary>
/// Something one waits for, again and again, without allocating: <see cref="Begin"/> it, and whoever <see cref="End"/>s it
/// runs what waited right there. One thread only.
/// </summary>
internal sealed class Turn : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;

    public bool IsAwaited { get; private set; }

    public ValueTask Begin()
    {
        _core.Reset();
        IsAwaited = true;
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Ends the waiting; nothing when nobody waits.</summary>
    public void End()
    {
        if (!IsAwaited)
            return;
        IsAwaited = false;
        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
}
