using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>Nothing else of this project runs meanwhile: memory is counted for the whole process.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(AllocationTests))]
public sealed class AllocationTests(NginxServer nginx) : IClassFixture<NginxServer>
{
    private const int WarmUpSeconds = 2;
    private const int Seconds = 5;
    private const double MostBytes = 16;

    [Fact]
    public async Task A_warm_engine_allocates_nothing_for_a_request()
    {
        // What a second costs, whatever happens in it, is no request's.
        var (quietBytes, quietRequests) = await MeasureAsync(users: 1, think: "20ms");
        var (bytes, requests) = await MeasureAsync(users: 10, think: "0");

        Assert.True(requests > 10 * quietRequests, $"{requests} requests, {quietRequests} when quiet");
        Assert.InRange((bytes - quietBytes) / (double)(requests - quietRequests), double.NegativeInfinity, MostBytes);
    }

    private async Task<(long Bytes, long Requests)> MeasureAsync(int users, string think)
    {
        var plan = PlanFile.Parse($$"""
            name: x
            duration: {{Seconds}}s
            max_virtual_users: {{users}}
            load_pattern: { type: constant }
            scenario_config: { think_time: {{think}}, scenarios: [ { name: s, user_journey: [ { action: http, path: /fixed, checks: [ { status: 200 } ] } ] } ] }
            """);
        await using var run = await LoadRun.PrepareAsync(new LoadOrder { Plan = plan, BaseUrls = [nginx.Url], Seed = 1 }, CancellationToken.None);
        var (before, bytes, requests) = (0L, 0L, 0L);
        await run.RunAsync(TimeSpan.Zero, window =>
        {
            if (window.Sequence < WarmUpSeconds)
                before = GC.GetTotalAllocatedBytes(precise: true);
            else if (window.Sequence < Seconds)
                (bytes, requests) = (GC.GetTotalAllocatedBytes(precise: true) - before, requests + window.Total().Ok);
        });
        return (bytes, requests);
    }
}
