using Loadstone.Resources;
using Loadstone.Scheduler.Schedules;
using Loadstone.ServiceHost;

namespace Loadstone.Scheduler;

/// <summary>What of this service's tables is made of its streams.</summary>
internal static class ReadModels
{
    public static IEnumerable<ReadModel> Of(IServiceProvider services)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        return [store.Snapshots<Execution>("scheduler"), store.Snapshots<Schedule>("scheduler")];
    }
}
