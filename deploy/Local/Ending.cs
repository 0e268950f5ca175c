using System.Runtime.InteropServices;

namespace Loadstone.Local;

/// <summary>Runs a command until it is done or asked to end by Ctrl-C, SIGTERM or SIGHUP; then it ends in good order.</summary>
internal static class Ending
{
    public const int Failed = 2;
    public const int Cancelled = 5;

    /// <param name="command">What to run.</param>
    /// <param name="askedToEnd">The exit code when it was asked to end before it was done.</param>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> command, int askedToEnd = 0)
    {
        using var ending = new CancellationTokenSource();
        using var interrupt = OnSignal(PosixSignal.SIGINT, ending);
        using var terminate = OnSignal(PosixSignal.SIGTERM, ending);
        using var hangup = OnSignal(PosixSignal.SIGHUP, ending);
        try
        {
            return await command(ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return askedToEnd;
        }
        catch (Exception failure) when (failure is LocalServerException or Client.LoadstoneException or IOException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return Failed;
        }
    }

    /// <summary>Waits until the end is asked for, or something that must live has died.</summary>
    public static async Task<int> UntilAskedAsync(CancellationToken ending, params Task<string>[] losses)
    {
        try
        {
            var lost = await Task.WhenAny(losses).WaitAsync(ending);
            await Console.Error.WriteLineAsync(await lost);
            return Failed;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Ending…");
            return 0;
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource ending) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });
}
