using Loadstone.ServiceHost;

namespace Loadstone.Ingestion;

/// <summary>What of this service's tables is made of the stored windows and of what was told of runs.</summary>
internal static class ReadModels
{
    private static readonly string[] Run = ["execution_id"];

    private static readonly DerivedTable[] Tables =
    [
        new("ingestion.runs", Run, ["lease_holder", "lease_until"]),
        new("ingestion.shards", [.. Run, "shard"], []),
        new("ingestion.closed_seconds", [.. Run, "second"], []),
        new("ingestion.closed_stretches", [.. Run, "first_second"], []),
    ];

    public static IEnumerable<ReadModel> Of(IServiceProvider services) => [new ReadModel(Tables, services.GetRequiredService<RunsRebuild>().RunAsync)];
}
