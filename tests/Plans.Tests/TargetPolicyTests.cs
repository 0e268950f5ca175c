using System.Net;

namespace Loadstone.Plans.Tests;

/// <summary>Which addresses a run may reach, in whatever form they are written.</summary>
public sealed class TargetPolicyTests
{
    private static readonly TargetPolicy Usual = new();

    [Theory]
    [InlineData("93.184.216.34", AddressKind.Public)]
    [InlineData("2606:4700::1", AddressKind.Public)]
    [InlineData("64:ff9b::5db8:d822", AddressKind.Public)]
    [InlineData("10.1.2.3", AddressKind.Private)]
    [InlineData("172.31.255.255", AddressKind.Private)]
    [InlineData("172.32.0.0", AddressKind.Public)]
    [InlineData("192.168.0.1", AddressKind.Private)]
    [InlineData("100.64.0.1", AddressKind.Private)]
    [InlineData("fd12:3456::1", AddressKind.Private)]
    [InlineData("::ffff:10.0.0.1", AddressKind.Private)]
    [InlineData("127.0.0.1", AddressKind.Loopback)]
    [InlineData("127.255.0.9", AddressKind.Loopback)]
    [InlineData("::1", AddressKind.Loopback)]
    [InlineData("::ffff:127.0.0.1", AddressKind.Loopback)]
    [InlineData("169.254.169.254", AddressKind.Never)]
    [InlineData("::ffff:169.254.169.254", AddressKind.Never)]
    [InlineData("::169.254.169.254", AddressKind.Never)]
    [InlineData("64:ff9b::a9fe:a9fe", AddressKind.Never)]
    [InlineData("64:ff9b:1::a00:1", AddressKind.Never)]
    [InlineData("2002:7f00:1::", AddressKind.Never)]
    [InlineData("::127.0.0.1", AddressKind.Never)]
    [InlineData("fd00:ec2::254", AddressKind.Never)]
    [InlineData("100.100.100.200", AddressKind.Never)]
    [InlineData("168.63.129.16", AddressKind.Never)]
    [InlineData("fe80::1", AddressKind.Never)]
    [InlineData("fe80::1%2", AddressKind.Never)]
    [InlineData("0.0.0.0", AddressKind.Never)]
    [InlineData("0.1.2.3", AddressKind.Never)]
    [InlineData("::", AddressKind.Never)]
    [InlineData("224.0.0.251", AddressKind.Never)]
    [InlineData("ff02::1", AddressKind.Never)]
    [InlineData("255.255.255.255", AddressKind.Never)]
    [InlineData("240.0.0.1", AddressKind.Never)]
    public void An_address_is_known_for_what_it_is(string address, AddressKind kind) => Assert.Equal(kind, AddressKinds.Of(IPAddress.Parse(address)));

    [Fact]
    public void This_machine_is_a_target_only_when_the_operator_says_so()
    {
        Assert.Contains("which the operator of this platform has not allowed", Usual.Refusal(IPAddress.Loopback, 80), StringComparison.Ordinal);
        Assert.Null((Usual with { AllowLoopback = true }).Refusal(IPAddress.Loopback, 80));
        var own = Usual with { IsOwn = IPAddress.Parse("192.168.7.7").Equals };
        Assert.NotNull(own.Refusal(IPAddress.Parse("::ffff:192.168.7.7"), 80));
        Assert.Null((own with { AllowLoopback = true }).Refusal(IPAddress.Parse("192.168.7.7"), 80));
    }

    [Fact]
    public void Private_networks_are_targets_unless_the_operator_says_not()
    {
        Assert.Null(Usual.Refusal(IPAddress.Parse("10.0.0.1"), 80));
        Assert.NotNull((Usual with { AllowPrivate = false }).Refusal(IPAddress.Parse("10.0.0.1"), 80));
    }

    [Fact]
    public void Metadata_addresses_and_ports_of_the_platform_are_never_targets_whatever_is_allowed()
    {
        var open = Usual with { AllowLoopback = true, IsPlatform = (address, port) => IPAddress.IsLoopback(address) && port == 5432 };
        Assert.Contains("never a system under test", open.Refusal(IPAddress.Parse("169.254.169.254"), 80), StringComparison.Ordinal);
        Assert.Contains("a port of the platform itself", open.Refusal(IPAddress.Parse("127.0.0.9"), 5432), StringComparison.Ordinal);
        Assert.Contains("a port of the platform itself", open.Refusal(IPAddress.Parse("::ffff:127.0.0.1"), 5432), StringComparison.Ordinal);
        Assert.Null(open.Refusal(IPAddress.Loopback, 5433));
    }

    [Fact]
    public void One_address_that_must_not_be_reached_among_many_is_enough()
    {
        IPAddress[] found = [IPAddress.Parse("93.184.216.34"), IPAddress.Parse("169.254.169.254")];
        Assert.Contains("169.254.169.254", Usual.Refusal(found, 80, before: null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_was_public_may_not_lead_inside_later()
    {
        IPAddress[] inside = [IPAddress.Parse("10.0.0.1")];
        Assert.Null(Usual.Refusal(inside, 80, before: null));
        Assert.Null(Usual.Refusal(inside, 80, new HashSet<AddressKind> { AddressKind.Private }));
        Assert.Contains("led elsewhere when the run began", Usual.Refusal(inside, 80, new HashSet<AddressKind> { AddressKind.Public }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_ones_own_has_no_limits() => Assert.Null(TargetPolicy.Unlimited.Refusal(IPAddress.Parse("169.254.1.1"), 80));
}
