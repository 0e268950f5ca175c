using Loadstone.Analysis.Baselines;
using Loadstone.Analysis.Benchmarks;
using Loadstone.Analysis.Reports;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Analysis;

/// <summary>What this service keeps: a judgement for each run, its reports, what the run was asked to do, benchmarks and baselines.</summary>
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
            MapEvents(options.Events);
            options.Projections.Snapshot<Judgement>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<Benchmark>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<Baseline>(SnapshotLifecycle.Inline);
            options.Schema.For<RunToJudge>().Index(r => r.ConfigurationId);
            options.Schema.For<Report>().Index(r => r.ExecutionId);
        }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup()
            .AddAsyncDaemon(DaemonMode.HotCold).AddSubscriptionWithServices<Announcer>(ServiceLifetime.Scoped);
        builder.Services.AddPostgresHealth(postgres);
    }

    private static void MapEvents(EventStoreOptions events)
    {
        events.MapEventType<RunJudged>("run_judged");
        events.MapEventType<RunRejudged>("run_rejudged");
        events.MapEventType<BaselineEstablished>("baseline_established");
        events.MapEventType<BaselineAccepted>("baseline_accepted");
        events.MapEventType<BenchmarkCreated>("benchmark_created");
        events.MapEventType<BenchmarkChanged>("benchmark_changed");
        events.MapEventType<BenchmarkValidated>("benchmark_validated");
        events.MapEventType<BenchmarkDeactivated>("benchmark_deactivated");
    }
}
