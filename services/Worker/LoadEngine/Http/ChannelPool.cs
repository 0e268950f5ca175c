using System.Net;
using System.Net.Quic;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Loadstone.LoadEngine.Loops;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// Gives users what their requests travel on: their own channels, or one of the lane's that is free. With a limit, whoever
/// finds none free waits in line; that wait counts as response time, as it would for a real caller.
/// </summary>
/// <remarks>Used on its lane's thread only.</remarks>
internal sealed class ChannelPool(Lane lane)
{
    private readonly HttpSettings _settings = lane.Run.Http;
    private readonly Dictionary<Origin, Pool> _pools = [];
    private readonly List<HttpMessageInvoker> _clients = [];
    private readonly List<HttpMessageInvoker> _shared = [];
    private int _nextShared;

    /// <summary>A channel to an origin for one exchange, to be given back.</summary>
    public ValueTask<HttpChannel> TakeAsync(VirtualUser user, Origin origin) => _settings.Connections == ConnectionUse.PerUser
        ? new ValueTask<HttpChannel>(user.ChannelTo(origin))
        : PoolOf(origin).TakeAsync(user);

    /// <summary>Gives a channel back after its exchange.</summary>
    public void GiveBack(HttpChannel channel)
    {
        if (_settings.Connections == ConnectionUse.Shared && channel is not NoChannel)
            _pools[channel.Origin].GiveBack(channel);
    }

    /// <summary>A channel of a user's own.</summary>
    public HttpChannel NewFor(Origin origin) => _settings.Version == HttpProtocol.Http11 ? new HttpConnection(origin, lane) : New(origin, NewClient());

    /// <summary>Closes everything.</summary>
    public void Close()
    {
        foreach (var pool in _pools.Values)
            pool.Close();
        foreach (var client in _clients)
            client.Dispose();
    }

    // Of HTTP/1.1 a connection is one channel; of later versions it is any number, and a client of its own.
    private int MostChannels => _settings.Version == HttpProtocol.Http11 ? MostConnections : int.MaxValue;

    private int MostConnections =>
        _settings.MaxConnections is { } most ? (most + lane.Run.LaneCount - 1 - lane.Index) / lane.Run.LaneCount : int.MaxValue;

    private Pool PoolOf(Origin origin) => _pools.TryGetValue(origin, out var pool) ? pool : NewPool(origin);

    // Apart, because what it captures is allocated where it begins.
    private Pool NewPool(Origin origin) => _pools[origin] = new Pool(MostChannels, () => NewShared(origin));

    private HttpChannel NewShared(Origin origin)
    {
        if (_settings.Version == HttpProtocol.Http11)
            return new HttpConnection(origin, lane);
        if (_shared.Count < (_settings.MaxConnections is null ? 1 : MostConnections))
            _shared.Add(NewClient());
        return New(origin, _shared[_nextShared++ % _shared.Count]);
    }

    private ClientChannel New(Origin origin, HttpMessageInvoker client) =>
        new(origin, lane, client, _settings.Version == HttpProtocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version30);

    private HttpMessageInvoker NewClient()
    {
        var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellation) => ConnectAsync(lane.Run.Origins, context.DnsEndPoint, cancellation),
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            UseProxy = _settings.Proxy is not null,
            Proxy = _settings.Proxy is { } proxy ? new WebProxy(proxy) : null,
            EnableMultipleHttp2Connections = _settings is { Connections: ConnectionUse.Shared, MaxConnections: null },
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = CertificateCheck() },
        });
        _clients.Add(client);
        return client;
    }

    // The client connects to what was judged, and to nothing else that a server may have named.
    private static async ValueTask<Stream> ConnectAsync(Origins origins, DnsEndPoint to, CancellationToken cancellation)
    {
        var hop = origins.Find(to.Host, to.Port) ?? throw new AddressRefusedException($"{to.Host}:{to.Port} is not one of the environment's base URLs");
        var addresses = await hop.ResolveAsync(cancellation).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, hop.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // QUIC connects by itself, and goes where a server says that it is served too (RFC 7838): nothing is sent there.
    private RemoteCertificateValidationCallback? CertificateCheck()
    {
        var usual = HttpConnection.AnyCertificateUnless(_settings.VerifyTls);
        if (_settings.Version != HttpProtocol.Http3)
            return usual;
        return (sender, certificate, chain, errors) => OperatingSystem.IsLinux() && IsToTarget(sender as QuicConnection)
            && (usual?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None);
    }

    [SupportedOSPlatform("linux")]
    private bool IsToTarget(QuicConnection? connection) => connection is not null && lane.Run.Origins.All.Any(o => o.Has(connection.RemoteEndPoint));

    private sealed class Pool(int most, Func<HttpChannel> make)
    {
        private readonly Stack<HttpChannel> _free = new();
        private readonly Queue<Place> _line = new();
        private int _made;

        public ValueTask<HttpChannel> TakeAsync(VirtualUser user)
        {
            if (_free.TryPop(out var channel))
                return new ValueTask<HttpChannel>(channel);
            if (_made == most)
                return WaitAsync(user);
            _made++;
            return new ValueTask<HttpChannel>(make());
        }

        public void GiveBack(HttpChannel channel)
        {
            // Nobody may begin anything when the run is over; and a long line must not become a deep stack.
            while (_line.TryPeek(out var next) && next.User.IsOver)
                _line.Dequeue().Give(new NoChannel(channel.Origin, next.User.Lane));
            if (_line.TryDequeue(out var place))
                place.Give(channel);
            else
                _free.Push(channel);
        }

        public void Close()
        {
            foreach (var channel in _free)
                channel.Dispose();
            _free.Clear();
        }

        private async ValueTask<HttpChannel> WaitAsync(VirtualUser user)
        {
            var place = new Place(user);
            _line.Enqueue(place);
            await place.Turn.Begin();
            return place.Taken!;
        }
    }

    /// <summary>A user's place in the line.</summary>
    private sealed class Place(VirtualUser user)
    {
        public VirtualUser User => user;

        public Turn Turn { get; } = new();

        public HttpChannel? Taken { get; private set; }

        public void Give(HttpChannel channel)
        {
            Taken = channel;
            Turn.End();
        }
    }
}
