using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>T3: an open load of 20,000 arrivals a second; limits, because no peer on Debian keeps a rate and says how late it was.</summary>
internal static class ArrivalBenchmark
{
    private const int Rate = 20_000;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, Peers.Target, cancellation);
        var figures = new List<(double Dropped, double LagMs, double LatencyMs, double CpuMicroseconds)>();
        for (var round = 0; round < rounds; round++)
        {
            var (run, result) = await Peers.LoadstoneAsync(folder, Plan(seconds), nginx.Url, cancellation);
            figures.Add((Of("dropped"), Of("send_lag_p99"), Of("p99_response_time"), run.CpuMicroseconds));
            var (dropped, lagMs, latencyMs, cpu) = figures[^1];
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round + 1}: {run.PerSecond:0}/s, dropped {dropped}, lag p99 {lagMs:0.000} ms, latency p99 {latencyMs:0.000} ms, {cpu:0.0} µs CPU per request"));

            double Of(string name) => result[name]!.GetValue<double>();
        }

        return await Figures.WriteAsync(json, "T3 arrivals", new Dictionary<string, double>
        {
            ["dropped"] = figures.Max(f => f.Dropped),
            ["lag_p99_ms (limit 0.5)"] = Figures.Median(figures.Select(f => f.LagMs)),
            ["latency_p99_ms (limit 5)"] = Figures.Median(figures.Select(f => f.LatencyMs)),
            ["cpu_us (limit 15)"] = Figures.Median(figures.Select(f => f.CpuMicroseconds)),
        }, cancellation);
    }

    private static string Plan(int seconds) => $$$"""
        name: arrival benchmark
        duration: {{{seconds}}}s
        max_virtual_users: 400
        load_pattern: { type: constant_arrival_rate, rate: {{{Rate}}} }
        scenario_config:
          think_time: 0
          scenarios: [ { name: get, user_journey: [ { action: http, name: get, path: /fixed, checks: [ { status: 200 } ] } ] } ]
        """;
}
