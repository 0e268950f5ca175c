using System.Globalization;
using System.Xml.Linq;

namespace Loadstone.Local;

/// <summary>`test`: every test project against real servers; the last line says how many passed and failed.</summary>
internal static class TestCommand
{
    private static readonly string[] Waiting = ["Dashboard.Tests", "EndToEnd.Tests"];

    // The engine's own tests have the machine for themselves, and those that look into PostgreSQL have that.
    private static readonly string[] Alone = ["EventStore.Tests", "LoadEngine.Tests"];

    private static readonly TimeSpan LongestProject = TimeSpan.FromMinutes(14);
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static Task<int> RunAsync(string clone, string? only) => Ending.RunAsync(async ending =>
    {
        using var folder = StateFolder.Open(clone, "test");
        await using var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending);
        var projects = ProjectsOf(clone).Where(p => only is null || p.Contains(only, StringComparison.OrdinalIgnoreCase)).ToList();
        var (passed, failed) = (0, 0);
        await RunAsync(projects.Intersect(Alone));
        // Those of the whole platform mostly wait, so the others go beside them.
        await Task.WhenAll(RunAsync(projects.Intersect(Waiting)), RunAsync(projects.Except([.. Waiting, .. Alone])));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed"));
        return failed == 0 && passed > 0 ? 0 : 1;

        async Task RunAsync(IEnumerable<string> some)
        {
            foreach (var project in some)
            {
                var result = await RunProjectAsync(folder, servers, project, ending);
                Interlocked.Add(ref passed, result.Passed);
                Interlocked.Add(ref failed, result.Failed);
                Console.WriteLine($"{project}: {result.Passed} passed, {result.Failed} failed");
            }
        }
    }, Ending.Cancelled);

    private static IEnumerable<string> ProjectsOf(string clone) => Directory.GetDirectories(Path.Combine(clone, "tests"), "*.Tests")
        .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    // A project that crashes, hangs or runs no test at all counts as a failure.
    private static async Task<(int Passed, int Failed)> RunProjectAsync(
        StateFolder folder, LocalServers servers, string project, CancellationToken ending)
    {
        var results = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "results")).FullName, $"{project}.trx");
        File.Delete(results);
        await using var run = ChildProcess.Start(new ChildCommand(
            "dotnet", "test", Platform.ProgramOf(folder.Clone, project), "--logger", $"trx;LogFileName={results}", "--logger", "console;verbosity=minimal")
        {
            Environment = new Dictionary<string, string>
            {
                [LocalServers.PostgresVariable] = servers.PostgresConnectionString,
                [LocalServers.RabbitMqVariable] = servers.RabbitMqUri,
                ["DOTNET_NOLOGO"] = "1",
            },
            WorkingDirectory = folder.Clone,
            OnLine = Console.WriteLine,
        });
        var exitCode = await Task.WhenAny(run.Exited, Task.Delay(LongestProject, ending)) == run.Exited ? await run.Exited : -1;
        ending.ThrowIfCancellationRequested();
        var (passed, failed) = File.Exists(results) ? Count(results) : (0, 0);
        return exitCode == 0 && passed > 0 ? (passed, failed) : (passed, Math.Max(1, failed));
    }

    private static (int Passed, int Failed) Count(string results)
    {
        var counters = XDocument.Load(results).Descendants(Trx + "Counters").Single();
        var passed = (int)counters.Attribute("passed")!;
        return (passed, (int)counters.Attribute("total")! - passed);
    }
}
