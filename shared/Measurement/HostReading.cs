namespace Loadstone.Measurement;

/// <summary>How the machine of a load generator fared in one second, other programs on it included, as its kernel tells.</summary>
/// <param name="CpuUserPercent">CPU spent on programs, in % of all cores.</param>
/// <param name="CpuSystemPercent">CPU spent in the kernel, in % of all cores.</param>
/// <param name="LoadAverage">Tasks that ran or waited for a core, over the last minute.</param>
/// <param name="Cores">Cores of the machine.</param>
/// <param name="MemoryTotalBytes">Memory of the machine, in bytes.</param>
/// <param name="MemoryFreeBytes">What of it programs could still get, in bytes.</param>
/// <param name="HeapBytes">The managed heap of the generator's process, in bytes; its resident memory is in <see cref="GeneratorHealth"/>.</param>
/// <param name="Network">What went through the machine's network interfaces, its loopback among them.</param>
public sealed record HostReading(
    double CpuUserPercent, double CpuSystemPercent, double LoadAverage, int Cores, long MemoryTotalBytes, long MemoryFreeBytes, long HeapBytes, NetworkCounts Network)
{
    /// <summary>Memory that is in use, in % of all.</summary>
    public double MemoryUsedPercent => MemoryTotalBytes == 0 ? 0 : 100.0 * (MemoryTotalBytes - MemoryFreeBytes) / MemoryTotalBytes;

    /// <summary>The generator's open connections by what they are for: <c>http</c>, <c>websocket</c>, <c>database</c>, <c>redis</c>, <c>broker</c>.</summary>
    public Dictionary<string, int> Connections { get; init; } = [];

    /// <summary>Some seconds as one: means of what is a share, the most of connections and memory in use, and all that went through the network.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static HostReading Of(IReadOnlyList<HostReading> seconds) => new(
        seconds.Average(s => s.CpuUserPercent), seconds.Average(s => s.CpuSystemPercent), seconds.Average(s => s.LoadAverage), seconds[^1].Cores,
        seconds[^1].MemoryTotalBytes, seconds.Min(s => s.MemoryFreeBytes), seconds.Max(s => s.HeapBytes),
        seconds.Aggregate(default(NetworkCounts), (sum, s) => sum + s.Network))
    {
        Connections = seconds.SelectMany(s => s.Connections).GroupBy(c => c.Key).ToDictionary(c => c.Key, c => c.Max(kind => kind.Value)),
    };
}

/// <summary>What went through a machine's network in a stretch of time.</summary>
/// <param name="BytesReceived">Bytes that came.</param>
/// <param name="BytesSent">Bytes that went.</param>
/// <param name="PacketsReceived">Packets that came.</param>
/// <param name="PacketsSent">Packets that went.</param>
/// <param name="Errors">Packets that were broken, either way.</param>
/// <param name="Drops">Packets that were thrown away, either way.</param>
public readonly record struct NetworkCounts(long BytesReceived, long BytesSent, long PacketsReceived, long PacketsSent, long Errors, long Drops)
{
    /// <summary>The sum of two stretches.</summary>
    public static NetworkCounts operator +(NetworkCounts a, NetworkCounts b) => Add(a, b);

    /// <summary>The sum of two stretches.</summary>
    public static NetworkCounts Add(NetworkCounts a, NetworkCounts b) => new(
        a.BytesReceived + b.BytesReceived, a.BytesSent + b.BytesSent, a.PacketsReceived + b.PacketsReceived, a.PacketsSent + b.PacketsSent,
        a.Errors + b.Errors, a.Drops + b.Drops);

    /// <summary>What was counted since an earlier count; nothing where a counter was begun anew.</summary>
    public NetworkCounts Since(NetworkCounts before) => new(
        Math.Max(0, BytesReceived - before.BytesReceived), Math.Max(0, BytesSent - before.BytesSent), Math.Max(0, PacketsReceived - before.PacketsReceived),
        Math.Max(0, PacketsSent - before.PacketsSent), Math.Max(0, Errors - before.Errors), Math.Max(0, Drops - before.Drops));
}
