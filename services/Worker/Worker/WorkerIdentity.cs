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
}
