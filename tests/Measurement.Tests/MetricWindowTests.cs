using System.Text.Json;

namespace Loadstone.Measurement.Tests;

public sealed class MetricWindowTests
{
    [Fact]
    public void Shards_of_one_second_add_up()
    {
        var first = Second(3, users: 10, Requests("buy", sent: 5, ok: 4, failed: 1));
        first.AddShard(Second(3, users: 7, Requests("buy", sent: 2, ok: 2), Requests("browse", sent: 1, ok: 1)));

        Assert.Equal((17, 1), (first.VirtualUsers, first.Seconds));
        Assert.Equal((7, 6, 1), (first.Operations[0].Sent, first.Operations[0].Ok, first.Operations[0].Failed));
        Assert.Equal((8, 7), (first.Total().Sent, first.Total().Ok));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(33)]
    [InlineData(100)]
    public void Percentiles_over_many_shards_are_within_one_percent_of_those_of_all_that_they_measured(int shards)
    {
        var random = new Random(shards);
        var (latencies, run) = (new List<long>(), Second(0, users: 0));
        for (var shard = 0; shard < shards; shard++)
        {
            // Each shard has a level of its own and as many requests as it likes: to average their percentiles would be wrong.
            var (level, requests) = (Math.Exp(3 * random.NextDouble()), Requests("buy", sent: 0, ok: 0));
            for (var request = random.Next(50, 5_000); request > 0; request--)
            {
                latencies.Add((long)(1e6 * level / Math.Pow(1 - random.NextDouble(), 0.5)));
                requests.Response.Record(latencies[^1]);
            }

            run.AddShard(JsonSerializer.Deserialize<MetricWindow>(JsonSerializer.Serialize(Second(0, users: 1, requests)))!);
        }

        latencies.Sort();
        Assert.Equal(latencies.Count, run.Total().Response.Count);
        Assert.All([1, 50, 75, 90, 95, 99, 99.9, 100], percent =>
        {
            var exact = latencies[Math.Max(0, (int)Math.Ceiling(percent / 100 * latencies.Count) - 1)];
            Assert.InRange(run.Total().Response.PercentileNs(percent), 0.99 * exact, 1.01 * exact);
        });
    }

    [Fact]
    public void Seconds_of_one_run_add_up_to_a_longer_window()
    {
        var run = Second(0, users: 10, Requests("buy", sent: 5, ok: 3, inFlightBefore: 0));
        run.AddSeconds(Second(1, users: 30, Requests("buy", sent: 1, ok: 3, inFlightBefore: 2)));
        run.AddSeconds(Second(2, users: 20, Requests("browse", sent: 1, ok: 1)));

        Assert.Equal((3, 30), (run.Seconds, run.VirtualUsers));
        Assert.Equal((0, 6, 6, 0), (run.Operations[0].InFlightBefore, run.Operations[0].Sent, run.Operations[0].Ended, run.Operations[0].InFlightAfter));
    }

    [Fact]
    public void The_ledger_of_a_window_carries_what_is_in_flight()
    {
        var window = Requests("buy", sent: 10, ok: 6, failed: 1, inFlightBefore: 2);
        window.TimedOut = 1;
        window.Aborted = 1;

        Assert.Equal((9, 3, 3), (window.Ended, window.InFlightAfter, window.FailedRequests));
    }

    [Fact]
    public void A_transaction_has_figures_of_its_own_and_is_in_no_total()
    {
        var checkout = new OperationWindow { Scenario = "shop", Operation = "checkout", Kind = OperationKind.Transaction, Sent = 4, Ok = 3, Failed = 1 };
        var window = Second(0, users: 1, Requests("buy", sent: 10, ok: 10), checkout);
        window.AddSeconds(Second(1, users: 1, checkout));

        Assert.Equal((10, 0.0), (window.Total().Sent, window.ValueOf("error_rate", null)));
        Assert.Equal((8.0, 25.0), (window.ValueOf("total_requests", "checkout"), window.ValueOf("error_rate", "checkout")));
        Assert.Equal(OperationKind.Transaction, window.For(checkout).Kind);
    }

    [Fact]
    public void A_window_survives_the_wire()
    {
        var window = Second(7, users: 3, Requests("buy", sent: 5, ok: 4, failed: 1));
        window.Operations[0].CountStatus(200);
        window.Operations[0].CountError("timed_out");
        window.Operations[0].Response.Record(123_456);
        window.Iterations = new IterationCounts(5, 4, 1, 0, 4, 0);

        var again = JsonSerializer.Deserialize<MetricWindow>(JsonSerializer.Serialize(window))!;

        Assert.Equal(JsonSerializer.Serialize(window), JsonSerializer.Serialize(again));
        Assert.Equal(5, again.For(Requests("buy", 0, 0)).Sent);
    }

    [Theory]
    [InlineData("total_requests", null, 20.0)]
    [InlineData("total_requests", "buy", 10.0)]
    [InlineData("failed_requests", null, 2.0)]
    [InlineData("error_rate", null, 10.0)]
    [InlineData("error_rate", "buy", 20.0)]
    [InlineData("throughput_rps", null, 20.0)]
    [InlineData("requests_per_minute", "buy", 600.0)]
    [InlineData("max_response_time", null, 4.0)]
    [InlineData("p100_response_time", null, 4.0)]
    [InlineData("avg_response_time", "buy", 3.0)]
    [InlineData("dropped_iterations", null, 1.0)]
    [InlineData("p95_response_time", "nobody", null)]
    [InlineData("colour", null, null)]
    public void A_metric_has_its_value_by_its_wire_name(string metric, string? operation, double? expected)
    {
        var buy = Requests("buy", sent: 10, ok: 8, failed: 2);
        buy.Response.Record(2_000_000);
        buy.Response.Record(4_000_000);
        var window = Second(0, users: 1, buy, Requests("browse", sent: 10, ok: 10));
        window.Iterations = new IterationCounts(3, 2, 1, 0, 2, 0);

        Assert.Equal(expected, window.ValueOf(metric, operation));
    }

    private static MetricWindow Second(int sequence, int users, params OperationWindow[] operations) =>
        new() { Sequence = sequence, VirtualUsers = users, Operations = operations };

    private static OperationWindow Requests(string operation, long sent, long ok, long failed = 0, long inFlightBefore = 0) =>
        new() { Scenario = "shop", Operation = operation, Sent = sent, Ok = ok, Failed = failed, InFlightBefore = inFlightBefore };
}
