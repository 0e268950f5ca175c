using System.Globalization;
using System.Text.Json.Nodes;

namespace Loadstone.Benchmarks;

/// <summary>
/// A day of scheduled runs in minutes: one schedule is run again and again, some runs at once, and after each 20 runs, when none
/// goes on, it is looked at what the platform holds. Over the second half of the runs nothing may grow; before that processes still
/// grow into their work (the first 300 runs, here).
/// </summary>
internal static class RunsBenchmark
{
    /// <summary>With fewer, there is no second half to speak of.</summary>
    public const int Fewest = 80;

    private const int AtOnce = 4;
    private const int PerSample = 20;
    private const double MemoryLimit = 0.05;

    public static async Task<int> RunAsync(int runs, string? json, CancellationToken cancellation)
    {
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        await using var leftovers = await Leftovers.OfAsync(platform, cancellation);
        var schedule = await ScheduleAsync(platform, cancellation);
        var samples = new List<(int Run, Dictionary<string, double> Figures)>();
        for (var done = 0; done < runs;)
        {
            var batch = Math.Min(PerSample, runs - done);
            await Parallel.ForEachAsync(Enumerable.Range(0, batch), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (_, token) => await platform.EndOfAsync((await platform.Api.RunScheduleNowAsync(schedule, null, token)).Execution.Id, token));
            samples.Add((done += batch, await leftovers.TakeAsync(cancellation)));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} {done} runs are over"));
        }

        return await ReportAsync(samples, json, cancellation);
    }

    // Due once in a year, so that only we run it.
    private static async Task<Guid> ScheduleAsync(BenchPlatform platform, CancellationToken cancellation)
    {
        var environment = await platform.RegisterAsync(platform.Platform.Target, cancellation);
        var configuration = await platform.KeepAsync(environment, 1, 5, """{ "type": "constant_arrival_rate", "rate": 5 }""", cancellation);
        var schedule = await platform.Api.CreateScheduleAsync(new JsonObject { ["configuration_id"] = configuration.ToString(), ["cron_expression"] = "0 0 1 1 *" }, cancellation);
        return schedule.Schedule["id"]!.GetValue<Guid>();
    }

    private static async Task<int> ReportAsync(List<(int Run, Dictionary<string, double> Figures)> samples, string? json, CancellationToken cancellation)
    {
        var half = samples[^1].Run / 2;
        var counted = samples.Where(s => s.Run >= half).ToList();
        var (figures, grown) = (new Dictionary<string, double>(), new List<string>());
        foreach (var name in samples[0].Figures.Keys)
        {
            var growth = new Growth([.. counted.Select(s => (s.Run, s.Figures[name]))]);
            var isMemory = name.StartsWith(Leftovers.Memory, StringComparison.Ordinal);
            Console.Error.WriteLine($"{name,-44} {string.Concat(samples.Select(s => s.Figures[name].ToString("0", CultureInfo.InvariantCulture).PadLeft(6)))}");
            figures[isMemory ? $"{name}: growth per run (limit {MemoryLimit:0%} in 100)" : $"{name}: growth in 100 runs (limit 0)"] = isMemory ? growth.PerHundred / 100 : growth.PerHundred;
            if (isMemory ? growth.SharePerHundred > MemoryLimit : !growth.IsSteady)
                grown.Add(name);
        }

        await Figures.WriteAsync(json, "scheduled runs", figures, cancellation);
        Console.Error.WriteLine(grown.Count == 0 ? "nothing grows" : $"grows: {string.Join(", ", grown)}");
        return grown.Count == 0 ? 0 : 1;
    }
}
