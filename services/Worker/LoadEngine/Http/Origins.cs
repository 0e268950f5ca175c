using System.Net.Sockets;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>The only places a run may send requests to: the origins of its environment's base URLs. The first is the usual one.</summary>
internal sealed class Origins
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<Origin> _all = [];
    private readonly bool _open;
    private readonly TargetPolicy _policy;

    // The platform's client sees to its proxy itself; what it connects to is asked here all the same.
    private readonly Origin? _proxy;
    private readonly bool _proxyIsOurs;

    /// <param name="baseUrls">The base URLs; at least one unless every path of the plan is a whole URL.</param>
    /// <param name="open">True when whole URLs in the plan add their origins: a run of one's own, without a platform.</param>
    /// <param name="settings">How requests travel.</param>
    /// <param name="policy">Which addresses requests may go to; null for any.</param>
    /// <exception cref="PlanNotRunnableException">The proxy is not one of the base URLs.</exception>
    public Origins(IEnumerable<Uri> baseUrls, bool open, HttpSettings? settings = null, TargetPolicy? policy = null)
    {
        (_open, _policy) = (open, policy ?? TargetPolicy.Unlimited);
        _proxy = settings?.Proxy is { } proxy ? new Origin(new Uri(proxy), null, _policy) : null;
        _proxyIsOurs = settings?.Version == HttpProtocol.Http11;
        foreach (var url in baseUrls)
            _ = Find(url) ?? Add(url);
        if (!open && _proxy is not null && !_all.Any(o => o.Is(_proxy.UrlOf("/"))))
            throw new PlanNotRunnableException($"the proxy {_proxy} is not one of the environment's base URLs");
    }

    private Origins(Origins like, List<Origin> all)
        : this([], like._open, null, like._policy) => (_all, _proxy, _proxyIsOurs) = (all, like._proxy, like._proxyIsOurs);

    public IReadOnlyList<Origin> All => _all;

    /// <summary>The origin of a URL; null when it is not allowed.</summary>
    public Origin? Find(Uri url)
    {
        foreach (var origin in _all)
        {
            if (origin.Is(url))
                return origin;
        }

        return null;
    }

    /// <summary>Where the platform's HTTP client connects to for an origin.</summary>
    public Origin FirstHopOf(Origin origin) => _proxy ?? origin;

    /// <summary>What the platform's HTTP client is to connect to; null when it asks for something that is not allowed.</summary>
    public Origin? Find(string host, int port) => _proxy is not null
        ? _proxy.Listens(host, port) ? _proxy : null
        : _all.Find(o => o.Listens(host, port));

    /// <summary>Looks at every address before the run, so that one that must not be reached is told in words. The kinds of address found now are those it keeps to.</summary>
    /// <exception cref="PlanNotRunnableException">A name leads where nothing may be sent.</exception>
    public async Task JudgeAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(_all.Append(_proxy).OfType<Origin>().Select(origin => JudgeAsync(origin, patience.Token)));
        }
        catch (AddressRefusedException e)
        {
            throw new PlanNotRunnableException(e.Message);
        }
    }

    // A name that does not resolve harms nobody: behind a proxy it need not, and all others fail when they are connected to.
    private static async Task JudgeAsync(Origin origin, CancellationToken patience)
    {
        try
        {
            await origin.ResolveAsync(patience);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return;
        }
    }

    /// <summary>The origin a step's path leads to, before the run.</summary>
    /// <exception cref="PlanNotRunnableException">The path is a URL outside the allowed origins, or there is none to be relative to.</exception>
    public Origin Of(string path)
    {
        if (!path.StartsWith('/') && Uri.TryCreate(path, UriKind.Absolute, out var url))
        {
            return Find(url) ?? (_open ? Add(url) : throw new PlanNotRunnableException(
                $"{url.GetLeftPart(UriPartial.Authority)} is not one of the environment's base URLs"));
        }

        return _all.Count > 0 ? _all[0] : throw new NoTargetException(
            $"the path {path} is relative, and there is no base URL: name the target");
    }

    /// <summary>The same places, of which another is the usual one.</summary>
    /// <exception cref="PlanNotRunnableException">It is not one of them.</exception>
    public Origins From(string url)
    {
        var usual = Of(url);
        return new Origins(this, [usual, .. _all.Where(o => o != usual)]);
    }

    private Origin Add(Uri url)
    {
        var origin = new Origin(url, _proxyIsOurs ? _proxy : null, _policy);
        _all.Add(origin);
        return origin;
    }
}
