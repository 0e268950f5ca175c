using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests;

/// <summary>A worker beside the platform's own, with more room, so that a run of one worker is its.</summary>
internal static class SpareWorker
{
    public static string DataOf(RunningPlatform running, string name) => Path.Combine(running.Folder, $"data-{name}");

    public static ChildProcess Start(RunningPlatform running, string name, Uri rabbitMq, Dictionary<string, string>? settings = null) => ChildProcess.Start(new ChildCommand(
        "dotnet", Platform.ProgramOf(StateFolder.FindClone(), "Worker"), "--urls", $"http://127.0.0.1:{Ports.PickFree()}")
    {
        Environment = new Dictionary<string, string>(settings ?? [])
        {
            ["LOADSTONE_RABBITMQ"] = rabbitMq.ToString(),
            ["LOADSTONE_INTERNAL_KEY"] = File.ReadAllText(Path.Combine(running.Folder, "internal.key")).Trim(),
            ["LOADSTONE_CONFIGURATION_URL"] = running.Platform.UrlOf("configuration").ToString(),
            ["LOADSTONE_DATA"] = DataOf(running, name),
            ["LOADSTONE_WORKER_NAME"] = name,
            ["LOADSTONE_WORKER_CAPACITY"] = "50000",
            ["LOADSTONE_ALLOW_LOOPBACK"] = "true",
        },
        WorkingDirectory = running.Folder,
        LogFile = Path.Combine(running.Folder, "logs", $"{name}.log"),
    });

    /// <summary>Returns when so many workers are there.</summary>
    public static Task UntilThereAreAsync(RunningPlatform running, int count) => RunningPlatform.UntilAsync(async () =>
        (await running.Gateway.GetFromJsonAsync<JsonNode>("/api/load-testing/workers"))!["workers"]!.AsArray().Count == count);
}
