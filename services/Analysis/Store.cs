using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis;

/// <summary>What this service keeps: a judgement for each run, its reports, and what the run was asked to do.</summary>
internal static class Store
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var postgres = builder.Required("LOADSTONE_POSTGRES");
        builder.Services.AddMarten(options =>
        {
            options.Connection(postgres);
            options.DatabaseSchemaName = "analysis";
            options.Events.MetadataConfig.EnableAll();
            options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.SnakeCase, json => WireJson.ConfigureTransport(json));
            options.Events.MapEventType<RunJudged>("run_judged");
            options.Projections.Snapshot<Judgement>(SnapshotLifecycle.Inline);
            options.Schema.For<Report>().Index(r => r.ExecutionId);
        }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup()
            .AddAsyncDaemon(DaemonMode.HotCold).AddSubscriptionWithServices<Announcer>(ServiceLifetime.Scoped);
        builder.Services.AddPostgresHealth(postgres);
    }
}
