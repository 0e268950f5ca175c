using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>
/// T3: an open load of 20,000 arrivals a second, held against limits; beside k6 where there is one. (No generator of Debian's
/// keeps a rate and says how late it was.)
/// </summary>
internal static class ArrivalBenchmark
{
    private const int Rate = 20_000;
    private const int Users = 400;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, FixedGet.Target, cancellation);
        var k6 = K6.Find();
        var length = TimeSpan.FromSeconds(seconds);
        var plan = FixedGet.Plan(length, Users, FixedGet.Arrivals(Rate));
        var (ours, k6s) = (new List<LoadstoneRun>(), new List<K6Run>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await Peers.LoadstoneAsync(folder, plan, nginx.Url, cancellation));
            Console.Error.WriteLine($"round {round + 1}: {Say(ours[^1])}");
            if (k6 is null)
                continue;
            k6s.Add(await k6.RunAsync(folder, nginx.Url, FixedGet.K6Arrivals(Rate, length, Users), cancellation));
            Console.Error.WriteLine($"  k6: {Say(k6s[^1])}");
        }

        return await Figures.WriteAsync(json, "T3 arrivals", new Dictionary<string, double>
        {
            ["dropped"] = ours.Max(r => r["dropped"]),
            ["lag_p99_ms (limit 0.5)"] = Figures.Median(ours.Select(r => r["send_lag_p99"])),
            ["latency_p99_ms (limit 5)"] = Figures.Median(ours.Select(r => r["p99_response_time"])),
            ["cpu_us (limit 15)"] = Figures.Median(ours.Select(r => r.Run.CpuMicroseconds)),
        }.With(k6s.Count > 0, () => new()
        {
            ["k6_dropped"] = k6s.Max(r => r.Dropped),
            ["k6_latency_p99_ms (from the send)"] = Figures.Median(k6s.Select(r => r.P99Ms)),
            ["k6_cpu_us"] = Figures.Median(k6s.Select(r => r.Run.CpuMicroseconds)),
        }), cancellation);
    }

    private static string Say(LoadstoneRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Run.PerSecond:0}/s, dropped {run["dropped"]}, lag p99 {run["send_lag_p99"]:0.000} ms, latency p99 {run["p99_response_time"]:0.000} ms, {run.Run.CpuMicroseconds:0.0} µs CPU per request");

    private static string Say(K6Run run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Run.PerSecond:0}/s, dropped {run.Dropped}, latency p99 {run.P99Ms:0.000} ms from the send, {run.Run.CpuMicroseconds:0.0} µs CPU per request");
}
