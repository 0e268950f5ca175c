using System.Buffers.Text;
using Loadstone.Measurement;

namespace Loadstone.LoadEngine;

/// <summary>
/// Watches the machine that the load is made on, by what Linux tells of it in /proc (proc(5)); elsewhere it sees nothing. Used by one
/// task. A look allocates next to nothing: a heap that grows by watching would be watched.
/// </summary>
internal sealed class HostWatch
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly string _folder;
    private CpuTicks _cpu;
    private NetworkCounts _network;

    /// <param name="folder">Where the kernel's files are.</param>
    public HostWatch(string folder = "/proc")
    {
        _folder = folder;
        (_cpu, _network) = (ReadCpu(), ReadNetwork());
    }

    /// <summary>How the machine fared since the last time this was asked; null where that cannot be known.</summary>
    public HostReading? SinceLast()
    {
        var (cpu, network) = (ReadCpu(), ReadNetwork());
        var (ticks, traffic) = (cpu.Since(_cpu), network.Since(_network));
        (_cpu, _network) = (cpu, network);
        var memory = Read("meminfo");
        if (memory.IsEmpty)
            return null;
        var (total, free) = (ValueOf(memory, "MemTotal:"u8) * 1024, ValueOf(memory, "MemAvailable:"u8) * 1024);
        return new HostReading(
            ticks.PercentOf(ticks.User), ticks.PercentOf(ticks.System), ReadLoad(), cpu.Cores, total, free, GC.GetTotalMemory(forceFullCollection: false), traffic);
    }

    private CpuTicks ReadCpu()
    {
        var text = Read("stat");
        if (!text.StartsWith("cpu "u8))
            return default;
        // user nice system idle iowait irq softirq steal
        Span<long> ticks = stackalloc long[8];
        Numbers(LineAt(text, 4), ticks);
        var all = 0L;
        foreach (var some in ticks)
            all += some;
        var cores = 0;
        for (var rest = text; rest.StartsWith("cpu"u8); rest = rest[Math.Min(rest.Length, LineAt(rest, 0).Length + 1)..])
            cores++;
        return new CpuTicks(ticks[0] + ticks[1], ticks[2] + ticks[5] + ticks[6], all, cores - 1);
    }

    private double ReadLoad() => Utf8Parser.TryParse(Read("loadavg"), out double load, out _) ? load : 0;

    private NetworkCounts ReadNetwork()
    {
        var counts = default(NetworkCounts);
        var text = Read("net/dev");
        for (var line = LineAt(text, 0); !text.IsEmpty; line = LineAt(text, 0))
        {
            text = text[Math.Min(text.Length, line.Length + 1)..];
            if (line.IndexOf((byte)':') is > 0 and var colon)
                counts += CountsOf(line[(colon + 1)..]);
        }

        return counts;
    }

    // bytes packets errs drop fifo frame compressed multicast, received and then sent
    private static NetworkCounts CountsOf(ReadOnlySpan<byte> line)
    {
        Span<long> counts = stackalloc long[16];
        Numbers(line, counts);
        return new NetworkCounts(counts[0], counts[8], counts[1], counts[9], counts[2] + counts[10], counts[3] + counts[11]);
    }

    private static void Numbers(ReadOnlySpan<byte> line, Span<long> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            line = line.TrimStart((byte)' ');
            if (!Utf8Parser.TryParse(line, out into[i], out var used))
                return;
            line = line[used..];
        }
    }

    private static long ValueOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart((byte)' '), out long value, out _) ? value : 0;
    }

    private static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> text, int from) =>
        text[from..].IndexOf((byte)'\n') is >= 0 and var length ? text.Slice(from, length) : text[from..];

    // Good until the next is read.
    private ReadOnlySpan<byte> Read(string name)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(_folder, name));
            return _buffer.AsSpan(0, RandomAccess.Read(file, _buffer, 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What the cores did since the machine started, in the kernel's ticks.</summary>
    private readonly record struct CpuTicks(long User, long System, long All, int Cores)
    {
        public CpuTicks Since(CpuTicks before) => new(User - before.User, System - before.System, All - before.All, Cores);

        public double PercentOf(long some) => All <= 0 ? 0 : Math.Clamp(100.0 * some / All, 0, 100);
    }
}
