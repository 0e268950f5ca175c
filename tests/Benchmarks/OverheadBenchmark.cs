using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>
/// What a platform costs the load that it makes: the throughput of a run with all services on the same machine beside that of the
/// engine alone, without any platform up, in turn.
/// </summary>
internal static class OverheadBenchmark
{
    private const int Users = 50;
    private const int WarmUpSeconds = 20;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, FixedGet.Target, cancellation);
        var plan = FixedGet.Plan(TimeSpan.FromSeconds(seconds), Users, "{ type: constant }");
        var (bare, whole) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            bare.Add((await Peers.LoadstoneAsync(folder, plan, nginx.Url, cancellation)).Run.PerSecond);
            whole.Add(await PlatformAsync(nginx.Url, seconds, cancellation));
        }

        return await Figures.WriteAsync(json, "overhead", new Dictionary<string, double>
        {
            ["engine_alone_requests_per_second"] = Figures.Median(bare),
            ["platform_requests_per_second"] = Figures.Median(whole),
            ["share_kept (limit 0.85)"] = Figures.MedianRatio(whole, bare, rate => rate),
        }, cancellation);
    }

    // A platform is up for long before most of its runs: the first run warms up what has just been started, the second is measured.
    private static async Task<double> PlatformAsync(Uri target, int seconds, CancellationToken cancellation)
    {
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        var environment = await platform.RegisterAsync(target, cancellation);
        var warmUp = await platform.KeepAsync(environment, WarmUpSeconds, Users, """{ "type": "constant" }""", cancellation);
        await platform.EndOfAsync(await platform.ExecuteAsync(warmUp, cancellation), cancellation);
        var configuration = await platform.KeepAsync(environment, seconds, Users, """{ "type": "constant" }""", cancellation);
        return (await platform.EndOfAsync(await platform.ExecuteAsync(configuration, cancellation), cancellation)).ThroughputRps;
    }
}
