using System.Globalization;
using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>T7: chat messages of 10 to 200 bytes through one worker, each answered by the sample target on the same machine.</summary>
internal static class ChatBenchmark
{
    private const int Users = 1000;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        var figures = new List<(double PerMinute, double Failed, double P99Ms, double Cpu)>();
        for (var round = 0; round < rounds; round++)
        {
            await using var target = await LocalTarget.StartAsync(folder, cancellation);
            var run = await Peers.LoadstoneAsync(folder, Plan(seconds), target.Url, cancellation);
            figures.Add((run.Run.PerSecond * 60, run["failed_requests"] + run["checks_failed"], run["p99_response_time"], run.Run.CpuMicroseconds));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round + 1}: {figures[^1].PerMinute:0} messages a minute, failed {figures[^1].Failed}, p99 {figures[^1].P99Ms:0.0} ms, {figures[^1].Cpu:0.0} µs CPU each"));
        }

        return await Figures.WriteAsync(json, "T7 chat", new Dictionary<string, double>
        {
            ["messages_per_minute (wanted 1000000)"] = Figures.Median(figures.Select(f => f.PerMinute)),
            ["failed"] = figures.Max(f => f.Failed),
            ["p99_ms"] = Figures.Median(figures.Select(f => f.P99Ms)),
            ["cpu_us"] = Figures.Median(figures.Select(f => f.Cpu)),
        }, cancellation);
    }

    // A thousand users with a message every 50 ms are 1,200,000 a minute.
    private static string Plan(int seconds) => $$$"""
        name: chat benchmark
        duration: {{{seconds}}}s
        max_virtual_users: {{{Users}}}
        load_pattern: { type: constant }
        scenario_config:
          think_time: 0
          scenarios:
            - name: chat
              user_journey:
                - action: websocket
                  name: chat
                  path: /ws/chat
                  join: { message: { type: join, id: "{{message.id}}", room: "room {{random.int(1,100)}}" }, reply: { id: $.id } }
                  messages:
                    count: 1000000
                    interval: 50ms
                    size: { min: 10B, max: 200B }
                    message: { type: message, id: "{{message.id}}", text: "{{message.text}}" }
                    reply: { id: $.id }
        """;
}
