using FsCheck;
using FsCheck.Fluent;
using Loadstone.Measurement;
using Loadstone.Plans;

namespace Loadstone.LoadEngine.Tests;

/// <summary>No second of a run has more requests than the environment's ceiling, on however many workers, and nobody is charged for the wait.</summary>
public sealed class RateCeilingTests
{
    private const long Second = 1_000_000_000;
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public void No_second_has_more_tokens_than_the_ceiling_whoever_asks_when() =>
        Prop.ForAll(
            Gen.Choose(1, 2000).SelectMany(rate => Gen.Choose(1, 7).SelectMany(shards => Gen.Choose(1, 40_000).ArrayOf(300).Select(gaps => (rate, shards, gaps)))).ToArbitrary(),
            asked =>
            {
                var counts = new Dictionary<long, int>();
                // The last share is twice as large as the others.
                foreach (var shard in Enumerable.Range(0, asked.shards))
                {
                    var (ceiling, nowNs) = (new RateCeiling(asked.rate, new ShardShare(shard, asked.shards + 1, shard == asked.shards - 1 ? 2 : 1)), 0L);
                    foreach (var gap in asked.gaps)
                    {
                        var at = ceiling.Take(nowNs += gap * 1000L);
                        Assert.True(at >= nowNs);
                        counts[at / Second] = counts.GetValueOrDefault(at / Second) + 1;
                    }
                }

                return counts.Values.All(count => count <= asked.rate);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Whoever_always_asks_gets_the_whole_ceiling_evenly(int shards)
    {
        var times = Enumerable.Range(0, shards).SelectMany(shard =>
        {
            var ceiling = new RateCeiling(50, new ShardShare(shard, shards));
            return Enumerable.Range(0, 600 / shards).Select(_ => ceiling.Take(0));
        }).Order().ToList();

        Assert.Equal(Enumerable.Range(0, 600).Select(i => i * Second / 50), times);
    }

    [Fact]
    public void What_was_not_used_is_not_saved_up()
    {
        var ceiling = new RateCeiling(10, ShardShare.Whole);
        var times = Enumerable.Range(0, 20).Select(_ => ceiling.Take(5 * Second + (Second / 2))).ToList();

        Assert.True(times.Count(t => t < 6 * Second) <= 7, string.Join(", ", times));
        Assert.Equal(10, times.Count(t => t / Second == 6));
    }

    [Fact]
    public void A_ceiling_below_one_a_second_is_kept_over_the_seconds()
    {
        var ceiling = new RateCeiling(0.25, ShardShare.Whole);
        Assert.Equal([0, 4 * Second, 8 * Second], Enumerable.Range(0, 3).Select(_ => ceiling.Take(0)));
    }

    [Theory]
    [InlineData("- { action: http, path: /a }")]
    [InlineData("- { action: http, path: /a }\n- { action: http, path: /b, method: POST, body: x }")]
    public async Task A_closed_load_stays_below_the_ceiling_in_every_second_and_is_not_called_slow_for_it(string steps)
    {
        await using var server = ScriptedServer.Saying(Ok);
        var plan = $$"""
            name: x
            duration: 3s
            max_virtual_users: 20
            load_pattern: { type: constant }
            scenario_config: { think_time: 0, scenarios: [ { name: s, user_journey: [ {{steps.ReplaceLineEndings(",").Replace("- {", "{", StringComparison.Ordinal)}} ] } ] }
            """;
        var (end, windows) = await RealRun.Below(40, plan, server.Url);
        var total = end.Total.Total();

        Assert.All(windows, w => Assert.InRange(w.Total().Sent, 0, 40));
        Assert.InRange(total.Sent, 80, 120);
        Assert.Equal(total.Sent, server.Requests);
        Assert.True(total.Held > total.Sent / 2, $"{total.Held} of {total.Sent} were held");
        // At 40 requests/s, 20 users wait half a second for each.
        Assert.True(total.Response.PercentileMs(50) < 100, $"{total.Response.PercentileMs(50)} ms");
    }

    [Fact]
    public async Task Redirects_and_openings_of_WebSockets_count_against_the_ceiling_too()
    {
        await using var server = ScriptedServer.Saying("HTTP/1.1 307 Again\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        var (_, windows) = await RealRun.Below(15, RealRun.PlanOf("- { path: /, redirects: 20 }\n- { action: websocket, name: ws, path: / }", 1, "", 2), server.Url);

        Assert.All(windows, w => Assert.InRange(w.Total().Sent, 0, 15));
        Assert.Equal(44, server.Requests);
    }
}
