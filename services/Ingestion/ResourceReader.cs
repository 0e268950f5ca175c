using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

/// <summary>How the machines of a run fared (requirements R2.23): so far those that made the load.</summary>
public sealed class ResourceReader(Database database, RunReader runs)
{
    /// <exception cref="RefusalException">404 when there is no such run.</exception>
    public async Task<IReadOnlyList<ResourceSample>> OfWorkersAsync(Guid execution, int seconds, CancellationToken cancellation)
    {
        await runs.MustExistAsync(execution, cancellation);
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

    private static double Round(double value) => Math.Round(value, 2);
}

/// <summary>One machine in one stretch of a run. Times are ms, CPU %, memory bytes.</summary>
public sealed record ResourceSample(
    string Kind, string Source, int Shard, int TimestampOffset, double CpuUsage, double PeakCpuUsage, long MemoryUsage, double GcPauseMs, double LoopDelayMs,
    double PoolDelayMs);

/// <summary>One machine over a whole run.</summary>
public sealed record ResourceSummary(
    string Kind, string Source, double AvgCpuUsage, double PeakCpuUsage, long PeakMemoryUsage, double GcPauseMs, double PeakLoopDelayMs, double PeakPoolDelayMs)
{
    public static ResourceSummary Of(IEnumerable<ResourceSample> samples)
    {
        var all = samples.ToList();
        return new ResourceSummary(
            all[0].Kind, all[0].Source, Math.Round(all.Average(s => s.CpuUsage), 2), all.Max(s => s.PeakCpuUsage), all.Max(s => s.MemoryUsage),
            Math.Round(all.Sum(s => s.GcPauseMs), 2), all.Max(s => s.LoopDelayMs), all.Max(s => s.PoolDelayMs));
    }
}

[Envelope]
internal sealed record ResourcesAnswer(bool Success, IReadOnlyList<ResourceSample> Samples, IReadOnlyList<ResourceSummary> Summary);
