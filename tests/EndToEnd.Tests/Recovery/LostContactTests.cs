using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Loadstone.EndToEnd.Tests.Recovery;

/// <summary>A worker that nobody can reach any more stops its load by itself, and tells what it measured when it is back.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class LostContactTests(RunningPlatform running)
{
    [Fact]
    public async Task A_worker_that_is_cut_off_stops_by_itself_and_hands_in_what_it_measured_later()
    {
        await using var cable = new Cable(new Uri(running.Servers.RabbitMqUri));
        await using var worker = SpareWorker.Start(running, "cut-off", cable.Uri, new() { ["LOADSTONE_LOST_CONTACT_STOP_S"] = "4" });
        await SpareWorker.UntilThereAreAsync(running, 2);
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "120s" """))).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 50);

        cable.Cut();
        var quietAt = await UntilQuietAsync();
        var execution = await running.EndOfAsync(id);
        cable.Mend();
        await UntilSpoolIsEmptyAsync();

        Assert.Equal("failed", execution.Status);
        Assert.Equal(quietAt, await running.TargetRequestsAsync());
        await worker.StopAsync();
        await SpareWorker.UntilThereAreAsync(running, 1);
    }

    private async Task<long> UntilQuietAsync()
    {
        var (before, same) = (-1L, 0);
        await RunningPlatform.UntilAsync(async () =>
        {
            var now = await running.TargetRequestsAsync();
            same = now == before ? same + 1 : 0;
            before = now;
            return same == 10;
        });
        return before;
    }

    private Task UntilSpoolIsEmptyAsync() => RunningPlatform.UntilAsync(() =>
        Task.FromResult(Directory.GetFiles(Path.Combine(SpareWorker.DataOf(running, "cut-off"), "spool", "cut-off"), "*.json").Length == 0));

    /// <summary>The way to the broker, which can be cut and mended.</summary>
    private sealed class Cable : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<Socket> _ends = [];
        private readonly Uri _to;
        private volatile bool _cut;

        public Cable(Uri to)
        {
            _to = to;
            _listener.Start();
            _ = AcceptAsync();
        }

        public Uri Uri => new UriBuilder(_to) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

        public void Cut()
        {
            _cut = true;
            foreach (var end in _ends)
                end.Dispose();
        }

        public void Mend() => _cut = false;

        public ValueTask DisposeAsync()
        {
            Cut();
            _listener.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task AcceptAsync()
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                if (_cut)
                    near.Dispose();
                else
                    _ = JoinAsync(near);
            }
        }

        private async Task JoinAsync(Socket near)
        {
            var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _ends.Add(near);
            _ends.Add(far);
            await far.ConnectAsync(_to.Host, _to.Port);
            await using NetworkStream here = new(near, ownsSocket: true), there = new(far, ownsSocket: true);
            await Task.WhenAny(here.CopyToAsync(there), there.CopyToAsync(here)).Unwrap().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
