using System.Net;
using System.Net.Sockets;

namespace Loadstone.LoadEngine.Http;

/// <summary>A scheme, host and port that requests may go to (RFC 6454), with its resolved addresses.</summary>
internal sealed class Origin
{
    private const long FreshForMs = 30_000;

    private bool _isForSockets;
    private IPAddress[] _addresses = [];
    private long _resolvedAtMs = -FreshForMs;

    /// <param name="url">Any URL of the origin.</param>
    /// <param name="proxy">The proxy its requests go through; null for none.</param>
    public Origin(Uri url, Origin? proxy)
    {
        Proxy = proxy;
        Scheme = url.Scheme;
        Host = url.IdnHost;
        Port = url.Port;
        HostHeader = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        if (url.HostNameType == UriHostNameType.IPv6 && !HostHeader.StartsWith('['))
            HostHeader = url.Authority;
    }

    /// <summary>The proxy its requests go through; null for none.</summary>
    public Origin? Proxy { get; }

    /// <summary>True when requests name the whole URL, because a proxy reads them (RFC 9112 §3.2.2).</summary>
    public bool NeedsWholeUrl => Proxy is not null && !NeedsTunnel;

    /// <summary>True when the proxy has to let bytes through that it cannot read.</summary>
    public bool NeedsTunnel => Proxy is not null && (IsTls || _isForSockets);

    public string Scheme { get; }

    public string Host { get; }

    public int Port { get; }

    public string HostHeader { get; }

    public bool IsTls => Scheme == Uri.UriSchemeHttps;

    public bool Is(Uri url) => url.Scheme == Scheme && url.Port == Port && url.IdnHost.Equals(Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>The addresses of the host, asked of the resolver at most every 30 s.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellation)
    {
        if (Environment.TickCount64 - Volatile.Read(ref _resolvedAtMs) < FreshForMs)
            return _addresses;
        _addresses = IPAddress.TryParse(Host.Trim('[', ']'), out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(Host, cancellation);
        Volatile.Write(ref _resolvedAtMs, Environment.TickCount64);
        return _addresses;
    }

    /// <summary>The same origin for WebSockets, which a proxy does not read (RFC 6455 §4.1).</summary>
    public Origin ForSockets(string? proxy) =>
        proxy is null ? this : new Origin(UrlOf("/"), new Origin(new Uri(proxy), null)) { _isForSockets = true };

    /// <summary>The URL of a path here.</summary>
    public Uri UrlOf(string path) => new(ToString() + path);

    public override string ToString() => $"{Scheme}://{HostHeader}";
}
