using System.Globalization;
using System.Text.Json.Nodes;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>k6 (Go and JavaScript), where this machine has it: Debian does not.</summary>
internal sealed class K6
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly string _program;

    private K6(string program) => _program = program;

    /// <summary>The k6 on PATH; null when there is none.</summary>
    public static K6? Find()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "k6")).FirstOrDefault(File.Exists);
        if (program is null)
            Console.Error.WriteLine("There is no k6 on PATH; it is left out.");
        return program is null ? null : new K6(program);
    }

    /// <summary>Runs a GET of a fixed answer again and again, with a check of the status.</summary>
    /// <param name="folder">Where its script and its result lie.</param>
    /// <param name="target">What is asked.</param>
    /// <param name="load">Its executor and that one's members, as JavaScript.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<K6Run> RunAsync(StateFolder folder, Uri target, string load, CancellationToken cancellation)
    {
        var (script, result) = (Path.Combine(folder.Path, "k6.js"), Path.Combine(folder.Path, "k6.json"));
        await File.WriteAllTextAsync(script, Script(target, load, result), cancellation);
        File.Delete(result);
        var (output, cpuSeconds) = await Peers.TimedAsync($"{_program} run --quiet --no-usage-report {script}", Patience, cancellation);
        if (!File.Exists(result))
            throw new LocalServerException($"k6 left no result:\n{output}");
        return Read(JsonNode.Parse(await File.ReadAllTextAsync(result, cancellation))!, cpuSeconds);
    }

    private static K6Run Read(JsonNode metrics, double cpuSeconds)
    {
        var requests = Of("http_reqs", "count");
        return new K6Run(
            new GeneratorRun((long)requests, Of("http_reqs", "rate"), cpuSeconds * 1e6 / requests),
            Of("dropped_iterations", "count"), Of("http_req_duration", "p(95)"), Of("http_req_duration", "p(99)"));

        double Of(string metric, string value) => metrics[metric]?["values"]?[value]?.GetValue<double>() ?? 0;
    }

    private static string Script(Uri target, string load, string result) => string.Create(CultureInfo.InvariantCulture, $$"""
        import http from 'k6/http';
        import { check } from 'k6';
        export const options = { summaryTrendStats: ['p(95)', 'p(99)'], scenarios: { get: { {{load}} } } };
        export default function () {
          check(http.get(`{{target}}fixed?n=${1 + Math.floor(9 * Math.random())}`, { tags: { name: 'get' } }), { status: r => r.status === 200 });
        }
        export function handleSummary(data) { return { '{{result}}': JSON.stringify(data.metrics) }; }
        """);
}

/// <summary>What k6 did in one run.</summary>
/// <param name="Run">What every generator says.</param>
/// <param name="Dropped">Arrivals it had no user for.</param>
/// <param name="P95Ms">Its 95th percentile, from the send.</param>
/// <param name="P99Ms">Its 99th percentile, from the send.</param>
internal sealed record K6Run(GeneratorRun Run, double Dropped, double P95Ms, double P99Ms);
