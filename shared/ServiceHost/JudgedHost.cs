using System.Net;
using System.Net.Sockets;
using Loadstone.Plans;

namespace Loadstone.ServiceHost;

/// <summary>A host that somebody named, connected to only where <see cref="TargetPolicy"/> allows it, judged anew at every connect.</summary>
/// <param name="policy">The rules.</param>
/// <param name="url">Where it is.</param>
public sealed class JudgedHost(TargetPolicy policy, Uri url)
{
    private readonly int _port = TargetProbe.PortOf(url);
    private HashSet<AddressKind>? _kinds;

    /// <summary>Where the name leads now.</summary>
    /// <exception cref="TargetRefusedException">Nothing may connect there.</exception>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(CancellationToken cancellation)
    {
        var host = url.IdnHost.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await policy.Resolve(host, cancellation).WaitAsync(cancellation);
        if (policy.Refusal(addresses, _port, _kinds) is { } refusal)
            throw new TargetRefusedException(refusal);
        _kinds ??= [.. addresses.Select(policy.KindOf)];
        return [.. addresses.Select(address => new IPEndPoint(address, _port))];
    }

    /// <summary>A connection to the first address that answers, the caller's to close.</summary>
    /// <exception cref="TargetRefusedException">Nothing may connect there.</exception>
    /// <exception cref="SocketException">Nobody answers.</exception>
    public async Task<NetworkStream> ConnectAsync(CancellationToken cancellation)
    {
        var ends = await ResolveAsync(cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. ends.Select(e => e.Address)], _port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A client for this host alone: it follows nobody elsewhere, and keeps no cookies. The caller's to dispose.</summary>
    /// <param name="patience">How long a request may take.</param>
    public HttpClient Client(TimeSpan patience) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16,
        ConnectCallback = async (_, cancellation) => await ConnectAsync(cancellation),
    })
    {
        Timeout = patience,
    };
}

/// <summary>Nothing may connect there; the message is to be read after the name of the target.</summary>
public sealed class TargetRefusedException(string reason) : Exception(reason);
