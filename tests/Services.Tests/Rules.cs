using System.Text.RegularExpressions;
using System.Xml.Linq;
using Loadstone.Local;

namespace Loadstone.Services.Tests;

/// <summary>The rules of the house, read from the files themselves.</summary>
public sealed partial class Rules
{
    private const int LongestFile = 250;
    private const int LongestProgram = 40;

    private static readonly string Root = StateFolder.FindClone();
    private static readonly string[] Forbidden = ["Common", "Core", "Utils", "Utilities", "Helpers", "Abstractions", "Extensions", "Infrastructure"];

    // The stores and HTTP clients have interfaces of one implementation, because a library or a generator implements them.
    private static readonly string[] InterfacesByDesign =
    [
        "IDocumentStore", "IQuerySession", "IDocumentOperations", "IDocumentSession", "IQueryEventStore", "IEventStoreOperations", "IEventStream", "IEvent",
        "ISubscription", "ISubscriptionController", "ISubscriptionOptions", "IChangeListener", "IChangeSet", "IProjectionDaemon",
        "ILoadstoneApi", "IConfigurationClient", "ISecretsClient", "ISchedulerClient", "IIngestionClient", "IAnalysisClient", "IAlertingClient",
    ];

    [Fact]
    public void Services_do_not_reference_services_and_shared_projects_know_only_what_stands_before_them()
    {
        string[] order = ["Plans", "Measurement", "Contracts", "EventStore", "ServiceHost", "Resources"];
        foreach (var project in Projects().Where(p => Under(p, "shared")))
            Assert.All(ReferencesOf(project), r => Assert.Contains(r, order.TakeWhile(o => o != NameOf(project))));
        foreach (var project in Projects().Where(p => Under(p, "services")))
            Assert.All(ReferencesOf(project), r => Assert.Contains(r, NameOf(project) == "Worker" ? [.. order, "LoadEngine"] : order));
    }

    [Fact]
    public void Plans_Measurement_and_the_engine_know_no_platform()
    {
        Assert.Empty(ReferencesOf(ProjectNamed("Plans")));
        Assert.Empty(ReferencesOf(ProjectNamed("Measurement")));
        Assert.Equal(["Measurement", "Plans"], ReferencesOf(ProjectNamed("LoadEngine")).Order());
        Assert.Equal(["Bogus"], PackagesOf(ProjectNamed("LoadEngine")));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_versions_stand_in_one_place()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "Platform.sln"));

        Assert.All(Projects(), p => Assert.Contains(Path.GetFileName(p), solution));
        Assert.All(Projects(), p => Assert.DoesNotContain(XDocument.Load(p).Descendants("PackageReference"), r => r.Attribute("Version") is not null));
    }

    [Fact]
    public void No_folder_and_no_project_is_an_attic() => Assert.All(
        Sources().Select(f => Path.GetRelativePath(Root, f)), f => Assert.DoesNotContain(f.Split('/', '.'), part => Forbidden.Contains(part)));

    [Fact]
    public void No_file_is_longer_than_a_story() => Assert.All(
        Sources().Where(f => !Under(f, "tests")), f => Assert.True(File.ReadLines(f).Count() <= LongestFile, $"{f} is too long"));

    [Fact]
    public void A_Program_is_a_table_of_contents() => Assert.All(
        Sources().Where(f => Path.GetFileName(f) == "Program.cs"), f => Assert.True(File.ReadLines(f).Count() <= LongestProgram, $"{f} is too long"));

    [Fact]
    public void An_interface_has_two_implementations()
    {
        var texts = Sources().Where(f => !Under(f, "tests")).Select(File.ReadAllText).ToList();
        var interfaces = texts.SelectMany(t => Interface().Matches(t)).Select(m => m.Groups["name"].Value).Except(InterfacesByDesign);

        Assert.All(interfaces, name => Assert.True(
            texts.Sum(t => Regex.Count(t, $@"(class|record|struct) \w+[^{{;]*:[^{{;]*\b{name}\b", RegexOptions.None, TimeSpan.FromSeconds(5))) >= 2, name));
    }

    [Fact]
    public void Every_contract_says_its_hop_and_whoever_it_names_consumes_it()
    {
        var contracts = Sources().Where(f => Under(f, "shared/Contracts")).SelectMany(f => Contract().Matches(File.ReadAllText(f))).ToList();

        Assert.True(contracts.Count >= 20);
        foreach (var contract in contracts.Where(c => !c.Groups["to"].Value.Contains("by HTTP", StringComparison.Ordinal)))
        {
            foreach (var service in contract.Groups["to"].Value.Split(", ").Where(s => s != "subscribers"))
            {
                var texts = Sources().Where(f => Under(f, FolderOf(service))).Select(File.ReadAllText);
                Assert.True(texts.Any(t => t.Contains($"IConsumer<{contract.Groups["name"].Value}>", StringComparison.Ordinal)
                    || t.Contains($"IConsumer<Contracts.{contract.Groups["name"].Value}>", StringComparison.Ordinal)), $"{service} consumes {contract.Groups["name"].Value}");
            }
        }
    }

    [Fact]
    public void Every_event_is_stored_under_a_name_of_our_own()
    {
        foreach (var service in new[] { "Configuration", "Scheduler", "Alerting", "Analysis" })
        {
            var texts = Sources().Where(f => Under(f, $"services/{service}")).Select(File.ReadAllText).ToList();
            var events = texts.SelectMany(t => Handler().Matches(t)).Select(m => m.Groups["event"].Value).Distinct().ToList();
            Assert.NotEmpty(events);
            Assert.All(events, e => Assert.Contains(texts, t => t.Contains($"MapEventType<{e}>(\"", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Every_snapshot_is_made_anew_by_a_rebuild()
    {
        foreach (var service in new[] { "Configuration", "Scheduler", "Alerting", "Analysis" })
        {
            var snapshots = Regex.Matches(File.ReadAllText(Path.Combine(Root, $"services/{service}/Store.cs")), @"Projections\.Snapshot<(\w+)>", RegexOptions.None, TimeSpan.FromSeconds(5));
            Assert.NotEmpty(snapshots);
            var rebuilt = File.ReadAllText(Path.Combine(Root, $"services/{service}/ReadModels.cs"));
            Assert.All(snapshots, s => Assert.Contains($"Snapshots<{s.Groups[1].Value}>(", rebuilt));
        }
    }

    [Fact]
    public void The_engine_never_sleeps_leaves_its_loops_by_one_door_and_asks_only_them_for_the_time() => Assert.All(
        Sources().Where(f => Under(f, "services/Worker/LoadEngine") && !Under(f, "services/Worker/LoadEngine/Loops")), f =>
            Assert.DoesNotMatch(@"Thread\.Sleep|Task\.Delay|Task\.Run|Stopwatch\.StartNew|DateTime\.(Utc)?Now", File.ReadAllText(f)));

    [Fact]
    public void The_readme_names_the_two_commands_and_CI_runs_the_tests()
    {
        var readme = File.ReadAllText(Path.Combine(Root, "README.md"));

        Assert.Contains("./loadstone demo", readme);
        Assert.Contains("./loadstone test", readme);
        Assert.Contains("./loadstone test", File.ReadAllText(Path.Combine(Root, ".ci", "run")));
    }

    private static string FolderOf(string service) => $"{(service == "gateway" ? "gateway" : "services")}/{char.ToUpperInvariant(service[0])}{service[1..]}";

    private static IEnumerable<string> Sources() => Files("*.cs");

    private static IEnumerable<string> Projects() => Files("*.csproj");

    private static IEnumerable<string> Files(string pattern) => new[] { "shared", "services", "gateway", "deploy", "tests" }
        .SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal));

    private static bool Under(string file, string folder) => file.StartsWith(Path.Combine(Root, folder) + "/", StringComparison.Ordinal);

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    private static string ProjectNamed(string name) => Projects().Single(p => NameOf(p) == name);

    private static IReadOnlyList<string> PackagesOf(string project) =>
        [.. XDocument.Load(project).Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value)];

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));

    [GeneratedRegex(@"\binterface (?<name>I\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Interface();

    [GeneratedRegex(@"<summary>\s*(///\s*)?\w+ → (?<to>[\w, ]+?(, by HTTP)?)\.(.|\n)*?sealed record (?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Contract();

    [GeneratedRegex(@"static \w+ (Create|Apply)\((IEvent<)?(?<event>\w+)>? e", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Handler();
}
