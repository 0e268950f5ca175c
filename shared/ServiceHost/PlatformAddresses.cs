using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Loadstone.Plans;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Loadstone.ServiceHost;

/// <summary>
/// Where the platform itself listens, as this process is told by its settings: every <c>LOADSTONE_…_URL</c>, the database, the
/// broker, the telemetry collector, and <c>LOADSTONE_PLATFORM_ADDRESSES</c> (host:port, with commas) for what it is not told
/// otherwise. No run, probe or webhook may go there.
/// </summary>
public sealed class PlatformAddresses
{
    private readonly HashSet<IPEndPoint> _ends;
    private readonly HashSet<int> _portsHere;
    private readonly HashSet<IPAddress> _own;

    private PlatformAddresses(HashSet<IPEndPoint> ends, HashSet<IPAddress> own)
    {
        (_ends, _own) = (ends, own);
        _portsHere = [.. ends.Where(e => IsHere(e.Address)).Select(e => e.Port)];
    }

    /// <summary>Which addresses may be reached from here: <c>LOADSTONE_ALLOW_LOOPBACK</c> (false), <c>LOADSTONE_ALLOW_PRIVATE</c> (true).</summary>
    public static async Task<TargetPolicy> PolicyAsync(IConfiguration settings, CancellationToken cancellation)
    {
        var platform = await ReadAsync(settings, cancellation);
        return new TargetPolicy
        {
            AllowLoopback = settings.GetValue("LOADSTONE_ALLOW_LOOPBACK", false),
            AllowPrivate = settings.GetValue("LOADSTONE_ALLOW_PRIVATE", true),
            IsPlatform = platform.Has,
            IsOwn = platform._own.Contains,
        };
    }

    /// <summary>Reads the settings and resolves the names in them; a name that does not resolve now is left out.</summary>
    public static async Task<PlatformAddresses> ReadAsync(IConfiguration settings, CancellationToken cancellation)
    {
        var named = PlacesIn(settings).Distinct().ToList();
        var found = await Task.WhenAll(named.Select(async place =>
            (await ResolveAsync(place.Host, cancellation)).Select(address => new IPEndPoint(Plain(address), place.Port))));
        return new PlatformAddresses([.. found.SelectMany(ends => ends)], [.. OwnAddresses()]);
    }

    /// <summary>Whether the platform listens there. What listens on this machine listens on every address of it.</summary>
    public bool Has(IPAddress address, int port) =>
        _ends.Contains(new IPEndPoint(Plain(address), port)) || (_portsHere.Contains(port) && IsHere(Plain(address)));

    private bool IsHere(IPAddress address) => IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || _own.Contains(address);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IEnumerable<(string Host, int Port)> PlacesIn(IConfiguration settings)
    {
        var urls = settings.AsEnumerable().Where(s => s.Key is "LOADSTONE_RABBITMQ" or "OTEL_EXPORTER_OTLP_ENDPOINT" or "URLS"
            || (s.Key.StartsWith("LOADSTONE_", StringComparison.Ordinal) && s.Key.EndsWith("_URL", StringComparison.Ordinal)));
        foreach (var text in urls.SelectMany(s => (s.Value ?? "").Split(';')))
        {
            // Kestrel's way to say "everywhere".
            if (Uri.TryCreate(text.Replace("//+", "//0.0.0.0", StringComparison.Ordinal).Replace("//*", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url))
                yield return (url.IdnHost.Trim('[', ']'), url.IsDefaultPort && url.Scheme == "amqp" ? 5672 : url.Port);
        }

        if (settings["LOADSTONE_POSTGRES"] is { Length: > 0 } postgres && new NpgsqlConnectionStringBuilder(postgres) is { Host: { } hosts } connection)
        {
            foreach (var host in hosts.Split(','))
                yield return PlaceOf(host, connection.Port);
        }

        foreach (var place in (settings["LOADSTONE_PLATFORM_ADDRESSES"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            yield return PlaceOf(place, 0);
    }

    private static (string Host, int Port) PlaceOf(string text, int usualPort) => Uri.TryCreate($"tcp://{text}", UriKind.Absolute, out var url)
        ? (url.IdnHost.Trim('[', ']'), url.Port < 0 ? usualPort : url.Port)
        : (text, usualPort);

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return [];
        }
    }

    private static IEnumerable<IPAddress> OwnAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(u => Plain(u.Address)).Where(a => !IPAddress.IsLoopback(a));
}
