using System.Collections.Concurrent;

namespace Loadstone.Local;

/// <summary>
/// The thread that starts every child. The kernel sends a child its parent-death signal when the thread that forked it
/// ends, not when the process does; a thread of the pool may end at any time, this one lives as long as the process.
/// </summary>
internal static class ForkingThread
{
    private static readonly BlockingCollection<Action> Work = [];

    static ForkingThread() => new Thread(DoWork) { IsBackground = true, Name = nameof(ForkingThread) }.Start();

    public static T Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static void DoWork()
    {
        foreach (var work in Work.GetConsumingEnumerable())
            work();
    }
}
