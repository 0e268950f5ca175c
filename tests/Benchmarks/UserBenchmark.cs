using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>T2: 10,000 users who think for a second, spread evenly over it; peak resident memory and p95 beside their limits.</summary>
internal static class UserBenchmark
{
    private const int Users = 10_000;
    private const int RampSeconds = 10;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, FixedGet.Target, cancellation);
        var load = string.Create(CultureInfo.InvariantCulture, $"{{ type: linear, ramp_up: {RampSeconds}s, ramp_down: 0s }}");
        var plan = FixedGet.Plan(TimeSpan.FromSeconds(RampSeconds + seconds), Users, load, think: "1s");
        var runs = new List<LoadstoneRun>();
        for (var round = 0; round < rounds; round++)
        {
            runs.Add(await Peers.LoadstoneAsync(folder, plan, nginx.Url, cancellation));
            Console.Error.WriteLine($"round {round + 1}: {Say(runs[^1])}");
        }

        return await Figures.WriteAsync(json, "T2 users", new Dictionary<string, double>
        {
            ["peak_resident_mb (limit 120)"] = runs.Max(r => r.PeakBytes) / 1e6,
            ["p95_ms (limit 3)"] = Figures.Median(runs.Select(r => r["p95_response_time"])),
            ["p99_ms"] = Figures.Median(runs.Select(r => r["p99_response_time"])),
            ["lag_p99_ms"] = Figures.Median(runs.Select(r => r["send_lag_p99"])),
            ["failed (limit 0)"] = runs.Max(r => r["failed_requests"]),
            ["requests_per_second"] = Figures.Median(runs.Select(r => r.Run.PerSecond)),
            ["cpu_us"] = Figures.Median(runs.Select(r => r.Run.CpuMicroseconds)),
        }, cancellation);
    }

    private static string Say(LoadstoneRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.Run.PerSecond:0}/s, peak {run.PeakBytes / 1e6:0.0} MB, p95 {run["p95_response_time"]:0.000} ms, failed {run["failed_requests"]}");
}
