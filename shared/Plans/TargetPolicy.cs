using System.Net;

namespace Loadstone.Plans;

/// <summary>
/// Which addresses requests may go to, whatever the name that led to them. Asked when a target is registered, before a run, and
/// at every connect.
/// </summary>
public sealed record TargetPolicy
{
    /// <summary>No limits: for a run of one's own, from one's own machine.</summary>
    public static readonly TargetPolicy Unlimited = new() { HasLimits = false };

    /// <summary>True when this machine may be a target: it is one in demonstrations and tests only.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>True when private networks may be targets, as they are where people test what is not public yet.</summary>
    public bool AllowPrivate { get; init; } = true;

    /// <summary>Whether the platform itself listens there.</summary>
    public Func<IPAddress, int, bool> IsPlatform { get; init; } = (_, _) => false;

    /// <summary>Whether an address is this machine's own, beside the loopback ones.</summary>
    public Func<IPAddress, bool> IsOwn { get; init; } = _ => false;

    /// <summary>How names become addresses.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>How long an answer of <see cref="Resolve"/> is good for.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromSeconds(30);

    private bool HasLimits { get; init; } = true;

    /// <summary>The kind of an address as this policy sees it.</summary>
    public AddressKind KindOf(IPAddress address) => IsOwn(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) ? AddressKind.Loopback : AddressKinds.Of(address);

    /// <summary>Why nothing may connect there, to be read after the name of the target; null when it may.</summary>
    public string? Refusal(IPAddress address, int port)
    {
        if (!HasLimits)
            return null;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IsPlatform(address, port))
            return $"leads to {new IPEndPoint(address, port)}, a port of the platform itself";
        var kind = KindOf(address);
        return kind switch
        {
            AddressKind.Public => null,
            AddressKind.Private when AllowPrivate => null,
            AddressKind.Loopback when AllowLoopback => null,
            AddressKind.Never => $"leads to {address}, {kind.InWords()}",
            _ => $"leads to {address}, {kind.InWords()}, which the operator of this platform has not allowed",
        };
    }

    /// <summary>The first reason against any of a name's addresses; null when all will do.</summary>
    /// <param name="addresses">What the name leads to now.</param>
    /// <param name="port">The port that would be connected to.</param>
    /// <param name="before">The kinds of address it led to at first; null when this is the first time.</param>
    public string? Refusal(IPAddress[] addresses, int port, IReadOnlySet<AddressKind>? before)
    {
        foreach (var address in addresses)
        {
            if (Refusal(address, port) is { } reason)
                return reason;
            // A name that is innocent when it is looked at and leads inside afterwards (DNS rebinding).
            if (HasLimits && before?.Contains(KindOf(address)) == false)
                return $"now leads to {address}, {KindOf(address).InWords()}, and led elsewhere when the run began";
        }

        return null;
    }
}
