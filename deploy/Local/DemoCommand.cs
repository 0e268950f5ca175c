using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>`demo`: starts everything, runs examples/checkout.yaml against the sample target, and ends with the run's exit code.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly string[] ReportFormats = ["json", "html"];

    public static Task<int> RunAsync(string clone, bool keep, string? json) => Ending.RunAsync(async ending =>
    {
        var result = ResultFile.Open("--json", json);
        var reports = ReportFormats.ToDictionary(format => format, format => ResultFile.Open("The report", $"report.{format}")!);
        Action<string> say = result is { IsStandardOutput: true } ? Console.Error.WriteLine : Console.WriteLine;
        using var folder = StateFolder.Open(clone, "demo");
        await using var servers = await LocalServers.StartAsync(folder, say, ending);
        say("Starting the services…");
        await using var platform = await Platform.StartAsync(folder, servers, new Dictionary<string, string>(), ending);
        using var target = new HttpClient { BaseAddress = platform.Target };
        (await target.PostAsync("/reset", null, ending)).EnsureSuccessStatusCode();
        var exitCode = await RunPlanAsync(folder, platform, say, ending);
        if (await ReadResultAsync(folder, target, say, ending) is { } execution)
        {
            await WriteReportsAsync(platform, execution["id"]!.GetValue<Guid>(), reports, say, ending);
            await (result?.WriteJsonAsync(execution) ?? Task.CompletedTask);
        }

        if (!keep)
            return exitCode;
        UpCommand.Announce(folder, platform, servers, say);
        await Ending.UntilAskedAsync(ending, servers.Lost, platform.KeepUpAsync(say, ending));
        return exitCode;
    }, Ending.Cancelled);

    // The same command line that everybody uses.
    private static async Task<int> RunPlanAsync(StateFolder folder, Platform platform, Action<string> say, CancellationToken ending)
    {
        File.Delete(ResultOf(folder)); // an earlier demo may have been broken off
        await using var run = ChildProcess.Start(new ChildCommand(
            "dotnet", Platform.ProgramOf(folder.Clone, "Cli"), "run", Path.Combine(folder.Clone, "examples", "checkout.yaml"),
            "--gateway", platform.Gateway.ToString(), "--json", ResultOf(folder))
        {
            OnLine = say,
            WorkingDirectory = folder.Path,
        });
        return await run.ExitedWithinAsync(Longest, ending);
    }

    private static async Task<JsonObject?> ReadResultAsync(StateFolder folder, HttpClient target, Action<string> say, CancellationToken ending)
    {
        if (!File.Exists(ResultOf(folder)))
            return null;
        var execution = JsonNode.Parse(await File.ReadAllTextAsync(ResultOf(folder), ending))!.AsObject();
        File.Delete(ResultOf(folder));
        var counts = JsonNode.Parse(await target.GetStringAsync("/counts", ending))!;
        execution["target_requests"] = counts["total"]!.GetValue<long>();
        say($"the target counted {execution["target_requests"]} requests, the platform {execution["total_requests"]}");
        return execution;
    }

    // A run that could not begin has no report.
    private static async Task WriteReportsAsync(
        Platform platform, Guid execution, Dictionary<string, ResultFile> reports, Action<string> say, CancellationToken ending)
    {
        var api = LoadstoneClient.Connect(platform.Gateway, platform.Key);
        foreach (var (format, file) in reports)
        {
            try
            {
                await file.WriteAsync(await api.ReportAsync(execution, format, ending));
            }
            catch (LoadstoneException e) when (e.Status == 404)
            {
                return;
            }
        }

        say($"report: {Path.GetFullPath("report.html")} and report.json");
    }

    private static string ResultOf(StateFolder folder) => Path.Combine(folder.Path, "execution.json");
}
