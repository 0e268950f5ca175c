using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>What one load generator did in one run.</summary>
/// <param name="Requests">Requests made.</param>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="CpuMicroseconds">The generator's own CPU for each request.</param>
internal sealed record GeneratorRun(long Requests, double PerSecond, double CpuMicroseconds);

/// <summary>The load generators that are measured, each as the program people start.</summary>
internal static partial class Peers
{
    private const string WrkProgram = "/usr/bin/wrk";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>wrk (C), two threads.</summary>
    public static async Task<GeneratorRun> WrkAsync(StateFolder folder, Uri target, int connections, int seconds, CancellationToken cancellation)
    {
        await Packages.EnsureProgramAsync(WrkProgram, "wrk", folder.LogFile("packages"), Console.Error.WriteLine, cancellation);
        var command = string.Create(CultureInfo.InvariantCulture, $"{WrkProgram} -t2 -c{connections} -d{seconds} {target}");
        var (output, cpuSeconds) = await TimedAsync(command, Patience, cancellation);
        var requests = Number(WrkRequests().Match(output));
        return new GeneratorRun((long)requests, Number(WrkRate().Match(output)), cpuSeconds * 1e6 / requests);
    }

    /// <summary>Our engine, as <c>loadstone local</c>.</summary>
    /// <param name="folder">Where its plan and its result lie.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="target">What is asked.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="onSecond">Called after each second of the run with the process and the seconds gone.</param>
    public static async Task<LoadstoneRun> LoadstoneAsync(
        StateFolder folder, string plan, Uri target, CancellationToken cancellation, Action<ProcessMemory, int>? onSecond = null)
    {
        var (file, result) = (Path.Combine(folder.Path, "plan.yaml"), Path.Combine(folder.Path, "result.json"));
        await File.WriteAllTextAsync(file, plan, cancellation);
        File.Delete(result);
        var memory = new ProcessMemory();
        await using var run = ChildProcess.Start(WithOpenFiles(
            "dotnet", Platform.ProgramOf(folder.Clone, "Worker"), "local", file, "--target", target.ToString(), "--json", result) with
        {
            LogFile = folder.LogFile("local"),
            OnLine = line => Look(line, memory, onSecond),
        });
        memory.Process = run.Id;
        var exitCode = await run.ExitedWithinAsync(Timeout.InfiniteTimeSpan, cancellation);
        return File.Exists(result)
            ? new LoadstoneRun(JsonNode.Parse(await File.ReadAllTextAsync(result, cancellation))!, exitCode, memory.PeakBytes)
            : throw new LocalServerException($"loadstone local left no result:\n{run.LogTail}");
    }

    /// <summary>Runs a command and returns what it wrote and the CPU seconds that the shell counted for it.</summary>
    public static async Task<(string Output, double CpuSeconds)> TimedAsync(string command, TimeSpan patience, CancellationToken cancellation)
    {
        var output = await ChildProcess.RunAsync(new ChildCommand("bash", "-c", $"TIMEFORMAT='cpu %U %S'; time {command}"), patience, cancellation);
        var cpu = Cpu().Match(output);
        return (output, Number(cpu, 1) + Number(cpu, 2));
    }

    // As many as ten thousand users need, where the machine lets us raise what a process may have.
    private static ChildCommand WithOpenFiles(params string[] command) =>
        new("sh", ["-c", """ulimit -n 65536 2>/dev/null; exec "$@" """, "sh", .. command]);

    private static void Look(string line, ProcessMemory memory, Action<ProcessMemory, int>? onSecond)
    {
        if (SecondLine().Match(line) is not { Success: true } second)
            return;
        memory.Look();
        onSecond?.Invoke(memory, (int)Number(second));
    }

    private static double Number(Match match, int group = 1) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrkRequests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrkRate();

    [GeneratedRegex(@"cpu ([\d.]+) ([\d.]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Cpu();

    [GeneratedRegex(@"^\s*(\d+) s  .*users", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecondLine();
}

/// <summary>What our engine did in one run.</summary>
/// <param name="Result">Everything that it reported.</param>
/// <param name="ExitCode">The verdict, as <c>loadstone local</c> gives it.</param>
/// <param name="PeakBytes">The most memory it had resident, as the kernel saw it.</param>
internal sealed record LoadstoneRun(JsonNode Result, int ExitCode, long PeakBytes)
{
    public GeneratorRun Run { get; } = new(
        (long)Of(Result, "total_requests"), Of(Result, "throughput_rps"), Of(Result, "cpu_seconds") * 1e6 / Of(Result, "total_requests"));

    /// <summary>A figure by the name it is reported under.</summary>
    public double this[string name] => Of(Result, name);

    private static double Of(JsonNode result, string name) => result[name]!.GetValue<double>();
}
