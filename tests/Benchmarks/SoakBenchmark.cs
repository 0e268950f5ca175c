using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>
/// Hours of load must cost no more memory than minutes, and no request its count: an open load at half the rate that the
/// machine can do, the generator's memory in each tenth of it, and the target's own count beside ours.
/// </summary>
internal static class SoakBenchmark
{
    private const int CalibrationSeconds = 5;
    private const int Tenths = 10;

    public static async Task<int> RunAsync(int minutes, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, FixedGet.Target, cancellation);
        var calibration = FixedGet.Plan(TimeSpan.FromSeconds(CalibrationSeconds), 50, "{ type: constant }");
        var peak = (await Peers.LoadstoneAsync(folder, calibration, nginx.Url, cancellation)).Run.PerSecond;
        var rate = Math.Round(peak / 2);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak {peak:0}/s; now {minutes} min at {rate:0}/s"));

        var before = await nginx.CountRequestsAsync(cancellation);
        var seconds = 60 * minutes;
        var memory = new double[Tenths];
        var plan = FixedGet.Plan(TimeSpan.FromMinutes(minutes), 400, FixedGet.Arrivals(rate));
        var run = await Peers.LoadstoneAsync(folder, plan, nginx.Url, cancellation, (process, second) =>
            memory[Math.Min(Tenths - 1, (second - 1) * Tenths / seconds)] = process.Bytes / 1e6);
        var counted = await nginx.CountRequestsAsync(cancellation) - before;

        var figures = FiguresOf(run, counted - run.Run.Requests, (rate * seconds) - run["iterations"] - run["dropped"], memory, minutes);
        return await Figures.WriteAsync(json, "soak", figures, cancellation);
    }

    private static Dictionary<string, double> FiguresOf(LoadstoneRun run, double uncounted, double lost, double[] memory, int minutes)
    {
        var figures = new Dictionary<string, double>();
        for (var tenth = 0; tenth < Tenths; tenth++)
            figures[string.Create(CultureInfo.InvariantCulture, $"resident_mb_after_{(tenth + 1) * minutes * 6 / 60.0:0.#}_min")] = memory[tenth];
        figures["slope_mb_per_hour"] = Slope(memory) * Tenths * 60 / minutes;
        figures["requests"] = run.Run.Requests;
        figures["counted_by_target_less_reported (limit 0)"] = uncounted;
        figures["planned_less_begun_and_dropped (limit 0)"] = lost;
        figures["failed (limit 0)"] = run["failed_requests"];
        figures["dropped (limit 0)"] = run["dropped"];
        figures["p99_ms"] = run["p99_response_time"];
        return figures;
    }

    // Least squares, per tenth; the first is left out, in which the process still grows into its work.
    private static double Slope(double[] memory)
    {
        var points = memory.Select((mb, tenth) => (X: (double)tenth, Y: mb)).Skip(1).ToArray();
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        return points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / points.Sum(p => (p.X - meanX) * (p.X - meanX));
    }
}
