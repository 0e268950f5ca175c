using Loadstone.Measurement;

namespace Loadstone.LoadEngine.Tests;

/// <summary>What the machine that makes the load tells of itself.</summary>
public sealed class HostWatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loadstone-proc").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shares_of_the_CPU_and_what_went_through_the_network_are_those_since_the_last_look()
    {
        Write(user: 100, system: 50, idle: 850, received: 1000, sent: 500);
        var watch = new HostWatch(_folder);
        Write(user: 130, system: 60, idle: 910, received: 4000, sent: 700);
        var host = watch.SinceLast()!;

        Assert.Equal((30, 10, 2), (host.CpuUserPercent, host.CpuSystemPercent, host.Cores));
        Assert.Equal(new NetworkCounts(3000, 200, 0, 0, 0, 0), host.Network);
        Assert.Equal((1.25, 8_192_000, 2_048_000, 75), (host.LoadAverage, host.MemoryTotalBytes, host.MemoryFreeBytes, host.MemoryUsedPercent));
        Assert.Equal(default, watch.SinceLast()!.Network);
    }

    [Fact]
    public void Where_the_machine_tells_nothing_nothing_is_known() => Assert.Null(new HostWatch(_folder).SinceLast());

    [Fact]
    public void A_file_that_is_cut_short_or_no_text_at_all_breaks_nothing()
    {
        Write(1, 1, 1, 1, 1);
        foreach (var (name, text) in new[] { ("stat", "cpu  12 nonsense\ncpu0"), ("net/dev", "eth0\neth1: x y\n:\n"), ("loadavg", ""), ("meminfo", "MemTotal:") })
            File.WriteAllText(Path.Combine(_folder, name), text);
        var host = new HostWatch(_folder).SinceLast()!;

        Assert.Equal((0, 0, 0, 0), (host.CpuUserPercent, host.LoadAverage, host.MemoryTotalBytes, host.MemoryUsedPercent));
    }

    [Fact]
    public void This_machine_is_seen_as_it_is()
    {
        var host = new HostWatch().SinceLast()!;

        Assert.True(host.Cores >= Environment.ProcessorCount);
        Assert.InRange(host.MemoryFreeBytes, 1, host.MemoryTotalBytes);
        Assert.InRange(host.HeapBytes, 1, host.MemoryTotalBytes);
    }

    [Fact]
    public void A_look_allocates_next_to_nothing()
    {
        var watch = new HostWatch();
        watch.SinceLast();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            watch.SinceLast();

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 4096);
    }

    private void Write(long user, long system, long idle, long received, long sent)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "net"));
        File.WriteAllText(Path.Combine(_folder, "stat"), $"cpu  {user} 0 {system} {idle} 0 0 0 0 0 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 5\n");
        File.WriteAllText(Path.Combine(_folder, "loadavg"), "1.25 0.50 0.10 1/100 4711\n");
        File.WriteAllText(Path.Combine(_folder, "meminfo"), "MemTotal:        8000 kB\nMemFree:  10 kB\nMemAvailable:    2000 kB\n");
        File.WriteAllText(Path.Combine(_folder, "net/dev"),
            "Inter-|   Receive  |  Transmit\n face |bytes packets\n    lo: 999999 1 0 0 0 0 0 0 999999 1 0 0 0 0 0 0\n"
            + $"  eth0: {received} 7 0 0 0 0 0 0 {sent} 5 0 0 0 0 0 0\n");
    }
}
