using System.Net;

namespace Loadstone.SampleTarget.Tests;

public sealed class CountingTests
{
    [Fact]
    public async Task A_request_is_counted_once_under_its_route_and_its_status()
    {
        await using var target = await RunningTarget.StartAsync();
        foreach (var path in new[] { "/fixed", "/api/products?page=3", "/api/products/SKU-1001", "/api/products/SKU-1002", "/api/products/none" })
            await target.Http.GetAsync(path);

        var counts = await target.CountsAsync();
        Assert.Equal(5, counts.Number("total"));
        Assert.Equal(1, counts["by_route"]!.Number("GET /fixed"));
        Assert.Equal(1, counts["by_route"]!.Number("GET /api/products"));
        Assert.Equal(3, counts["by_route"]!.Number("GET /api/products/{sku}"));
        Assert.Equal(4, counts["by_status"]!.Number("200"));
        Assert.Equal(1, counts["by_status"]!.Number("404"));
    }

    [Fact]
    public async Task What_no_route_answers_is_counted_and_gets_problem_details()
    {
        await using var target = await RunningTarget.StartAsync();
        var unknown = await target.Http.GetAsync("/no/such/route");
        var wrongMethod = await target.Http.DeleteAsync("/fixed");

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
        Assert.Equal(404, (await unknown.JsonAsync()).Number("status"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrongMethod.StatusCode);
        Assert.Equal(2, (await target.CountsAsync())["by_route"]!.Number("unmatched"));
    }

    [Fact]
    public async Task Counts_knobs_and_metrics_are_neither_counted_nor_spoiled()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { drop_every = 1, error_rate = 100 });
        foreach (var path in new[] { "/counts", "/knobs", "/metrics" })
            Assert.Equal(HttpStatusCode.OK, (await target.Http.GetAsync(path)).StatusCode);
        Assert.Equal(0, (await target.CountsAsync()).Number("total"));
    }

    [Fact]
    public async Task Every_request_of_many_at_once_is_counted_once_though_some_are_dropped()
    {
        const int Clients = 40;
        const int Each = 250;
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { drop_every = 7, error_rate = 10 });

        var seen = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => AskManyAsync(target, Each)));
        var (answered, dropped) = (seen.Sum(one => one.Answered), seen.Sum(one => one.Dropped));

        var counts = await target.CountsAsync();
        Assert.Equal(Clients * Each, answered + dropped);
        Assert.Equal(Clients * Each, counts.Number("total"));
        Assert.Equal(Clients * Each / 7, dropped);
        Assert.Equal(dropped, counts.Number("dropped"));
        Assert.Equal(answered, counts["by_status"]!.Sum());
        Assert.InRange(counts["by_status"]!.Number("500"), 1, answered / 5);
        Assert.Equal(0, counts.Number("in_flight"));
    }

    [Fact]
    public async Task A_request_whose_client_goes_away_while_it_is_held_is_counted_once_as_aborted()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { delay = new { type = "fixed", mean_ms = 60_000 } });
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawConnection.OpenAsync(target)));
        foreach (var client in clients) await client.AskAsync("/fixed");
        await target.CountsWhenAsync(counts => counts.Number("in_flight") == 20);

        foreach (var client in clients) client.Break();

        var counts = await target.CountsWhenAsync(counts => counts.Number("in_flight") == 0);
        Assert.Equal(20, counts.Number("total"));
        Assert.Equal(20, counts.Number("aborted_by_client"));
        Assert.Equal(0, counts["by_status"]!.Sum());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_breaks_off_in_its_body_is_counted_once_as_aborted(bool reset)
    {
        await using var target = await RunningTarget.StartAsync();
        for (var n = 1; n <= 20; n++)
        {
            using var client = await RawConnection.OpenAsync(target);
            await client.SendAsync("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\nonly this");
            await target.CountsWhenAsync(counts => counts.Number("total") == n);
            if (reset) client.Break();
            else client.Dispose();
            var counts = await target.CountsWhenAsync(counts => counts.Number("in_flight") == 0);
            Assert.Equal(n, counts.Number("aborted_by_client"));
        }
    }

    [Fact]
    public async Task A_stream_that_its_client_leaves_is_counted_as_aborted()
    {
        await using var target = await RunningTarget.StartAsync();
        using var client = await RawConnection.OpenAsync(target);
        await client.AskAsync("/api/notifications/stream?interval_ms=1");
        await target.CountsWhenAsync(counts => counts.Number("in_flight") == 1);
        client.Break();
        Assert.Equal(1, (await target.CountsWhenAsync(counts => counts.Number("in_flight") == 0)).Number("aborted_by_client"));
    }

    [Fact]
    public async Task A_head_that_never_ends_is_not_counted_and_pipelined_requests_all_are()
    {
        await using var target = await RunningTarget.StartAsync();
        using var unfinished = await RawConnection.OpenAsync(target);
        await unfinished.SendAsync("GET /fixed HTTP/1.1\r\nHost: t\r\n");
        using var pipelining = await RawConnection.OpenAsync(target);
        await pipelining.SendAsync(string.Concat(Enumerable.Repeat("GET /fixed HTTP/1.1\r\nHost: t\r\n\r\n", 5)));
        for (var n = 0; n < 5; n++) Assert.Equal(200, await pipelining.StatusAsync());
        unfinished.Break();
        Assert.Equal(5, (await target.CountsAsync()).Number("total"));
    }

    [Theory]
    [InlineData("/fixed")]
    [InlineData("/fixed?ms=2")]
    [InlineData("/bytes/1000000")]
    [InlineData("/chunked/20")]
    [InlineData("/slow-body?ms=10")]
    [InlineData("/api/weddings")]
    [InlineData("/api/notifications/stream?interval_ms=1&count=3")]
    public async Task A_client_that_has_read_its_answer_finds_it_booked(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        for (var n = 1; n <= 30; n++)
        {
            await target.Http.GetByteArrayAsync(path);
            Assert.Equal(n, (await target.CountsAsync())["by_status"]!.Number("200"));
        }
    }

    [Fact]
    public async Task A_reset_zeroes_the_counts_and_leaves_out_what_was_in_flight()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { stall = new { for_ms = 60_000 } });
        var held = target.Http.GetAsync("/fixed");
        await target.CountsWhenAsync(counts => counts.Number("in_flight") == 1);

        await target.ResetAsync();

        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);
        var counts = await target.CountsAsync();
        Assert.Equal(0, counts.Number("total"));
        Assert.Equal(0, counts["by_status"]!.Sum());
        Assert.Equal(0, counts.Number("in_flight"));
    }

    [Fact]
    public async Task The_counts_balance_at_every_moment()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { drop_every = 5, error_rate = 20, delay = new { type = "exponential", mean_ms = 2 } });
        var load = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskManyAsync(target, 50)));
        while (!load.IsCompleted)
        {
            var counts = await target.CountsAsync();
            Assert.True(counts.Balances(), counts.ToJsonString());
            Assert.True(counts.Number("in_flight") >= 0, counts.ToJsonString());
        }
        Assert.Equal(1000, (await target.CountsWhenAsync(counts => counts.Number("in_flight") == 0)).Number("total"));
    }

    [Fact]
    public async Task Open_and_accepted_connections_are_told_apart()
    {
        await using var target = await RunningTarget.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RawConnection.OpenAsync(target)));
        await target.CountsWhenAsync(counts => counts.Number("connections") == 11);
        foreach (var client in clients) client.Break();
        var counts = await target.CountsWhenAsync(counts => counts.Number("connections") == 1);
        Assert.Equal(11, counts.Number("connections_accepted"));
    }

    /// <summary>Asks again and again on one connection, and on a new one after each that was torn down.</summary>
    private static async Task<(int Answered, int Dropped)> AskManyAsync(RunningTarget target, int times)
    {
        var (answered, dropped) = (0, 0);
        var connection = await RawConnection.OpenAsync(target);
        for (var n = 0; n < times; n++)
        {
            await connection.AskAsync("/fixed");
            if (await connection.StatusAsync() is not null)
            {
                answered++;
                continue;
            }
            dropped++;
            connection.Dispose();
            connection = await RawConnection.OpenAsync(target);
        }
        connection.Dispose();
        return (answered, dropped);
    }
}
