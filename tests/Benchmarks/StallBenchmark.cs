using System.Text.Json.Nodes;
using Loadstone.LoadEngine;
using Loadstone.Local;
using Loadstone.Plans;

namespace Loadstone.Benchmarks;

/// <summary>
/// T4: 200 arrivals a second for 20 s, of which the target answers none for 2 s. The percentiles stand beside those that the
/// schedule alone decides, with users to spare and with far too few, and beside those of k6 where there is one; and a criterion
/// that the stall breaks must fail.
/// </summary>
internal static class StallBenchmark
{
    private const int Rate = 200;
    private const int StallAtSecond = 10;
    private const string Gate = """{ max_avg_response_time: 60000, max_p95_response_time: 60000, expressions: [ "p(99)<50" ] }""";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var target = await LocalTarget.StartAsync(folder, cancellation);
        var figures = new Dictionary<string, double>();
        foreach (var users in new[] { 20, 600 })
        {
            var run = await Peers.LoadstoneAsync(folder, FixedGet.Plan(Length, users, FixedGet.Arrivals(Rate), criteria: Gate), target.Url, cancellation, (_, second) =>
            {
                if (second == StallAtSecond)
                    target.Stall(Stall);
            });
            foreach (var percent in new[] { 95, 99 })
                Compare(figures, $"{users}_users_p{percent}", run[$"p{percent}_response_time"], TrueMs(percent), " (limit 2)");
            figures[$"{users}_users_dropped (limit 0)"] = run["dropped"];
            figures[$"{users}_users_gate_p99_below_50_failed (limit 1)"] = HasFailed(run) ? 1 : 0;
        }

        if (K6.Find() is { } k6)
            await AddK6Async(figures, k6, folder, target, cancellation);
        return await Figures.WriteAsync(json, "T4 stall", figures, cancellation);
    }

    // With too few users k6 drops what comes due in the stall, and its percentiles look as if there had been none.
    private static async Task AddK6Async(Dictionary<string, double> figures, K6 k6, StateFolder folder, LocalTarget target, CancellationToken cancellation)
    {
        const int Users = 20;
        var running = k6.RunAsync(folder, target.Url, FixedGet.K6Arrivals(Rate, Length, Users), cancellation);
        await Task.Delay(TimeSpan.FromSeconds(StallAtSecond), cancellation);
        target.Stall(Stall);
        var run = await running;
        Compare(figures, $"k6_{Users}_users_p95", run.P95Ms, TrueMs(95), "");
        Compare(figures, $"k6_{Users}_users_p99", run.P99Ms, TrueMs(99), "");
        figures[$"k6_{Users}_users_dropped"] = run.Dropped;
    }

    private static void Compare(Dictionary<string, double> figures, string name, double ms, double trueMs, string limit)
    {
        figures[$"{name}_ms"] = ms;
        figures[$"{name}_ms_in_truth"] = trueMs;
        figures[$"{name}_off_percent{limit}"] = 100 * Math.Abs(ms - trueMs) / trueMs;
    }

    // Who is due in the stall waits for its end; everyone else waits for nothing worth counting.
    private static double TrueMs(double percent)
    {
        var stallNs = Stall.Ticks * 100;
        var beginNs = StallAtSecond * 1_000_000_000L;
        var shape = new LoadShape(LoadUnit.ArrivalsPerSecond, Rate, [new Stage(Length, Rate)]);
        var waitsNs = Arrivals.Of(shape, seed: 0).Select(dueNs => dueNs >= beginNs ? Math.Max(0, beginNs + stallNs - dueNs) : 0).Order().ToArray();
        return waitsNs[(int)Math.Ceiling(percent / 100 * waitsNs.Length) - 1] / 1e6;
    }

    private static bool HasFailed(LoadstoneRun run) => run.ExitCode == 1
        && run.Result["criteria"]!.AsArray().OfType<JsonObject>().Any(c => c["title"]!.GetValue<string>().Contains("50", StringComparison.Ordinal) && !c["passed"]!.GetValue<bool>());
}
