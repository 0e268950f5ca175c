using System.Net.Sockets;
using Loadstone.LoadEngine.Http;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Opens connections before the run: one to prove that the target is there, then those of the users who are due in the first
/// second, so that a start of a thousand users does not measure a thousand handshakes.
/// </summary>
internal static class Connecting
{
    private const int MostAhead = 1000;
    private const int AtOnce = 32;
    private const long LongestNs = 10_000_000_000;

    /// <exception cref="PlanNotRunnableException">The target cannot be reached.</exception>
    public static async Task OpenAsync(Lane[] lanes, Origins origins, CancellationToken cancellation)
    {
        if (origins.All.Count == 0 || lanes[0].Users.Count == 0)
            return;
        var origin = origins.All[0];
        var error = (string?)null;
        await lanes[0].DoAsync(async () => error = await ConnectAsync(lanes[0].Users[0], origin));
        // The platform's client connects when it sends. HTTP/3 has no connection that could be tried without it.
        if (lanes[0].Run.Http.Version == HttpProtocol.Http2)
            error = await KnockAsync(origin, cancellation);
        if (error is not null)
            throw new PlanNotRunnableException($"the target {origin} cannot be reached: {Words(error)}");
        // A WebSocket is a connection of its own, and its opening is what is measured.
        if (!lanes[0].Run.Order.Plan.ScenarioConfig.Scenarios.SelectMany(s => s.Journey).All(step => step is WebSocketStep or WaitStep))
            await Task.WhenAll(lanes.Select(lane => lane.DoAsync(() => OpenAsync(lane, origin, cancellation))));
    }

    private static async Task<string?> KnockAsync(Origin origin, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            var addresses = await origin.FirstHop.ResolveAsync(patience.Token);
            using var socket = new Socket(addresses[0].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(addresses, origin.FirstHop.Port, patience.Token);
            return null;
        }
        catch (Exception e) when (e is SocketException or AddressRefusedException)
        {
            return ErrorTypes.Of(e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ErrorTypes.TimedOut;
        }
    }

    private static async Task OpenAsync(Lane lane, Origin origin, CancellationToken cancellation)
    {
        var shape = lane.Run.Order.Plan.Shape;
        var first = shape.Unit == LoadUnit.Users ? lane.Share.CountOf((long)Math.Ceiling(shape.At(TimeSpan.FromSeconds(1)))) : lane.Users.Count;
        var next = 0;
        var count = Math.Clamp(first, 0, Math.Min(lane.Users.Count, MostAhead / lane.Run.LaneCount));
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => OpenOneAfterAnotherAsync()));

        async Task OpenOneAfterAnotherAsync()
        {
            while (next < count && !cancellation.IsCancellationRequested)
                await ConnectAsync(lane.Users[next++], origin);
        }
    }

    private static async Task<string?> ConnectAsync(VirtualUser user, Origin origin)
    {
        var connection = await user.Lane.Channels.TakeAsync(user, origin);
        connection.Begin(user.NowNs + LongestNs);
        var error = await connection.EnsureOpenAsync();
        connection.Finish(whole: error is null);
        user.Lane.Channels.GiveBack(connection);
        return error;
    }

    private static string Words(string error) => error switch
    {
        ErrorTypes.ConnectRefused => "it refused the connection (nothing listens there)",
        ErrorTypes.DnsFailed => "its name does not resolve",
        ErrorTypes.AddressNotAllowed => "its name leads to an address that no run may reach",
        ErrorTypes.TlsFailed => "the TLS handshake failed",
        ErrorTypes.TimedOut => "it did not answer within 10 s",
        _ => error,
    };
}
