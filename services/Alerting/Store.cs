using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

/// <summary>What this service keeps: a stream of events for each alert, and the criteria of the runs it watches.</summary>
internal static class Store
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var postgres = builder.Required("LOADSTONE_POSTGRES");
        builder.Services.AddMarten(options =>
        {
            options.Connection(postgres);
            options.DatabaseSchemaName = "alerting";
            options.Events.MetadataConfig.EnableAll();
            options.UseSystemTextJsonForSerialization(EnumStorage.AsInteger, Casing.SnakeCase, json => WireJson.ConfigureTransport(json));
            options.Events.MapEventType<AlertRaised>("alert_raised");
            options.Events.MapEventType<AlertResolved>("alert_resolved");
            options.Projections.Snapshot<Alert>(SnapshotLifecycle.Inline);
        }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup()
            .AddAsyncDaemon(DaemonMode.HotCold).AddSubscriptionWithServices<AlertPublisher>(ServiceLifetime.Singleton);
        builder.Services.AddPostgresHealth(postgres);
        builder.Services.AddSingleton<Watches>();
    }
}
