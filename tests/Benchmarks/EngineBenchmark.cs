using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>
/// T1: the engine with everything on — a template in the path, a check, histograms, windows — beside wrk, which does none of
/// it, and beside k6, which does all of it.
/// </summary>
internal static class EngineBenchmark
{
    private const int Users = 50;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, FixedGet.Target, cancellation);
        var k6 = K6.Find();
        var plan = FixedGet.Plan(TimeSpan.FromSeconds(seconds), Users, "{ type: constant }", path: "/fixed?n={{random.int(1,9)}}");
        var (ours, wrks, k6s) = (new List<GeneratorRun>(), new List<GeneratorRun>(), new List<GeneratorRun>());
        for (var round = 0; round < rounds; round++)
        {
            wrks.Add(await Peers.WrkAsync(folder, nginx.Url, Users, seconds, cancellation));
            ours.Add((await Peers.LoadstoneAsync(folder, plan, nginx.Url, cancellation)).Run);
            if (k6 is not null)
                k6s.Add((await k6.RunAsync(folder, nginx.Url, K6Load(seconds), cancellation)).Run);
            Console.Error.WriteLine($"round {round + 1}: wrk {Say(wrks[^1])}, loadstone {Say(ours[^1])}{(k6 is null ? "" : $", k6 {Say(k6s[^1])}")}");
        }

        return await Figures.WriteAsync(json, "T1 engine", new Dictionary<string, double>
        {
            ["cpu_per_request_ratio_to_wrk"] = Figures.MedianRatio(ours, wrks, r => r.CpuMicroseconds),
            ["loadstone_cpu_us"] = Figures.Median(ours.Select(r => r.CpuMicroseconds)),
            ["wrk_cpu_us"] = Figures.Median(wrks.Select(r => r.CpuMicroseconds)),
            ["throughput_ratio_to_wrk"] = Figures.MedianRatio(ours, wrks, r => r.PerSecond),
        }.With(k6s.Count > 0, () => new()
        {
            ["cpu_per_request_of_k6_over_ours (limit 4)"] = Figures.MedianRatio(k6s, ours, r => r.CpuMicroseconds),
            ["k6_cpu_us"] = Figures.Median(k6s.Select(r => r.CpuMicroseconds)),
            ["throughput_ratio_to_k6"] = Figures.MedianRatio(ours, k6s, r => r.PerSecond),
        }), cancellation);
    }

    private static string Say(GeneratorRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.PerSecond:0}/s {run.CpuMicroseconds:0.00} µs");

    private static string K6Load(int seconds) => string.Create(CultureInfo.InvariantCulture, $"executor: 'constant-vus', vus: {Users}, duration: '{seconds}s'");
}
