namespace Loadstone.Local.Tests;

/// <summary>The ports that platforms are started on.</summary>
public sealed class PortsTests
{
    [Fact]
    public void No_port_is_picked_twice_and_none_that_an_outgoing_connection_could_take()
    {
        var picked = Enumerable.Range(0, 300).AsParallel().WithDegreeOfParallelism(8).Select(_ => Ports.PickFree()).ToList();
        var firstOfTheKernels = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0], System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(picked.Count, picked.Distinct().Count());
        Assert.All(picked, port => Assert.InRange(port, 1024, firstOfTheKernels - 1));
    }
}
