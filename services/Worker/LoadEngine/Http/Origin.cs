using System.Net;
using System.Net.Sockets;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Http;

/// <summary>
/// A scheme, host and port that requests may go to (RFC 6454), with its resolved addresses. Every connection of every protocol
/// asks here where to connect to, so here is where addresses are judged.
/// </summary>
internal sealed class Origin
{
    private readonly TargetPolicy _policy;
    private bool _isForSockets;
    private Resolved? _resolved;

    // What kinds of address the name led to at first. Any lane may be the one to ask first.
    private IReadOnlySet<AddressKind>? _kinds;

    /// <param name="url">Any URL of the origin.</param>
    /// <param name="proxy">The proxy its requests go through; null for none.</param>
    /// <param name="policy">Which addresses it may lead to.</param>
    public Origin(Uri url, Origin? proxy, TargetPolicy policy)
    {
        (Proxy, _policy) = (proxy, policy);
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

    /// <summary>True when connections to that host and port are this origin's.</summary>
    public bool Listens(string host, int port) => port == Port && host.Trim('[', ']').Equals(Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);

    /// <summary>Where connections are made to: the proxy, or the origin itself.</summary>
    public Origin FirstHop => Proxy ?? this;

    /// <summary>True when its addresses were looked at just now, and will do.</summary>
    public bool IsJudged => Volatile.Read(ref _resolved) is { Refusal: null } known && IsFresh(known);

    /// <summary>True when that is one of the addresses found, with this origin's port.</summary>
    public bool Has(IPEndPoint end) => end.Port == Port && Volatile.Read(ref _resolved) is { Refusal: null } known
        && known.Found.Any(a => a.MapToIPv6().Equals(end.Address.MapToIPv6()));

    /// <summary>The addresses of the host, asked of the resolver and judged now and then.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    /// <exception cref="AddressRefusedException">It leads where nothing may be sent.</exception>
    public ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellation) =>
        Volatile.Read(ref _resolved) is { } known && IsFresh(known)
            ? new(known.Addresses())
            : ResolveAnewAsync(cancellation);

    /// <summary>The same origin for WebSockets, which a proxy does not read (RFC 6455 §4.1).</summary>
    public Origin ForSockets(string? proxy) =>
        proxy is null ? this : new Origin(UrlOf("/"), new Origin(new Uri(proxy), null, _policy), _policy) { _isForSockets = true };

    /// <summary>The URL of a path here.</summary>
    public Uri UrlOf(string path) => new(ToString() + path);

    /// <summary>The URL of a path here, by the first of the addresses instead of the name.</summary>
    public Uri UrlAt(string path) => Volatile.Read(ref _resolved) is { Refusal: null } known
        ? new UriBuilder(UrlOf(path)) { Host = known.Found[0].ToString() }.Uri
        : UrlOf(path);

    public override string ToString() => $"{Scheme}://{HostHeader}";

    private bool IsFresh(Resolved known) => Environment.TickCount64 - known.AtMs < _policy.AskAgainAfter.TotalMilliseconds;

    private async ValueTask<IPAddress[]> ResolveAnewAsync(CancellationToken cancellation)
    {
        var found = IPAddress.TryParse(Host.Trim('[', ']'), out var literal) ? [literal] : await _policy.Resolve(Host, cancellation);
        if (found.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        var refusal = _policy.Refusal(found, Port, Volatile.Read(ref _kinds));
        if (refusal is null)
            Interlocked.CompareExchange(ref _kinds, found.Select(_policy.KindOf).ToHashSet(), null);
        var resolved = new Resolved(found, refusal is null ? null : $"{this} {refusal}", Environment.TickCount64);
        Volatile.Write(ref _resolved, resolved);
        return resolved.Addresses();
    }

    // A refusal is remembered too: a resolver is not to be asked for every request that is refused.
    private sealed record Resolved(IPAddress[] Found, string? Refusal, long AtMs)
    {
        public IPAddress[] Addresses() => Refusal is null ? Found : throw new AddressRefusedException(Refusal);
    }
}

/// <summary>A name leads to an address that no request may go to; the message is the sentence that says so.</summary>
internal sealed class AddressRefusedException(string sentence) : Exception(sentence);
