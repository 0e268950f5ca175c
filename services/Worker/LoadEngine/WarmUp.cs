using System.Net;
using System.Net.Sockets;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>
/// Runs both kinds of load for a moment against a small server in this process, so that the first requests of a real run do
/// not measure the compiler. Nothing of it is reported.
/// </summary>
public static class WarmUp
{
    private const string Journey = """
        scenario_config:
          think_time: 1ms
          scenarios:
            - name: warm up
              user_journey:
                - { action: http, method: POST, path: "/a?n={{random.int(1,9)}}", json: { n: "{{user.index}}" },
                    extract: { token: { json: $.token } }, checks: [ { status: 200 }, { json: $.token } ] }
                - { action: http, path: "/b/{{token}}", checks: [ { max_time: 5s } ] }
        """;

    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"token\":\"abcd\"}"u8.ToArray();

    /// <summary>Warms the engine up; takes about half a second.</summary>
    public static async Task RunAsync(CancellationToken cancellation)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var serving = ServeAsync(listener, stop.Token);
        var target = new Uri($"http://{listener.LocalEndpoint}");
        await RunAsync("duration: 1s\nmax_virtual_users: 20\nload_pattern: { type: shared_iterations, iterations: 500 }", target, cancellation);
        await RunAsync("duration: 1s\nmax_virtual_users: 5\nload_pattern: { type: constant_arrival_rate, rate: 200 }", target, cancellation, TimeSpan.FromMilliseconds(200));
        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task RunAsync(string load, Uri target, CancellationToken cancellation, TimeSpan? stopAfter = null)
    {
        var plan = PlanFile.Parse($"name: warm up\n{load}\n{Journey}");
        await using var run = await LoadRun.PrepareAsync(new LoadOrder { Plan = plan, BaseUrls = [target] }, cancellation);
        using var timer = stopAfter is { } after ? new Timer(_ => run.Stop(), null, after, Timeout.InfiniteTimeSpan) : null;
        await run.RunAsync(TimeSpan.Zero, _ => { });
    }

    private static async Task ServeAsync(TcpListener listener, CancellationToken stop)
    {
        while (true)
            _ = AnswerAsync(await listener.AcceptSocketAsync(stop), stop);
    }

    // Small requests on loopback come in one piece each.
    private static async Task AnswerAsync(Socket socket, CancellationToken stop)
    {
        using (socket)
        {
            var buffer = new byte[4096];
            try
            {
                while (await socket.ReceiveAsync(buffer, SocketFlags.None, stop) > 0)
                    await socket.SendAsync(Answer, SocketFlags.None, stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                return;
            }
        }
    }
}
