namespace Loadstone.Local;

/// <summary>Finds the Debian packages of the servers and programs we start, and installs what is missing.</summary>
internal static class Packages
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ShortCommand = TimeSpan.FromSeconds(30);

    // Runs as root; arguments: the log, then the packages. Two checkouts take turns. Debian starts a service as soon as it is
    // installed unless policy-rc.d says no (101); a policy that the machine already has is its owner's and stays. Ours is removed
    // by the trap, and should the script be killed, it allows everything from then on.
    private const string InstallScript =
        """
        exec >>"$1" 2>&1 9>/run/loadstone-packages.lock
        shift
        flock 9
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ] || grep -q Loadstone $policy; then
          trap 'rm -f $policy' EXIT
          printf '#!/bin/sh\n# Loadstone is installing packages\n[ -d /proc/%s ] && exit 101 || exit 0\n' $$ >$policy
          chmod 755 $policy
        fi
        export DEBIAN_FRONTEND=noninteractive
        install() { apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" </dev/null 9>&-; }
        install "$@" || { apt-get update && install "$@"; }
        """;

    /// <summary>The folder with PostgreSQL's programs: the newest version's, or that of one version.</summary>
    public static string? FindPostgres(string version = "*") =>
        Folders("/usr/lib/postgresql", version)
            .OrderByDescending(Version)
            .Select(folder => Path.Combine(folder, "bin"))
            .FirstOrDefault(programs => File.Exists(Path.Combine(programs, "postgres")));

    /// <summary>RabbitMQ's own folder.</summary>
    public static string? FindRabbitMq() => Folders("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").MaxBy(Version);

    /// <summary>Sees to it that the servers that will be started are installed.</summary>
    public static async Task EnsureAsync(
        bool postgres, bool rabbitMq, string logFile, Action<string> report, CancellationToken cancellation)
    {
        string[] missing =
        [
            .. postgres && FindPostgres() is null ? ["postgresql"] : (string[])[],
            .. rabbitMq && FindRabbitMq() is null ? ["rabbitmq-server"] : (string[])[],
        ];
        if (missing.Length > 0)
            await InstallAsync(missing, logFile, report, cancellation);
    }

    /// <summary>Sees to it that a program is there, from a package of Debian's.</summary>
    public static async Task EnsureProgramAsync(string path, string package, string logFile, Action<string> report, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            await InstallAsync([package], logFile, report, cancellation);
    }

    private static async Task InstallAsync(
        string[] packages, string logFile, Action<string> report, CancellationToken cancellation)
    {
        var names = string.Join(" and ", packages);
        var asRoot = await PrefixForRootAsync(cancellation)
            ?? throw new LocalServerException($"{names} must be installed: {Advice(packages)}");
        report($"Installing {names}… (log: {logFile})");

        // Neither a crash nor a Ctrl-C of ours breaks this off: half-configured packages are worse than work in the background.
        string[] command = [.. asRoot, "sh", "-c", InstallScript, "sh", logFile, .. packages];
        var installer = ChildProcess.Start(new ChildCommand(command[0], command[1..]) { DiesWithUs = false });
        if (await installer.ExitedWithinAsync(InstallTimeout, cancellation) != 0)
            throw new LocalServerException($"{names} could not be installed: {Advice(packages)}\n{LastLines(logFile)}");
    }

    private static string Advice(string[] packages) =>
        $"run `sudo apt-get install {string.Join(' ', packages)}` (Debian, Ubuntu), " +
        $"or name running servers in {LocalServers.PostgresVariable} and {LocalServers.RabbitMqVariable}.";

    // What to put before a command that installs; null when we may not.
    private static async Task<string[]?> PrefixForRootAsync(CancellationToken cancellation)
    {
        if (!await SucceedsAsync(["apt-get", "--version"], cancellation))
            return null;
        if (Environment.IsPrivilegedProcess)
            return [];
        return await SucceedsAsync(["sudo", "-n", "true"], cancellation) ? ["sudo", "-n"] : null;
    }

    private static Task<bool> SucceedsAsync(string[] command, CancellationToken cancellation) =>
        ChildProcess.SucceedsAsync(new ChildCommand(command[0], command[1..]), ShortCommand, cancellation);

    private static string LastLines(string file) =>
        File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(10)) : "";

    private static string[] Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern) : [];

    // Of ".../15", "…/rabbitmq_server-3.10.8".
    private static Version Version(string folder)
    {
        var text = Path.GetFileName(folder).Split('-')[^1];
        return System.Version.TryParse(text, out var version) || System.Version.TryParse($"{text}.0", out version)
            ? version
            : new Version();
    }
}
