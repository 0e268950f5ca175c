using System.Text.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.Local;

/// <summary>`demo`: starts everything, runs examples/checkout.yaml against the sample target, and ends with the run's exit code.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Task<int> RunAsync(string clone, bool keep, string? json) => Ending.RunAsync(async ending =>
    {
        using var folder = StateFolder.Open(clone, "demo");
        await using var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending);
        Console.WriteLine("Starting the services…");
        await using var platform = await Platform.StartAsync(folder, servers, new Dictionary<string, string>(), ending);
        using var target = new HttpClient { BaseAddress = platform.Target };
        (await target.PostAsync("/reset", null, ending)).EnsureSuccessStatusCode();
        var exitCode = await RunPlanAsync(folder, platform, ending);
        await WriteResultsAsync(folder, platform, target, json, ending);
        if (!keep)
            return exitCode;
        await UpCommand.AnnounceAsync(folder, platform, ending);
        await Ending.UntilAskedAsync(ending, servers.Lost, platform.KeepUpAsync(Console.WriteLine, ending));
        return exitCode;
    }, Ending.Cancelled);

    // The same command line that everybody uses.
    private static async Task<int> RunPlanAsync(StateFolder folder, Platform platform, CancellationToken ending)
    {
        File.Delete(ResultFile(folder)); // an earlier demo may have been broken off
        await using var run = ChildProcess.Start(new ChildCommand(
            "dotnet", Platform.ProgramOf(folder.Clone, "Cli"), "run", Path.Combine(folder.Clone, "examples", "checkout.yaml"),
            "--gateway", platform.Gateway.ToString(), "--json", ResultFile(folder))
        {
            OnLine = Console.WriteLine,
            WorkingDirectory = folder.Path,
        });
        return await run.ExitedWithinAsync(Longest, ending);
    }

    private static async Task WriteResultsAsync(StateFolder folder, Platform platform, HttpClient target, string? json, CancellationToken ending)
    {
        if (!File.Exists(ResultFile(folder)))
            return;
        var execution = JsonNode.Parse(await File.ReadAllTextAsync(ResultFile(folder), ending))!.AsObject();
        File.Delete(ResultFile(folder));
        var counts = JsonNode.Parse(await target.GetStringAsync("/counts", ending))!;
        execution["target_requests"] = counts["total"]!.GetValue<long>();
        Console.WriteLine($"the target counted {execution["target_requests"]} requests, the platform {execution["total_requests"]}");
        await WriteReportsAsync(platform, execution["id"]!.GetValue<Guid>(), ending);
        if (json == "-")
            Console.WriteLine(execution.ToJsonString(Indented));
        else if (json is not null)
            await File.WriteAllTextAsync(json, execution.ToJsonString(Indented), ending);
    }

    // A run that could not begin has no report.
    private static async Task WriteReportsAsync(Platform platform, Guid execution, CancellationToken ending)
    {
        var api = LoadstoneClient.Connect(platform.Gateway);
        foreach (var format in new[] { "json", "html" })
        {
            try
            {
                await File.WriteAllTextAsync($"report.{format}", await api.ReportAsync(execution, format, ending), ending);
            }
            catch (LoadstoneException e) when (e.Status == 404)
            {
                return;
            }
        }

        Console.WriteLine($"report: {Path.GetFullPath("report.html")} and report.json");
    }

    private static string ResultFile(StateFolder folder) => Path.Combine(folder.Path, "execution.json");
}
