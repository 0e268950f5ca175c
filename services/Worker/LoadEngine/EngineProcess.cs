using System.Net;
using System.Net.Sockets;

namespace Loadstone.LoadEngine;

/// <summary>What the process that runs the engine needs, and no other process of the platform may have.</summary>
public static class EngineProcess
{
    /// <summary>
    /// Prepares this process. Call it before anything uses a socket.
    /// Users go on right where their socket completes instead of on another thread: less work for each request, and no queue
    /// between the network and the clock. And where the system allows it, the threads that bring answers go before other work on
    /// the machine, because whatever makes them late is measured as somebody's response time.
    /// </summary>
    public static void Prepare()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        // The runtime begins its socket threads with the first socket, and a thread inherits the urgency of the one that began it.
        var first = new Thread(BeginSockets) { Name = "first socket" };
        first.Start();
        first.Join();
    }

    private static void BeginSockets()
    {
        Urgency.Raise();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var accept = new SocketAsyncEventArgs();
        _ = listener.AcceptAsync(accept);
    }
}
