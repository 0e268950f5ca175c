using System.Diagnostics;

namespace Loadstone.Benchmarks;

/// <summary>How long programs wait for what is known of a long run.</summary>
internal static class ReportBenchmark
{
    private const int Asked = 20;
    private static readonly string[] Granularities = ["minute", "5m"];

    public static async Task<int> RunAsync(int minutes, string? json, CancellationToken cancellation)
    {
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        await using var told = await LongRun.TellAsync(platform, minutes, _ => Task.CompletedTask, cancellation);
        var run = told.Id;
        var watch = Stopwatch.StartNew();
        var end = await platform.EndOfAsync(run, cancellation);
        var figures = new Dictionary<string, double> { ["verdict_seconds_after_the_last_second_was_closed"] = watch.Elapsed.TotalSeconds, ["requests"] = end.TotalRequests };
        foreach (var format in new[] { "json", "html" })
            figures[$"detailed_report_{format}_first_ms (limit 3000)"] = await FirstAsync(() => platform.Api.ReportAsync(run, format, "detailed", null, cancellation));
        using var http = Http(platform);
        foreach (var granularity in Granularities)
        {
            var times = await TimesAsync(() => http.GetStringAsync(new Uri($"api/load-testing/executions/{run}/metrics?granularity={granularity}", UriKind.Relative), cancellation));
            figures[$"metrics_by_{granularity}_first_ms"] = times[0];
            figures[$"metrics_by_{granularity}_p50_ms (limit 300)"] = Figures.Median(times);
            figures[$"metrics_by_{granularity}_longest_ms"] = times.Skip(1).Max();
        }

        figures["metrics_by_second_ms"] = Figures.Median(await TimesAsync(() => http.GetStringAsync(new Uri($"api/load-testing/executions/{run}/metrics?granularity=second", UriKind.Relative), cancellation), 3));
        figures["endpoints_p50_ms"] = Figures.Median(await TimesAsync(() => platform.Api.EndpointsAsync(run, cancellation)));
        return await Figures.WriteAsync(json, "report", figures, cancellation);
    }

    private static HttpClient Http(BenchPlatform platform)
    {
        var http = new HttpClient { BaseAddress = platform.Platform.Gateway, Timeout = TimeSpan.FromMinutes(1) };
        http.DefaultRequestHeaders.Add("X-API-Key", platform.Platform.Key);
        return http;
    }

    private static async Task<double> FirstAsync(Func<Task> ask) => (await TimesAsync(ask, 1))[0];

    private static async Task<List<double>> TimesAsync(Func<Task> ask, int times = Asked)
    {
        var taken = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            await ask();
            taken.Add(watch.Elapsed.TotalMilliseconds);
        }

        return taken;
    }
}
