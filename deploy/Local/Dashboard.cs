using System.Globalization;

namespace Loadstone.Local;

/// <summary>The dashboard's build: npm in gateway/Dashboard, into artifacts/dashboard, unless nothing has changed since the last one.</summary>
public static class Dashboard
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortCommand = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private static readonly Version OldestNode = new(20, 19);

    /// <summary>Where the gateway finds it.</summary>
    public static string BuiltIn(string clone) => Path.Combine(clone, "artifacts", "dashboard");

    /// <summary>Its sources.</summary>
    public static string SourcesIn(string clone) => Path.Combine(clone, "gateway", "Dashboard");

    /// <summary>Sees to it that it is built as its sources are; installs Node.js from Debian where it is missing.</summary>
    /// <exception cref="LocalServerException">It could not be built; the message says why.</exception>
    public static async Task EnsureBuiltAsync(StateFolder folder, Action<string> report, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(folder.Clone, cancellation);
        var stamp = Path.Combine(folder.Clone, "artifacts", ".built-dashboard");
        if (File.Exists(stamp) && NewestSource(folder.Clone) < File.GetLastWriteTimeUtc(stamp))
            return;
        var begun = DateTime.UtcNow;
        report("Building the dashboard…");
        await EnsureNodeAsync(folder, report, cancellation);
        if (!AreModulesThere(folder.Clone))
            await NpmAsync(folder, cancellation, "ci", "--no-audit", "--no-fund");
        await NpmAsync(folder, cancellation, "run", "build");
        await File.WriteAllTextAsync(stamp, "", cancellation);
        File.SetLastWriteTimeUtc(stamp, begun);
    }

    /// <summary>Runs npm in the sources.</summary>
    /// <exception cref="LocalServerException">It ended with another code than 0; with its last lines.</exception>
    public static async Task NpmAsync(StateFolder folder, CancellationToken cancellation, params string[] arguments)
    {
        await using var npm = ChildProcess.Start(new ChildCommand("npm", arguments) { WorkingDirectory = SourcesIn(folder.Clone), LogFile = folder.LogFile("dashboard") });
        if (await npm.ExitedWithinAsync(LongestStep, cancellation) != 0)
            throw new LocalServerException($"npm {string.Join(' ', arguments)} failed in gateway/Dashboard:\n{npm.LogTail}");
    }

    private static async Task EnsureNodeAsync(StateFolder folder, Action<string> report, CancellationToken cancellation)
    {
        if (!await ChildProcess.SucceedsAsync(new ChildCommand("npm", "--version"), ShortCommand, cancellation))
        {
            await Packages.EnsureProgramAsync("/usr/bin/node", "nodejs", folder.LogFile("packages"), report, cancellation);
            await Packages.EnsureProgramAsync("/usr/bin/npm", "npm", folder.LogFile("packages"), report, cancellation);
        }

        var said = "";
        await using var node = ChildProcess.Start(new ChildCommand("node", "--version") { OnLine = line => said = line });
        await node.ExitedWithinAsync(ShortCommand, cancellation);
        if (!Version.TryParse(said.TrimStart('v'), out var version) || version < OldestNode)
            throw new LocalServerException(string.Create(CultureInfo.InvariantCulture, $"The dashboard's build needs Node.js {OldestNode} or later; here is {said}. Put a newer one from https://nodejs.org first on PATH, and start again; all but the dashboard works without it."));
    }

    // npm writes the hidden file when it has installed all that the lock file names.
    private static bool AreModulesThere(string clone)
    {
        var (wanted, there) = (Path.Combine(SourcesIn(clone), "package-lock.json"), Path.Combine(SourcesIn(clone), "node_modules", ".package-lock.json"));
        return File.Exists(there) && File.GetLastWriteTimeUtc(there) >= File.GetLastWriteTimeUtc(wanted);
    }

    private static DateTime NewestSource(string clone)
    {
        var own = new DirectoryInfo(SourcesIn(clone)).EnumerateFileSystemInfos().Where(entry => entry.Name is not "node_modules")
            .SelectMany(entry => entry is DirectoryInfo folder ? folder.EnumerateFiles("*", SearchOption.AllDirectories) : [(FileInfo)entry])
            .Where(file => file.Name != "schema.d.ts");
        var api = new DirectoryInfo(Path.Combine(clone, "gateway", "Gateway", "Api")).EnumerateFiles("*.yaml");
        return own.Concat(api).Max(file => file.LastWriteTimeUtc);
    }

    private static async Task<FileStream> TakeTurnAsync(string clone, CancellationToken cancellation)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(clone, "artifacts")).FullName, ".dashboard.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(BetweenTries, cancellation);
            }
        }
    }
}
