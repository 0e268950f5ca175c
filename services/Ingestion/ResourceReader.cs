using System.Text.Json;
using Loadstone.Measurement;
using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

/// <summary>How the machines of a run fared (requirements R2.23): those that made the load, and what probes told of the others.</summary>
public sealed class ResourceReader(Database database, RunReader runs)
{
    /// <summary>Every machine and every probe, by stretches of so many seconds.</summary>
    /// <exception cref="RefusalException">404 when there is no such run.</exception>
    public async Task<IReadOnlyList<ResourceSample>> OfRunAsync(Guid execution, int seconds, CancellationToken cancellation)
    {
        await runs.MustExistAsync(execution, cancellation);
        var told = await ToldAsync(execution, cancellation);
        var hosts = told.Where(t => t.Host is not null).ToLookup(t => (t.Shard, StretchOf(t.Second)), t => t.Host!);
        var workers = (await OfWorkersAsync(execution, seconds, cancellation))
            .Select(s => hosts[(s.Shard, s.TimestampOffset)].ToList() is { Count: > 0 } some ? s with { Host = HostSample.Of(HostReading.Of(some)) } : s);
        var probes = told.SelectMany(t => t.Probes.Select(p => (Name: p.Key, t.Shard, Stretch: StretchOf(t.Second), Reading: p.Value)))
            .GroupBy(p => (p.Name, p.Shard, p.Stretch))
            .Select(p => ResourceSample.Of(p.Key.Name, p.Key.Shard, p.Key.Stretch, p.Select(one => one.Reading).Aggregate((a, b) => a.And(b))));
        return [.. workers.Concat(probes).OrderBy(s => s.TimestampOffset)];

        int StretchOf(int second) => second / seconds * seconds;
    }

    private async Task<List<ResourceSample>> OfWorkersAsync(Guid execution, int seconds, CancellationToken cancellation)
    {
        await using var command = database.Command(Database.Script("read_workers"), execution, seconds);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var samples = new List<ResourceSample>();
        while (await reader.ReadAsync(cancellation))
        {
            samples.Add(new ResourceSample(
                "worker", reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), Round(reader.GetDouble(3)), Round(reader.GetDouble(4)), reader.GetInt64(5),
                Round(reader.GetDouble(6)), Round(reader.GetDouble(7)), Round(reader.GetDouble(8))));
        }

        return samples;
    }

    private async Task<List<Told>> ToldAsync(Guid execution, CancellationToken cancellation)
    {
        await using var command = database.Command(Database.Script("read_hosts"), execution);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var told = new List<Told>();
        while (await reader.ReadAsync(cancellation))
        {
            told.Add(new Told(
                reader.GetInt32(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : JsonSerializer.Deserialize<HostReading>(reader.GetString(3)),
                reader.IsDBNull(4) ? [] : JsonSerializer.Deserialize<Dictionary<string, ProbeReading>>(reader.GetString(4))!));
        }

        return told;
    }

    private static double Round(double value) => Math.Round(value, 2);

    private sealed record Told(int Shard, int Second, HostReading? Host, Dictionary<string, ProbeReading> Probes);
}

/// <summary>One machine, or one probe, in one stretch of a run. Times are ms, CPU %, memory bytes.</summary>
public sealed record ResourceSample(
    string Kind, string Source, int Shard, int TimestampOffset, double? CpuUsage = null, double? PeakCpuUsage = null, long? MemoryUsage = null,
    double? GcPauseMs = null, double? LoopDelayMs = null, double? PoolDelayMs = null, HostSample? Host = null, ProbeReading? Probe = null)
{
    public static ResourceSample Of(string probe, int shard, int offset, ProbeReading reading) => new(
        "probe", probe, shard, offset, reading.Metrics.GetValueOrDefault("cpu_usage")?.Avg, reading.Metrics.GetValueOrDefault("cpu_usage")?.Max,
        (long?)reading.Metrics.GetValueOrDefault("memory_usage")?.Max, Probe: reading);
}

/// <summary>A machine as a whole, whatever else runs on it.</summary>
public sealed record HostSample(
    double CpuUser, double CpuSystem, double LoadAverage, int Cores, long MemoryTotal, long MemoryFree, double MemoryUsedPercent, long HeapUsage,
    NetworkCounts Network, IReadOnlyDictionary<string, int> Connections)
{
    public static HostSample Of(HostReading host) => new(
        Math.Round(host.CpuUserPercent, 2), Math.Round(host.CpuSystemPercent, 2), Math.Round(host.LoadAverage, 2), host.Cores, host.MemoryTotalBytes, host.MemoryFreeBytes,
        Math.Round(host.MemoryUsedPercent, 2), host.HeapBytes, host.Network, host.Connections);
}

/// <summary>One machine, or one probe, over a whole run.</summary>
public sealed record ResourceSummary(
    string Kind, string Source, double? AvgCpuUsage, double? PeakCpuUsage, long? PeakMemoryUsage, double? GcPauseMs, double? PeakLoopDelayMs, double? PeakPoolDelayMs,
    ProbeReading? Probe)
{
    public static ResourceSummary Of(IEnumerable<ResourceSample> samples)
    {
        var all = samples.ToList();
        return new ResourceSummary(
            all[0].Kind, all[0].Source, all.Average(s => s.CpuUsage) is { } mean ? Math.Round(mean, 2) : null, all.Max(s => s.PeakCpuUsage), all.Max(s => s.MemoryUsage),
            all[0].GcPauseMs is null ? null : Math.Round(all.Sum(s => s.GcPauseMs)!.Value, 2), all.Max(s => s.LoopDelayMs), all.Max(s => s.PoolDelayMs),
            all.Select(s => s.Probe).Aggregate((a, b) => a is null || b is null ? a ?? b : a.And(b)));
    }
}

[Envelope]
internal sealed record ResourcesAnswer(bool Success, IReadOnlyList<ResourceSample> Samples, IReadOnlyList<ResourceSummary> Summary);
