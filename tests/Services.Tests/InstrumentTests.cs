using Loadstone.Contracts;
using Loadstone.Measurement;
using Loadstone.Scheduler;
using Loadstone.ServiceHost;
using Microsoft.AspNetCore.Builder;

namespace Loadstone.Services.Tests;

/// <summary>What a scheduler shows of runs to whoever collects its metrics.</summary>
public sealed class InstrumentTests
{
    [Fact]
    public async Task A_run_is_told_apart_from_others_however_many_were_before_it()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["LOADSTONE_INTERNAL_KEY"] = new string('k', 32);
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        await using var service = builder.AddPlatformDefaults("test").Build().UsePlatformDefaults();
        await service.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        var live = new LiveFigures();
        var instruments = new Instruments(new Fleet(TimeProvider.System), live);

        for (var collection = 0; collection < 25; collection++)
        {
            var runs = Enumerable.Range(0, 100).Select(_ => Guid.NewGuid()).ToList();
            runs.ForEach(run => live.Hear(FirstSecondOf(run)));
            Assert.Contains($"loadstone_run_requests{{execution=\"{runs[^1]}\"}} 3\n", await http.GetStringAsync("/metrics"));
            foreach (var run in runs)
            {
                live.Forget(run);
                instruments.CountEnd(new ExecutionEnded(run, "completed", null, null, DateTimeOffset.UnixEpoch));
            }
        }
    }

    private static WindowClosed FirstSecondOf(Guid run)
    {
        var window = new MetricWindow();
        return new WindowClosed(run, 0, 0, window, RunFigures.Of(window) with { TotalRequests = 3 }, [], DateTimeOffset.UnixEpoch);
    }
}
