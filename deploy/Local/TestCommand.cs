using System.Globalization;
using System.Xml.Linq;

namespace Loadstone.Local;

/// <summary>`test`: every test project against real servers; the last line says how many passed and failed.</summary>
internal static class TestCommand
{
    // The rooms of the first lane, and single tests; all others are in the second, so that both last equally long.
    private static readonly string[] FirstRooms = ["Runs", "Resources", "People", "CommandLine", "Recovery.KeptUpTests"];

    // Tests of the whole platform mostly wait, so they go in two lanes, a platform with servers of its own each, beside all others. With a
    // third platform at once two cores are too busy to measure anything.
    private static readonly Part[][] WholePlatform =
    [
        [new("EndToEnd.Tests", "EndToEnd.Tests, first rooms", string.Join('|', FirstRooms.Select(room => $"FullyQualifiedName~.{room}.")))],
        [new("EndToEnd.Tests", "EndToEnd.Tests, others", string.Join('&', FirstRooms.Select(room => $"FullyQualifiedName!~.{room}."))), new("Dashboard.Tests", "Dashboard.Tests")],
    ];

    // The engine's own tests have the machine for themselves.
    private static readonly string[] Alone = ["LoadEngine.Tests"];

    private static readonly TimeSpan LongestProject = TimeSpan.FromMinutes(14);
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static Task<int> RunAsync(string clone, string? only) => Ending.RunAsync(async ending =>
    {
        var projects = ProjectsOf(clone).Where(p => only is null || p.Contains(only, StringComparison.OrdinalIgnoreCase)).ToList();
        var lanes = WholePlatform.Select(lane => lane.Where(part => projects.Contains(part.Project)).ToList()).Where(lane => lane.Count > 0).ToList();
        var others = projects.Except([.. Alone, .. WholePlatform.SelectMany(lane => lane).Select(part => part.Project)]).Select(p => new Part(p, p));
        var (passed, failed) = (0, 0);
        using var folder = StateFolder.Open(clone, "test");
        await using (var servers = await LocalServers.StartAsync(folder, Console.WriteLine, ending))
        {
            await RunAsync(folder, servers, projects.Intersect(Alone).Select(p => new Part(p, p)));
            await Task.WhenAll([.. LocalServers.AreGiven ? [] : lanes.Select(RunApartAsync), RunOthersAsync(folder, servers)]);
            // Servers that are given know one platform only.
            await RunAsync(folder, servers, LocalServers.AreGiven ? lanes.SelectMany(lane => lane) : []);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed"));
        return failed == 0 && passed > 0 ? 0 : 1;

        async Task RunOthersAsync(StateFolder folder, LocalServers servers)
        {
            if (projects.Contains("Dashboard.Tests"))
                await BuildDashboardAsync(folder, ending);
            await RunAsync(folder, servers, others, niceness: 10);
        }

        async Task RunApartAsync(IEnumerable<Part> lane)
        {
            using var apart = StateFolder.Open(clone, "test");
            await using var servers = await LocalServers.StartAsync(apart, Console.WriteLine, ending);
            await RunAsync(apart, servers, lane);
        }

        async Task RunAsync(StateFolder folder, LocalServers servers, IEnumerable<Part> lane, int niceness = 0)
        {
            foreach (var part in lane)
            {
                var result = await RunPartAsync(folder, servers, part, niceness, ending);
                Interlocked.Add(ref passed, result.Passed);
                Interlocked.Add(ref failed, result.Failed);
                Console.WriteLine($"{part.Name}: {result.Passed} passed, {result.Failed} failed");
            }
        }
    }, Ending.Cancelled);

    private static IEnumerable<string> ProjectsOf(string clone) => Directory.GetDirectories(Path.Combine(clone, "tests"), "*.Tests")
        .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    // Its tests are the last and need not wait for it then. Why it could not be built, they say.
    private static async Task BuildDashboardAsync(StateFolder folder, CancellationToken ending)
    {
        try
        {
            await Dashboard.EnsureBuiltAsync(folder, Console.WriteLine, ending);
        }
        catch (LocalServerException e)
        {
            Console.Error.WriteLine(e.Message);
        }
    }

    // A part that crashes, hangs or runs no test at all counts as a failure. Those that compute make room for those that measure.
    private static async Task<(int Passed, int Failed)> RunPartAsync(StateFolder folder, LocalServers servers, Part part, int niceness, CancellationToken ending)
    {
        var results = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "results")).FullName, $"{part.Name}.trx");
        File.Delete(results);
        await using var run = ChildProcess.Start(new ChildCommand("nice", [
            "-n", $"{niceness}", "dotnet", "test", Platform.ProgramOf(folder.Clone, part.Project), "--filter", part.Filter,
            "--logger", $"trx;LogFileName={results}", "--logger", "console;verbosity=minimal"])
        {
            Environment = new Dictionary<string, string>
            {
                [LocalServers.PostgresVariable] = servers.PostgresConnectionString,
                [LocalServers.RabbitMqVariable] = servers.RabbitMqUri,
                ["DOTNET_NOLOGO"] = "1",
                // Services that live for minutes never earn what it costs to watch which code is hot.
                ["DOTNET_TieredPGO"] = "0",
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

    // Those tests of a project that a filter of `dotnet test` lets through; all, unless it says which.
    private sealed record Part(string Project, string Name, string Filter = "FullyQualifiedName~.");
}
