using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Loadstone.Local;

public static class Ports
{
    // Below those that the kernel gives to outgoing connections, which would take one before it is used.
    private const int First = 12_000;
    private const int Beyond = 32_000;
    private const int MostPicks = 1000;
    private const int Tries = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    // One file for each port picked, held until this process ends, so that no other of ours picks it too.
    private static readonly ConcurrentBag<FileStream> Held = [];

    /// <summary>A port of 127.0.0.1 that is free now, and that no other process of Loadstone's picks while this one lives.</summary>
    /// <exception cref="LocalServerException">There is none.</exception>
    public static int PickFree()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"loadstone-ports-{Environment.UserName}")).FullName;
        for (var pick = 0; pick < MostPicks; pick++)
        {
            var port = Random.Shared.Next(First, Beyond);
            if (TryHold(Path.Combine(folder, port.ToString(CultureInfo.InvariantCulture))) && IsFree(port))
                return port;
        }

        throw new LocalServerException($"No port between {First} and {Beyond} is free.");
    }

    private static bool TryHold(string file)
    {
        try
        {
            Held.Add(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
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
