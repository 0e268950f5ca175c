using System.Net;
using System.Net.Security;
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
    private HttpMessageInvoker? _shared;

    /// <summary>A channel to an origin for one exchange, to be given back.</summary>
    public ValueTask<HttpChannel> TakeAsync(VirtualUser user, Origin origin) => _settings.Connections == ConnectionUse.PerUser
        ? new ValueTask<HttpChannel>(user.ChannelTo(origin))
        : TakeSharedAsync(origin);

    private ValueTask<HttpChannel> TakeSharedAsync(Origin origin)
    {
        if (!_pools.TryGetValue(origin, out var pool))
            _pools.Add(origin, pool = new Pool(MostOf(_settings)));
        return pool.TakeAsync(() => New(origin, _shared ??= NewClient()));
    }

    /// <summary>Gives a channel back after its exchange.</summary>
    public void GiveBack(HttpChannel channel)
    {
        if (_settings.Connections == ConnectionUse.Shared)
            _pools[channel.Origin].GiveBack(channel);
    }

    /// <summary>A channel of a user's own.</summary>
    public HttpChannel NewFor(Origin origin) => New(origin, null);

    /// <summary>Closes everything.</summary>
    public void Close()
    {
        foreach (var pool in _pools.Values)
            pool.Close();
        foreach (var client in _clients)
            client.Dispose();
    }

    private HttpChannel New(Origin origin, HttpMessageInvoker? client) => _settings.Version == HttpProtocol.Http11
        ? new HttpConnection(origin, lane)
        : new ClientChannel(origin, lane, client ?? NewClient(), _settings.Version == HttpProtocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version30);

    private HttpMessageInvoker NewClient()
    {
        var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            UseProxy = _settings.Proxy is not null,
            Proxy = _settings.Proxy is { } proxy ? new WebProxy(proxy) : null,
            EnableMultipleHttp2Connections = _settings.Connections == ConnectionUse.Shared,
            MaxConnectionsPerServer = MostOf(_settings),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = HttpConnection.AnyCertificateUnless(_settings.VerifyTls) },
        });
        _clients.Add(client);
        return client;
    }

    private int MostOf(HttpSettings settings) =>
        settings.MaxConnections is { } most ? (most + lane.Run.LaneCount - 1 - lane.Index) / lane.Run.LaneCount : int.MaxValue;

    private sealed class Pool(int most)
    {
        private readonly Stack<HttpChannel> _free = new();
        private readonly Queue<(Turn Turn, HttpChannel?[] Taken)> _line = new();
        private int _made;

        public ValueTask<HttpChannel> TakeAsync(Func<HttpChannel> make)
        {
            if (_free.TryPop(out var channel))
                return new ValueTask<HttpChannel>(channel);
            return _made++ < most ? new ValueTask<HttpChannel>(make()) : WaitAsync();
        }

        public void GiveBack(HttpChannel channel)
        {
            if (!_line.TryDequeue(out var next))
            {
                _free.Push(channel);
                return;
            }

            next.Taken[0] = channel;
            next.Turn.End();
        }

        public void Close()
        {
            foreach (var channel in _free)
                channel.Dispose();
            _free.Clear();
        }

        private async ValueTask<HttpChannel> WaitAsync()
        {
            _made--;
            var (turn, taken) = (new Turn(), new HttpChannel?[1]);
            _line.Enqueue((turn, taken));
            await turn.Begin();
            return taken[0]!;
        }
    }
}
