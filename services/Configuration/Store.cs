using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Files;
using Loadstone.Configuration.Scenarios;
using Loadstone.Configuration.TestPlans;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration;

/// <summary>What this service keeps: five kinds of resources, each an event stream with its present state beside it.</summary>
internal static class Store
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var postgres = builder.Required("LOADSTONE_POSTGRES");
        builder.Services.AddMarten(options =>
        {
            options.Connection(postgres);
            options.DatabaseSchemaName = "configuration";
            options.Events.MetadataConfig.EnableAll();
            options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.SnakeCase, json => WireJson.ConfigureTransport(json));
            MapEvents(options.Events);
            options.Projections.Snapshot<TestConfiguration>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<StoredScenario>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<StoredPlan>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<TargetEnvironment>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<StoredFile>(SnapshotLifecycle.Inline);
        }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup();
        builder.Services.AddPostgresHealth(postgres);
    }

    private static void MapEvents(EventStoreOptions events)
    {
        events.MapEventType<ConfigurationCreated>("configuration_created");
        events.MapEventType<ConfigurationChanged>("configuration_changed");
        events.MapEventType<ConfigurationDeactivated>("configuration_deactivated");
        events.MapEventType<ScenarioCreated>("scenario_created");
        events.MapEventType<ScenarioChanged>("scenario_changed");
        events.MapEventType<ScenarioDeactivated>("scenario_deactivated");
        events.MapEventType<PlanCreated>("plan_created");
        events.MapEventType<PlanChanged>("plan_changed");
        events.MapEventType<PlanDeactivated>("plan_deactivated");
        events.MapEventType<EnvironmentRegistered>("environment_registered");
        events.MapEventType<EnvironmentChanged>("environment_changed");
        events.MapEventType<OwnershipChecked>("ownership_checked");
        events.MapEventType<EnvironmentDeactivated>("environment_deactivated");
        events.MapEventType<FileUploaded>("file_uploaded");
        events.MapEventType<FileNamed>("file_named");
        events.MapEventType<FileDeactivated>("file_deactivated");
    }
}
