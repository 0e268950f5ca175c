using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>
/// T6: many open WebSocket connections, each with a message every 5 s that is echoed. What one costs is the memory of a run with
/// all of them less that of the same run with ten, divided by them.
/// </summary>
internal static class SocketBenchmark
{
    private const int Few = 10;
    private const int HoldSeconds = 20;
    private const int OpenPerSecond = 1000;

    // As many as a process may have open files by a usual limit of 20,000; more are shared out over pairs of worker and target.
    private const int MostOfOne = 15_000;

    public static async Task<int> RunAsync(int connections, string? json, CancellationToken cancellation)
    {
        var pairs = (connections + MostOfOne - 1) / MostOfOne;
        var few = await MeasureAsync(Few, cancellation);
        var all = await Task.WhenAll(Enumerable.Range(0, pairs).Select(_ => MeasureAsync(connections / pairs, cancellation)));
        var more = ((connections / pairs) - Few) * pairs;
        return await Figures.WriteAsync(json, "T6 sockets", new Dictionary<string, double>
        {
            ["connections"] = all.Sum(r => r["iterations"]),
            ["processes"] = pairs,
            ["kb_per_connection (limit 15)"] = all.Sum(r => r.PeakBytes - few.PeakBytes) / 1024.0 / more,
            ["peak_resident_mb"] = all.Sum(r => r.PeakBytes) / 1e6,
            ["messages_received"] = all.Sum(r => r["messages_received"]),
            ["failed (limit 0)"] = all.Sum(r => r["failed_requests"] + r["checks_failed"]),
            ["p99_ms"] = all.Max(r => r["p99_response_time"]),
            ["cpu_seconds"] = all.Sum(r => r["cpu_seconds"]),
        }, cancellation);
    }

    private static async Task<LoadstoneRun> MeasureAsync(int connections, CancellationToken cancellation)
    {
        // Each pair has a folder of its own.
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var target = await LocalTarget.StartAsync(folder, cancellation);
        return await Peers.LoadstoneAsync(folder, Plan(connections), target.Url, cancellation);
    }

    private static string Plan(int connections)
    {
        var rampSeconds = Math.Max(1, connections / OpenPerSecond);
        return $$$"""
            name: socket benchmark
            duration: {{{rampSeconds + HoldSeconds}}}s
            max_virtual_users: {{{connections}}}
            load_pattern: { type: linear, ramp_up: {{{rampSeconds}}}s, ramp_down: 0s }
            scenario_config:
              think_time: 0
              scenarios:
                - name: talk
                  user_journey:
                    - { action: websocket, name: echo, path: /ws/echo, messages: { count: 1000, interval: 5s, message: { id: "{{message.id}}" }, reply: { id: $.id } } }
            """;
    }
}
