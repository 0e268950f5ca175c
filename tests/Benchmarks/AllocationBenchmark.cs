using Loadstone.LoadEngine;
using Loadstone.Local;
using Loadstone.Plans;

namespace Loadstone.Benchmarks;

/// <summary>Bytes allocated for each request of a fixed GET, once warm; beside a bare loop over .NET's own HTTP client.</summary>
internal static class AllocationBenchmark
{
    private const int Users = 50;
    private const int WarmUpSeconds = 3;

    public static async Task<int> RunAsync(int seconds, string? json, CancellationToken cancellation)
    {
        EngineProcess.Prepare();
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var nginx = await Nginx.StartAsync(folder, FixedGet.Target, cancellation);
        await WarmUp.RunAsync(cancellation);
        var ours = await OfEngineAsync(nginx.Url, seconds, cancellation);
        var theirs = await OfHttpClientAsync(nginx.Url, seconds, cancellation);
        return await Figures.WriteAsync(json, "allocations", new Dictionary<string, double>
        {
            ["engine_bytes_per_request (limit 0)"] = ours.Bytes / (double)ours.Requests,
            ["engine_requests"] = ours.Requests,
            ["http_message_invoker_bytes_per_request"] = theirs.Bytes / (double)theirs.Requests,
            ["http_message_invoker_requests"] = theirs.Requests,
        }, cancellation);
    }

    // From the end of the last second of the warm-up to the end of the last second of all, whatever the seconds themselves take.
    private static async Task<(long Bytes, long Requests)> OfEngineAsync(Uri target, int seconds, CancellationToken cancellation)
    {
        var plan = PlanFile.Parse(FixedGet.Plan(TimeSpan.FromSeconds(WarmUpSeconds + seconds), Users, "{ type: constant }"));
        var order = new LoadOrder { Plan = plan, BaseUrls = [target] };
        await using var run = await LoadRun.PrepareAsync(order, cancellation);
        var (bytesBefore, bytes, requests) = (0L, 0L, 0L);
        await run.RunAsync(TimeSpan.Zero, window =>
        {
            if (window.Sequence < WarmUpSeconds)
                bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            else if (window.Sequence < WarmUpSeconds + seconds)
                (bytes, requests) = (GC.GetTotalAllocatedBytes(precise: true) - bytesBefore, requests + window.Total().Ended);
        });
        return (bytes, requests);
    }

    private static async Task<(long Bytes, long Requests)> OfHttpClientAsync(Uri target, int seconds, CancellationToken cancellation)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        var url = new Uri(target, "/fixed");
        await AskForAsync(client, url, TimeSpan.FromSeconds(WarmUpSeconds), cancellation);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var requests = await AskForAsync(client, url, TimeSpan.FromSeconds(seconds), cancellation);
        return (GC.GetTotalAllocatedBytes(precise: true) - before, requests);
    }

    private static async Task<long> AskForAsync(HttpMessageInvoker client, Uri url, TimeSpan length, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(length);
        return (await Task.WhenAll(Enumerable.Range(0, Users).Select(_ => AskUntilAsync(client, url, end.Token)))).Sum();
    }

    private static async Task<long> AskUntilAsync(HttpMessageInvoker client, Uri url, CancellationToken end)
    {
        var requests = 0L;
        for (; !end.IsCancellationRequested; requests++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var answer = await client.SendAsync(request, CancellationToken.None);
            await answer.Content.CopyToAsync(Stream.Null, CancellationToken.None);
        }

        return requests;
    }
}
