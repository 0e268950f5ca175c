using System.Net;
using System.Net.Sockets;

namespace Loadstone.Local;

public static class Ports
{
    private const int Tries = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>A port of 127.0.0.1 that is free now. Another process may take it before it is used.</summary>
    public static int PickFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts something on a free port, and on the next when it finds that a further try may succeed.</summary>
    internal static async Task<T> StartOnFreePortAsync<T>(
        Func<int, Task<T>> start, Func<int>? pick, CancellationToken cancellation)
    {
        pick ??= PickFree;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await start(pick());
            }
            catch (TryAgainException) when (tries < Tries)
            {
                await Task.Delay(FirstPause * (1 << tries), cancellation);
            }
        }
    }
}

/// <summary>
/// The start failed of something that passes: another process was quicker to take the port, or the last processes of a
/// predecessor that was killed are still about to end.
/// </summary>
internal sealed class TryAgainException(string message) : LocalServerException(message);
