using Loadstone.Alerting.Delivery;
using Loadstone.Alerting.Errors;
using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Rules;
using Loadstone.Alerting.Subscriptions;
using Loadstone.Alerting.Watching;
using Loadstone.Plans;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

/// <summary>What this service keeps: a stream of events for each alert, rule, subscription, maintenance window and failed message, and the criteria of the runs it watches.</summary>
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
            MapEvents(options.Events);
            options.Projections.Snapshot<Alert>(SnapshotLifecycle.Inline);
            options.Schema.For<Alert>().Index(a => a.IsHeld);
            options.Projections.Snapshot<AlertRule>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<AlertSubscription>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<MaintenanceWindow>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<FailedMessage>(SnapshotLifecycle.Inline);
        }).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup().AddAsyncDaemon(DaemonMode.HotCold)
            .AddSubscriptionWithServices<AlertPublisher>(ServiceLifetime.Singleton)
            .AddSubscriptionWithServices<SubscriptionQueues>(ServiceLifetime.Singleton)
            .AddSubscriptionWithServices<Replayer>(ServiceLifetime.Singleton);
        builder.Services.AddPostgresHealth(postgres);
        builder.Services.AddTransient<BrokerChannel>();
        builder.Services.AddSingleton(SecretBox.From(builder.Configuration));
        builder.Services.AddHostedService<ErrorQueues>();
        builder.Services.AddHostedService<Couriers>();
        builder.Services.AddHostedService<MaintenanceClock>();
        builder.Services.AddSingleton<Alerts>();
        builder.Services.AddSingleton<RunBaselines>();
        builder.Services.AddSingleton<Watches>();
    }

    private static void MapEvents(EventStoreOptions events)
    {
        events.MapEventType<AlertRaised>("alert_raised");
        events.MapEventType<AlertGrew>("alert_grew");
        events.MapEventType<AlertAcknowledged>("alert_acknowledged");
        events.MapEventType<AlertSuppressed>("alert_suppressed");
        events.MapEventType<AlertOutlastedMaintenance>("alert_outlasted_maintenance");
        events.MapEventType<AlertResolved>("alert_resolved");
        events.MapEventType<AlertRuleCreated>("alert_rule_created");
        events.MapEventType<AlertRuleChanged>("alert_rule_changed");
        events.MapEventType<AlertRuleDeactivated>("alert_rule_deactivated");
        events.MapEventType<AlertSubscriptionCreated>("alert_subscription_created");
        events.MapEventType<AlertSubscriptionChanged>("alert_subscription_changed");
        events.MapEventType<AlertSubscriptionDeactivated>("alert_subscription_deactivated");
        events.MapEventType<MaintenanceWindowCreated>("maintenance_window_created");
        events.MapEventType<MaintenanceWindowChanged>("maintenance_window_changed");
        events.MapEventType<MaintenanceWindowDeactivated>("maintenance_window_deactivated");
        events.MapEventType<MessageFailed>("message_failed");
        events.MapEventType<MessageReplayed>("message_replayed");
    }
}
