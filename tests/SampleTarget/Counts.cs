namespace Loadstone.SampleTarget;

/// <summary>What the target has been asked since the last reset.</summary>
/// <remarks>
/// A request is counted once, when its head has been read, and booked once, when it ends: answered, aborted by the client, or
/// dropped. Both happen on the tally that was current when it arrived, so a reset never splits a request, and
/// total = answers by status + aborted_by_client + dropped + in_flight holds at every moment.
/// </remarks>
internal sealed class Counts
{
    // Slot 0 takes what no route answers. Grows while routes are mapped, is only read afterwards.
    private readonly List<string> _routes = ["unmatched"];

    private Tally _tally = new();
    private int _connections;
    private int _webSockets;

    public CountedRoute RouteNamed(string name)
    {
        lock (_routes)
        {
            if (!_routes.Contains(name)) _routes.Add(name);
            return new CountedRoute(_routes.IndexOf(name));
        }
    }

    public Arrival Arrive(CountedRoute route)
    {
        if (!route.IsCounted) return default;
        var tally = Volatile.Read(ref _tally);
        tally.Routes.Increment(route.Slot);
        return new Arrival(tally);
    }

    public void ConnectionOpened()
    {
        Volatile.Read(ref _tally).Events.Increment(Tally.ConnectionsAccepted);
        Interlocked.Increment(ref _connections);
    }

    public void ConnectionClosed() => Interlocked.Decrement(ref _connections);

    public void WebSocketOpened()
    {
        Volatile.Read(ref _tally).Events.Increment(Tally.WebSocketsAccepted);
        Interlocked.Increment(ref _webSockets);
    }

    public void WebSocketClosed() => Interlocked.Decrement(ref _webSockets);

    public void MessageReceived() => Volatile.Read(ref _tally).Events.Increment(Tally.Messages);

    public void UploadCompleted() => Volatile.Read(ref _tally).Events.Increment(Tally.Uploads);

    public void Reset() => Volatile.Write(ref _tally, new Tally());

    public CountsView View()
    {
        var tally = Volatile.Read(ref _tally);
        // Ends before arrivals: a request that comes and goes between the two reads is then in flight, never negative.
        var byStatus = Tally.Statuses.Where(status => tally.Ends[status] > 0).ToDictionary(status => status, status => tally.Ends[status]);
        var (aborted, dropped) = (tally.Ends[Tally.Aborted], tally.Ends[Tally.Dropped]);
        var byRoute = ByRoute(tally);
        var total = byRoute.Values.Sum();
        return new CountsView(total, byRoute, byStatus, aborted, dropped,
            InFlight: total - byStatus.Values.Sum() - aborted - dropped,
            Volatile.Read(ref _connections), tally.Events[Tally.ConnectionsAccepted],
            Volatile.Read(ref _webSockets), tally.Events[Tally.WebSocketsAccepted],
            tally.Events[Tally.Messages], tally.Events[Tally.Uploads]);
    }

    private SortedDictionary<string, long> ByRoute(Tally tally)
    {
        var byRoute = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var slot = 0; slot < _routes.Count; slot++)
        {
            var count = tally.Routes[slot];
            if (count > 0) byRoute.Add(_routes[slot], count);
        }
        return byRoute;
    }
}

/// <summary>Connections and websockets are those open now; with `_accepted` all that were opened since the reset.</summary>
internal sealed record CountsView(
    long Total, SortedDictionary<string, long> ByRoute, Dictionary<int, long> ByStatus,
    long AbortedByClient, long Dropped, long InFlight,
    int Connections, long ConnectionsAccepted, int Websockets, long WebsocketsAccepted, long Messages, long Uploads);

/// <summary>A route's place in the counts, kept in its endpoint's metadata.</summary>
internal sealed record CountedRoute(int Slot)
{
    public static readonly CountedRoute Unmatched = new(0);
    public static readonly CountedRoute Uncounted = new(-1);

    public bool IsCounted => Slot >= 0;
}

/// <summary>One request that has been counted and must be booked once. The default is a request nobody counts.</summary>
internal readonly struct Arrival(Tally? tally)
{
    public void Answered(int status) => tally?.Ends.Increment(status);

    public void AbortedByClient() => tally?.Ends.Increment(Tally.Aborted);

    public void Dropped() => tally?.Ends.Increment(Tally.Dropped);
}

/// <summary>The counters of the time between two resets.</summary>
internal sealed class Tally
{
    private const int MostRoutes = 256;
    public const int Aborted = 600;
    public const int Dropped = 601;
    public const int Messages = 0;
    public const int Uploads = 1;
    public const int ConnectionsAccepted = 2;
    public const int WebSocketsAccepted = 3;

    public static readonly IEnumerable<int> Statuses = Enumerable.Range(100, 500);

    public StripedCounters Routes { get; } = new(MostRoutes);
    public StripedCounters Ends { get; } = new(Dropped + 1);
    public StripedCounters Events { get; } = new(WebSocketsAccepted + 1);
}
