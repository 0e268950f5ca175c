using Loadstone.Configuration.Configurations;
using Loadstone.Configuration.Environments;
using Loadstone.Configuration.Files;
using Loadstone.Configuration.Scenarios;
using Loadstone.Configuration.TestPlans;
using Loadstone.Resources;
using Loadstone.ServiceHost;

namespace Loadstone.Configuration;

/// <summary>What of this service's tables is made of its streams. The contents of files and the secrets are not.</summary>
internal static class ReadModels
{
    private const string Schema = "configuration";

    public static IEnumerable<ReadModel> Of(IServiceProvider services)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        return
        [
            store.Snapshots<TestConfiguration>(Schema), store.Snapshots<StoredScenario>(Schema), store.Snapshots<StoredPlan>(Schema),
            store.Snapshots<TargetEnvironment>(Schema), store.Snapshots<StoredFile>(Schema),
            store.Names(
                Schema, new ConfigurationKind("").NamesAsync, new ScenarioKind().NamesAsync, new PlanKind().NamesAsync,
                new EnvironmentResourceKind(services.GetRequiredService<SecretBox>()).NamesAsync, StoredName.AllAsync),
        ];
    }
}
