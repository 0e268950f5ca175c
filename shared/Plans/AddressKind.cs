using System.Net;
using System.Net.Sockets;

namespace Loadstone.Plans;

/// <summary>What an address is to somebody who is about to put load on it.</summary>
public enum AddressKind
{
    /// <summary>Anywhere on the internet.</summary>
    Public,

    /// <summary>A network of somebody's own (RFC 1918, 4193, 6598, 2544): where staging systems usually are.</summary>
    Private,

    /// <summary>This very machine.</summary>
    Loopback,

    /// <summary>Never a system under test: link-local and metadata addresses, multicast, broadcast, unspecified, reserved.</summary>
    Never,
}

/// <summary>Tells what an address is, whatever form it is wrapped in.</summary>
public static class AddressKinds
{
    // The first that fits decides. What is not here is public.
    private static readonly (IPNetwork Network, AddressKind Kind)[] Known =
    [
        .. Of(AddressKind.Never, "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32"), // clouds' metadata
        .. Of(AddressKind.Never, "169.254.0.0/16", "fe80::/10", "0.0.0.0/8", "::/128", "224.0.0.0/4", "ff00::/8", "240.0.0.0/4"),
        .. Of(AddressKind.Never, "192.0.0.0/24", "192.88.99.0/24", "2001::/32", "100::/64"),
        .. Of(AddressKind.Loopback, "127.0.0.0/8", "::1/128"),
        .. Of(AddressKind.Private, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "fc00::/7", "fec0::/10"),
    ];

    // IPv6 addresses that lead to an IPv4 one, with the place it has in them: compatible (RFC 4291 §2.5.5.1), NAT64 (RFC 6052), 6to4 (RFC 3056).
    private static readonly (IPNetwork Network, int At)[] Wrapping =
        [(IPNetwork.Parse("::/96"), 12), (IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("64:ff9b:1::/48"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <summary>The kind of an address.</summary>
    public static AddressKind Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var (network, kind) in Known)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
                return kind;
        }

        // Nobody has a reason to write a private address in disguise.
        return Inside(address) is { } inside && Of(inside) != AddressKind.Public ? AddressKind.Never : AddressKind.Public;
    }

    /// <summary>The kind in words, as it stands in a sentence.</summary>
    public static string InWords(this AddressKind kind) => kind switch
    {
        AddressKind.Loopback => "an address of this machine itself",
        AddressKind.Private => "an address of a private network",
        AddressKind.Public => "a public address",
        _ => "an address that is never a system under test (link-local, metadata, multicast, broadcast or reserved)",
    };

    private static IPAddress? Inside(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return null;
        foreach (var (network, at) in Wrapping)
        {
            if (network.Contains(address))
                return new IPAddress(address.GetAddressBytes().AsSpan(at, 4));
        }

        return null;
    }

    private static IEnumerable<(IPNetwork Network, AddressKind Kind)> Of(AddressKind kind, params string[] networks) =>
        networks.Select(n => (IPNetwork.Parse(n), kind));
}
