using Loadstone.Alerting.Errors;
using Loadstone.Alerting.Maintenance;
using Loadstone.Alerting.Rules;
using Loadstone.Alerting.Subscriptions;
using Loadstone.Alerting.Watching;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Alerting;

/// <summary>What of this service's tables is made of its streams, and what is a copy of the scheduler's.</summary>
internal static class ReadModels
{
    private const string Schema = "alerting";

    public static IEnumerable<ReadModel> Of(IServiceProvider services)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        return
        [
            store.Snapshots<Alert>(Schema), store.Snapshots<AlertRule>(Schema), store.Snapshots<AlertSubscription>(Schema), store.Snapshots<MaintenanceWindow>(Schema), store.Snapshots<FailedMessage>(Schema),
            store.Names(Schema, new AlertRuleKind().NamesAsync, new AlertSubscriptionKind(services.GetRequiredService<SecretBox>()).NamesAsync, new MaintenanceKind().NamesAsync),
            store.Copies(Schema, run => run.Id, cancellation => StreamReadModels.AllAsync(after => services.GetRequiredService<ISchedulerClient>().RequestsAsync(after, cancellation), r => r.ExecutionId).Select(WatchedRun.Of)),
        ];
    }
}
