using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>The first configuration of a new platform: the example's, so that there is something to start with one press.</summary>
internal static class SampleConfiguration
{
    public static async Task StoreAsync(Platform platform, string clone, CancellationToken cancellation)
    {
        var api = LoadstoneClient.Connect(platform.Gateway, platform.Key);
        if (await AnyAsync(api, "true", cancellation) || await AnyAsync(api, "false", cancellation))
            return;
        await api.CreateConfigurationAsync(FeederFile.LoadPlanToSend(Path.Combine(clone, "examples", "checkout.yaml")).ToJson(), cancellation);
    }

    private static async Task<bool> AnyAsync(ILoadstoneApi api, string active, CancellationToken cancellation) =>
        (await api.ConfigurationsAsync(new Dictionary<string, string> { ["active"] = active, ["limit"] = "1" }, cancellation)).Configurations.Count > 0;
}
