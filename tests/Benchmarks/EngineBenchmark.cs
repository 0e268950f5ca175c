using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>T1: the engine with everything on — a template in the path, a check, histograms, windows — beside wrk, which does none of it.</summary>
internal static class EngineBenchmark
{
    private const int Users = 50;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, Peers.Target, cancellation);
        var ratios = new List<double>();
        var (ours, wrks) = (new List<GeneratorRun>(), new List<GeneratorRun>());
        for (var round = 0; round < rounds; round++)
        {
            wrks.Add(await Peers.WrkAsync(folder, nginx.Url, Users, seconds, cancellation));
            ours.Add((await Peers.LoadstoneAsync(folder, Plan(seconds), nginx.Url, cancellation)).Run);
            ratios.Add(ours[^1].CpuMicroseconds / wrks[^1].CpuMicroseconds);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round + 1}: wrk {wrks[^1].PerSecond:0}/s {wrks[^1].CpuMicroseconds:0.00} µs, loadstone {ours[^1].PerSecond:0}/s {ours[^1].CpuMicroseconds:0.00} µs, ratio {ratios[^1]:0.00}"));
        }

        return await Figures.WriteAsync(json, "T1 engine", new Dictionary<string, double>
        {
            ["cpu_per_request_ratio_to_wrk"] = Figures.Median(ratios),
            ["loadstone_cpu_us"] = Figures.Median(ours.Select(r => r.CpuMicroseconds)),
            ["wrk_cpu_us"] = Figures.Median(wrks.Select(r => r.CpuMicroseconds)),
            ["throughput_ratio_to_wrk"] = Figures.Median(ours.Zip(wrks, (a, b) => a.PerSecond / b.PerSecond)),
        }, cancellation);
    }

    private static string Plan(int seconds) => $$$"""
        name: engine benchmark
        duration: {{{seconds}}}s
        max_virtual_users: {{{Users}}}
        load_pattern: { type: constant }
        scenario_config:
          think_time: 0
          scenarios:
            - name: get
              user_journey: [ { action: http, name: get, path: "/fixed?n={{random.int(1,9)}}", checks: [ { status: 200 }, { max_time: 1s } ] } ]
        """;
}
