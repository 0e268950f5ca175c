using System.Globalization;
using Loadstone.Plans;

namespace Loadstone.Local;

/// <summary>PostgreSQL's data on disk: where it lies, whose it is, and that it can be started whatever happened before.</summary>
internal sealed record PostgresCluster(string Home, string Binaries, string? RunAs)
{
    public const string Superuser = "loadstone";

    private static readonly TimeSpan ShortCommand = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan InitdbTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LastBreath = TimeSpan.FromSeconds(5);

    public string Data => Path.Combine(Home, "data");

    public string PasswordFile => Path.Combine(Home, "password");

    public static async Task<PostgresCluster> PrepareAsync(
        StateFolder folder, Action<string> report, CancellationToken cancellation)
    {
        // PostgreSQL refuses to run as root.
        var runAs = Environment.IsPrivilegedProcess ? "postgres" : null;
        var home = await MakeHomeAsync(folder, runAs, cancellation);
        var cluster = new PostgresCluster(home, FindBinaries(home), runAs);
        if (!Directory.Exists(cluster.Data))
            await cluster.InitializeAsync(folder.LogFile("initdb"), report, cancellation);
        await cluster.ForgetDeadPostmasterAsync(cancellation);
        return cluster;
    }

    public ChildCommand Command(string program, params IReadOnlyList<string> arguments) =>
        new(Path.Combine(Binaries, program), arguments) { User = RunAs, CleanEnvironment = true };

    private static async Task<string> MakeHomeAsync(StateFolder folder, string? runAs, CancellationToken cancellation)
    {
        if (runAs is null)
            return folder.PrivateSubfolder("postgres");

        var parent = await MayEnterAsync(runAs, folder.Path, cancellation)
            ? folder.Path
            : await OutsideAsync(folder, cancellation);
        var home = Path.Combine(parent, "postgres");
        await RunAsync(["install", "-d", "-o", runAs, "-m", "700", home], cancellation);
        return home;
    }

    private static Task<bool> MayEnterAsync(string user, string folder, CancellationToken cancellation) =>
        ChildProcess.SucceedsAsync(new ChildCommand("test", "-x", folder) { User = user }, ShortCommand, cancellation);

    // The clone lies in a folder closed to PostgreSQL's user. Others may write to /var/tmp too: a folder that they made there
    // under our name is not ours to use.
    private static async Task<string> OutsideAsync(StateFolder folder, CancellationToken cancellation)
    {
        var root = $"/var/tmp/loadstone-{folder.CloneHash}";
        if (!Path.Exists(root))
            await RunAsync(["mkdir", "-m", "711", root], cancellation);
        if (await RunAsync(["stat", "-c", "%u %F", root], cancellation) is not "0 directory")
            throw new LocalServerException($"PostgreSQL's data would go to {root}, which is no folder of root's: remove it.");
        var parent = Path.Combine(root, folder.Name);
        await RunAsync(["install", "-d", "-m", "711", parent], cancellation);
        return parent;
    }

    // Data is served by the version that made it; new data by the newest there is.
    private static string FindBinaries(string home)
    {
        var versionFile = Path.Combine(home, "data", "PG_VERSION");
        if (!File.Exists(versionFile))
            return Packages.FindPostgres() ?? throw new LocalServerException("PostgreSQL is not installed.");
        var version = File.ReadAllText(versionFile).Trim();
        return Packages.FindPostgres(version) ?? throw new LocalServerException(
            $"The data in {home} needs PostgreSQL {version}, which is not installed: install it, or remove the data.");
    }

    // A folder named `data` is always whole: initdb works beside it and only its finished work gets the name.
    private async Task InitializeAsync(string logFile, Action<string> report, CancellationToken cancellation)
    {
        report("Creating the PostgreSQL database…");
        PrivateFile.ReadOrCreatePassword(PasswordFile);
        if (RunAs is not null)
            await RunAsync(["chown", RunAs, PasswordFile], cancellation);
        var unfinished = Data + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        var initdb = Command("initdb", "--pgdata", unfinished, "--username", Superuser, "--pwfile", PasswordFile,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8");
        await ChildProcess.RunAsync(initdb with { LogFile = logFile }, InitdbTimeout, cancellation);
        Directory.Move(unfinished, Data);
    }

    // After a crash postmaster.pid is left, and its number may by now be another process's, which PostgreSQL would take for its
    // predecessor. We hold the folder's lock, so a postmaster that is really ours can only be one about to die with its owner.
    private async Task ForgetDeadPostmasterAsync(CancellationToken cancellation)
    {
        var pidFile = Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(pidFile))
            return;
        if (int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) && id > 1)
            await UntilGoneAsync(id, cancellation);
        File.Delete(pidFile);
    }

    private async Task UntilGoneAsync(int id, CancellationToken cancellation)
    {
        for (var end = DateTime.UtcNow + LastBreath; IsPostmaster(id); await Task.Delay(10, cancellation))
        {
            Signals.Send(id, Signal.Kill);
            if (DateTime.UtcNow > end)
                throw new LocalServerException($"The PostgreSQL process {id} still serves {Data} and cannot be ended.");
        }
    }

    // PostgreSQL's processes work in their data folder.
    private bool IsPostmaster(int id) =>
        string.Equals(new FileInfo($"/proc/{id}/cwd").LinkTarget, Data, StringComparison.Ordinal);

    private static Task<string> RunAsync(string[] command, CancellationToken cancellation) =>
        ChildProcess.RunAsync(new ChildCommand(command[0], command[1..]), ShortCommand, cancellation);
}
