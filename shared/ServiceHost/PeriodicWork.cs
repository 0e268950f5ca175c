namespace Loadstone.ServiceHost;

/// <summary>What a service does again and again for as long as it runs.</summary>
public static class PeriodicWork
{
    /// <summary>Works at each interval's end. Work that fails is told of and tried again with the next, for what it needs may only be away.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="every">From one beginning to the next; work that takes longer is begun again at once, never twice at a time.</param>
    /// <param name="work">What is done.</param>
    /// <param name="failed">Told why it failed.</param>
    /// <param name="stopping">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static async Task RepeatAsync(this TimeProvider time, TimeSpan every, Func<CancellationToken, Task> work, Action<string> failed, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(every, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await work(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                failed(e.Message);
            }
        }
    }
}
