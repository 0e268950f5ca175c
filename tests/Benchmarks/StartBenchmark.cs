using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Loadstone.Benchmarks;

/// <summary>From the POST of an execution to its first request on the target, over gateway, scheduler, store, bus and worker.</summary>
internal static class StartBenchmark
{
    private const int WarmUp = 3;

    public static async Task<int> RunAsync(int runs, string? json, CancellationToken cancellation)
    {
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        var first = 0L;
        await using var target = await TargetAsync(() => Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0));
        var environment = await platform.RegisterAsync(new Uri(target.Urls.Single()), cancellation);
        var configuration = await platform.KeepAsync(environment, 1, 1, """{ "type": "constant" }""", cancellation, think: "0.01");
        var delays = new List<double>();
        for (var run = -WarmUp; run < runs; run++)
        {
            Volatile.Write(ref first, 0);
            var asked = Stopwatch.GetTimestamp();
            var id = await platform.ExecuteAsync(configuration, cancellation);
            await platform.EndOfAsync(id, cancellation);
            if (run >= 0)
                delays.Add(Stopwatch.GetElapsedTime(asked, Volatile.Read(ref first)).TotalMilliseconds);
        }

        delays.Sort();
        return await Figures.WriteAsync(json, "start", new Dictionary<string, double>
        {
            ["execute_to_first_request_p50_ms (limit 300)"] = Figures.Median(delays),
            ["execute_to_first_request_p99_ms (limit 1000)"] = delays[(int)Math.Ceiling(0.99 * delays.Count) - 1],
            ["execute_to_first_request_max_ms"] = delays[^1],
            ["runs"] = delays.Count,
        }, cancellation);
    }

    private static async Task<WebApplication> TargetAsync(Action heard)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            heard();
            return context.Response.WriteAsync("here");
        });
        await app.StartAsync();
        return app;
    }
}
