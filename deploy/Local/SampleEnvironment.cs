using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.Local;

/// <summary>The environment <c>sample</c>: the bundled target, wherever it listens this time.</summary>
internal static class SampleEnvironment
{
    private const string Name = "sample";

    public static async Task RegisterAsync(Uri gateway, string key, Uri target, CancellationToken cancellation)
    {
        var api = LoadstoneClient.Connect(gateway, key);
        var known = await api.EnvironmentsAsync(Name, cancellation);
        if (known.Environments is [var environment, ..])
            await api.UpdateEnvironmentAsync(environment["id"]!.GetValue<Guid>(), $"\"{environment["version"]}\"", Body(target), cancellation);
        else
            await api.RegisterEnvironmentAsync(Body(target), cancellation);
    }

    private static JsonObject Body(Uri target) => new()
    {
        ["name"] = Name,
        ["kind"] = "staging",
        ["base_urls"] = new JsonArray(target.ToString().TrimEnd('/')),
        ["variables"] = new JsonObject { ["skus"] = string.Join(',', Enumerable.Range(1001, 200).Select(n => $"SKU-{n}")) },
        ["limits"] = new JsonObject { ["max_virtual_users"] = 20_000 },
    };
}
