using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Loadstone.Local;

namespace Loadstone.EndToEnd.Tests;

/// <summary>A worker that nobody can reach any more stops its load by itself, and tells what it measured when it is back.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class LostContactTests(RunningPlatform running)
{
    [Fact]
    public async Task A_worker_that_is_cut_off_stops_by_itself_and_hands_in_what_it_measured_later()
    {
        await using var cable = new Cable(new Uri(running.Servers.RabbitMqUri));
        await using var worker = StartWorker(cable.Uri);
        await UntilWorkersAsync(2);
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
        await UntilWorkersAsync(1);
    }

    private string Data => Path.Combine(running.Folder, "data-cut-off");

    // With more room than the platform's own worker, so that the run is its.
    private ChildProcess StartWorker(Uri rabbitMq) => ChildProcess.Start(new ChildCommand(
        "dotnet", Platform.ProgramOf(StateFolder.FindClone(), "Worker"), "--urls", $"http://127.0.0.1:{Ports.PickFree()}")
    {
        Environment = new Dictionary<string, string>
        {
            ["LOADSTONE_RABBITMQ"] = rabbitMq.ToString(),
            ["LOADSTONE_INTERNAL_KEY"] = File.ReadAllText(Path.Combine(running.Folder, "internal.key")).Trim(),
            ["LOADSTONE_CONFIGURATION_URL"] = running.Platform.UrlOf("configuration").ToString(),
            ["LOADSTONE_DATA"] = Data,
            ["LOADSTONE_WORKER_NAME"] = "cut-off",
            ["LOADSTONE_WORKER_CAPACITY"] = "50000",
            ["LOADSTONE_ALLOW_LOOPBACK"] = "true",
            ["LOADSTONE_LOST_CONTACT_STOP_S"] = "4",
        },
        WorkingDirectory = running.Folder,
        LogFile = Path.Combine(running.Folder, "logs", "cut-off.log"),
    });

    private Task UntilWorkersAsync(int count) => UntilAsync(async () =>
        (await running.Gateway.GetFromJsonAsync<JsonNode>("/api/load-testing/workers"))!["workers"]!.AsArray().Count == count);

    private async Task<long> UntilQuietAsync()
    {
        var (before, same) = (-1L, 0);
        await UntilAsync(async () =>
        {
            var now = await running.TargetRequestsAsync();
            same = now == before ? same + 1 : 0;
            before = now;
            return same == 10;
        });
        return before;
    }

    private Task UntilSpoolIsEmptyAsync() => UntilAsync(() =>
        Task.FromResult(Directory.GetFiles(Path.Combine(Data, "spool", "cut-off"), "*.json").Length == 0));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(RunningPlatform.Longest);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await isSo())
            await timer.WaitForNextTickAsync(patience.Token);
    }

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
