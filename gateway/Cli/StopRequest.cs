using Loadstone.Client;

namespace Loadstone.Cli;

/// <summary>
/// Ctrl-C on a run that is followed. A platform that is away just then would let the run go on with nobody to stop it, so it is
/// asked again until it has heard, or until <paramref name="patience"/> is over and the person is told what to do. The last time it is
/// asked may take as long as any other.
/// </summary>
internal sealed class StopRequest(Guid id, ILoadstoneApi api, TextWriter say, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    private Task _asking = Task.CompletedTask;

    /// <summary>True while the platform has been asked but has not answered.</summary>
    public bool IsUnderWay => !_asking.IsCompleted;

    public void Begin() => _asking = AskAsync();

    /// <summary>Says, once it is certain, that the run could not be stopped.</summary>
    public void ThrowIfGivenUp()
    {
        if (_asking.IsFaulted)
            _asking.GetAwaiter().GetResult();
    }

    private async Task AskAsync()
    {
        say.WriteLine($"Stopping the execution {id}…");
        var begun = time.GetTimestamp();
        string? reason = null;
        do
        {
            if (await TryAsync() is not { } failure)
                return;
            if (reason is null)
                say.WriteLine($"It could not be stopped yet and is asked to again for up to {patience.TotalSeconds:0} s: {failure}");
            reason = failure;
        }
        while (time.GetElapsedTime(begun) < patience);

        throw new IOException($"The execution {id} could not be stopped and may go on. Stop it with ./loadstone stop {id} ({reason})");
    }

    // Null when it is stopped, or when the platform says that there is nothing to stop any more.
    private async Task<string?> TryAsync()
    {
        using var limited = new CancellationTokenSource(LongestAnswer);
        try
        {
            await api.StopAsync(id, limited.Token);
            return null;
        }
        catch (LoadstoneException e) when (e.Status is >= 400 and < 500)
        {
            return null;
        }
        catch (LoadstoneException e)
        {
            await Task.Delay(Every, CancellationToken.None);
            return e.Message;
        }
        catch (OperationCanceledException)
        {
            return "The gateway does not answer.";
        }
    }
}
