using Loadstone.Plans;
using Loadstone.Scheduler.Schedules;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>What this service keeps: a stream of events for each execution and each schedule, with its present state beside it.</summary>
internal static class Store
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var postgres = builder.Required("LOADSTONE_POSTGRES");
        builder.Services.AddMarten(options =>
        {
            options.Connection(postgres);
            options.DatabaseSchemaName = "scheduler";
            options.Events.MetadataConfig.EnableAll();
            options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.SnakeCase, json => WireJson.ConfigureTransport(json));
            MapEvents(options.Events);
            options.Projections.Snapshot<Execution>(SnapshotLifecycle.Inline);
            options.Schema.For<Execution>().Index(x => x.EndedAt);
            options.Projections.Snapshot<Schedule>(SnapshotLifecycle.Inline);
        }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup()
            .AddAsyncDaemon(DaemonMode.HotCold).AddSubscriptionWithServices<Announcer>(ServiceLifetime.Scoped);
        builder.Services.AddPostgresHealth(postgres);
        builder.Services.AddSingleton(_ => new AssignmentTurn(postgres));
        builder.Services.AddSingleton<Executions>();
        builder.Services.AddSingleton<RunRequests>();
    }

    private static void MapEvents(EventStoreOptions events)
    {
        events.MapEventType<ExecutionRequested>("execution_requested");
        events.MapEventType<ShardsAssigned>("shards_assigned");
        events.MapEventType<ShardPrepared>("shard_prepared");
        events.MapEventType<ShardRefused>("shard_refused");
        events.MapEventType<ExecutionStarted>("execution_started");
        events.MapEventType<ExecutionPaused>("execution_paused");
        events.MapEventType<ExecutionResumed>("execution_resumed");
        events.MapEventType<LoadChanged>("load_changed");
        events.MapEventType<CapacityStepJudged>("capacity_step_judged");
        events.MapEventType<StopRequested>("stop_requested");
        events.MapEventType<ShardFinished>("shard_finished");
        events.MapEventType<ShardLost>("shard_lost");
        events.MapEventType<ShardMoved>("shard_moved");
        events.MapEventType<ShardJoined>("shard_joined");
        events.MapEventType<ExecutionAnalyzed>("execution_analyzed");
        events.MapEventType<ExecutionCompleted>("execution_completed");
        events.MapEventType<ExecutionFailed>("execution_failed");
        events.MapEventType<ExecutionCancelled>("execution_cancelled");
        events.MapEventType<ScheduleCreated>("schedule_created");
        events.MapEventType<ScheduleChanged>("schedule_changed");
        events.MapEventType<ScheduleRan>("schedule_ran");
        events.MapEventType<ScheduleQueued>("schedule_queued");
        events.MapEventType<ScheduleSkipped>("schedule_skipped");
        events.MapEventType<ScheduleDeactivated>("schedule_deactivated");
        events.MapEventType<ExecutionHidden>("execution_hidden");
    }
}
