using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Loadstone.Local;

/// <summary>What to start, and how it is ended.</summary>
public sealed record ChildCommand(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>The user to run as; null: ourselves. Only root may name one.</summary>
    public string? User { get; init; }

    /// <summary>"/" by default: the other user may not be allowed into our own.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Added to our own environment, or, with <see cref="CleanEnvironment"/>, all of it beside PATH.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool CleanEnvironment { get; init; }

    /// <summary>What it writes to stdout and stderr is appended here.</summary>
    public string? LogFile { get; init; }

    /// <summary>Called for each line it writes, one call at a time. Must not throw.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>What asks it to end in good order.</summary>
    public Signal StopSignal { get; init; } = Signal.Terminate;

    /// <summary>How long it may take to end in good order before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>False for work that a crash of ours must not break off, such as the installing of packages.</summary>
    public bool DiesWithUs { get; init; } = true;

    // A child must not outlive us, not even a kill -9. PR_SET_PDEATHSIG has the kernel see to that, and needs no guardian
    // process that could itself be killed. setpriv sets it after the change of user, which would clear it. The shell closes
    // the one hole: had we died before it was set, the child would by now have another parent. Every step replaces the one
    // before (exec), so the process we started is the program itself. setsid gives it a group of its own: a Ctrl-C in the
    // terminal reaches only us, who end our children in good order, and what a child leaves behind is killed by its group.
    private const string ExecIfParentLives =
        """
        [ "$PPID" = "$1" ] || exit 1
        shift
        exec "$@" 2>&1
        """;

    internal ProcessStartInfo ToStartInfo()
    {
        var info = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var parent = System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        string[] shell = ["sh", "-c", ExecIfParentLives, "sh", parent];
        foreach (var argument in (string[])["setpriv", .. Privileges(), .. shell, Program, .. Arguments])
            info.ArgumentList.Add(argument);
        SetEnvironment(info.Environment);
        return info;
    }

    private string[] Privileges()
    {
        var onOurDeath = DiesWithUs ? nameof(Signal.Kill) : "clear";
        string[] user = User is null ? [] : [$"--reuid={User}", $"--regid={User}", "--init-groups"];
        return ["--pdeathsig", onOurDeath, .. user];
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        if (CleanEnvironment)
        {
            environment.Clear();
            environment["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";
        }

        foreach (var (name, value) in Environment)
            environment[name] = value;
    }
}
