using System.Reflection;
using System.Runtime.InteropServices;
using Loadstone.Contracts;

namespace Loadstone.Worker;

/// <summary>Who this worker is. The id is the process's: a restarted worker is a new one, and never runs the old one's shards.</summary>
/// <param name="Id">Made anew at each start.</param>
/// <param name="Name">For people; <c>LOADSTONE_WORKER_NAME</c>, or the host's.</param>
/// <param name="Region"><c>LOADSTONE_WORKER_REGION</c>, or <c>local</c>.</param>
/// <param name="CapacityUsers">The most virtual users it takes on; <c>LOADSTONE_WORKER_CAPACITY</c>.</param>
/// <param name="DataFolder">Where its spool is; <c>LOADSTONE_DATA</c>.</param>
public sealed record WorkerIdentity(Guid Id, string Name, string Region, int CapacityUsers, string DataFolder)
{
    private const int UsualCapacity = 20_000;

    public static WorkerIdentity From(IConfiguration settings) => new(
        Guid.NewGuid(),
        settings["LOADSTONE_WORKER_NAME"] ?? Environment.MachineName,
        settings["LOADSTONE_WORKER_REGION"] ?? "local",
        settings.GetValue("LOADSTONE_WORKER_CAPACITY", UsualCapacity),
        settings["LOADSTONE_DATA"] ?? Path.Combine(AppContext.BaseDirectory, "data"));

    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(WorkerIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>What this process runs on, and how much of it it may use.</summary>
    public static WorkerHardware Hardware { get; } = new(
        CpuName(), Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);

    private static string CpuName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
