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
    /// <summary>What nginx does when it is the target: it answers 54 bytes from memory, and never waits.</summary>
    public const string Target = """location / { return 200 "nothing but fifty-four bytes, to be answered at once\n\n"; }""";

    private const string WrkProgram = "/usr/bin/wrk";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>wrk (C), two threads; its CPU is what the shell counted for it.</summary>
    public static async Task<GeneratorRun> WrkAsync(StateFolder folder, Uri target, int connections, int seconds, CancellationToken cancellation)
    {
        await Packages.EnsureProgramAsync(WrkProgram, "wrk", folder.LogFile("packages"), Console.Error.WriteLine, cancellation);
        var script = string.Create(CultureInfo.InvariantCulture, $"TIMEFORMAT='cpu %U %S'; time {WrkProgram} -t2 -c{connections} -d{seconds} {target}");
        var output = await ChildProcess.RunAsync(new ChildCommand("bash", "-c", script), Patience, cancellation);
        var requests = Number(WrkRequests().Match(output));
        var cpu = WrkCpu().Match(output);
        return new GeneratorRun((long)requests, Number(WrkRate().Match(output)), (Number(cpu, 1) + Number(cpu, 2)) * 1e6 / requests);
    }

    /// <summary>Our engine, as <c>loadstone local</c>.</summary>
    /// <returns>The run, and everything else that it reported.</returns>
    public static async Task<(GeneratorRun Run, JsonNode Result)> LoadstoneAsync(
        StateFolder folder, string plan, Uri target, CancellationToken cancellation, string name = "run")
    {
        var (file, result) = (Path.Combine(folder.Path, $"{name}.yaml"), Path.Combine(folder.Path, $"{name}.json"));
        await File.WriteAllTextAsync(file, plan, cancellation);
        await using var run = ChildProcess.Start(new ChildCommand(
            "dotnet", Platform.ProgramOf(folder.Clone, "Worker"), "local", file, "--target", target.ToString(), "--json", result));
        await run.ExitedWithinAsync(Patience, cancellation);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(result, cancellation))!;
        var requests = json["total_requests"]!.GetValue<long>();
        return (new GeneratorRun(requests, json["throughput_rps"]!.GetValue<double>(), json["cpu_seconds"]!.GetValue<double>() * 1e6 / requests), json);
    }

    private static double Number(Match match, int group = 1) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrkRequests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrkRate();

    [GeneratedRegex(@"cpu ([\d.]+) ([\d.]+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrkCpu();
}
