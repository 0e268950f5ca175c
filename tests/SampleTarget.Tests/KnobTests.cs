using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;

namespace Loadstone.SampleTarget.Tests;

public sealed class KnobTests
{
    [Fact]
    public async Task An_error_rate_of_a_hundred_answers_500_to_everything()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { error_rate = 100 });
        var answer = await target.Http.GetAsync("/fixed");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(500, (await answer.JsonAsync()).Number("status"));
    }

    [Fact]
    public async Task The_same_seed_fails_the_same_requests_and_another_seed_fails_others()
    {
        var first = await FailuresAsync("7");
        Assert.Equal(first, await FailuresAsync("7"));
        Assert.NotEqual(first, await FailuresAsync("8"));
        Assert.InRange(first.Count(failed => failed), 30, 90); // 60 expected of 200, standard deviation 6.5
    }

    [Fact]
    public async Task Every_nth_request_is_dropped()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { drop_every = 3 });
        var seen = new List<int?>();
        for (var n = 0; n < 6; n++)
        {
            using var connection = await RawConnection.OpenAsync(target);
            await connection.AskAsync("/fixed");
            seen.Add(await connection.StatusAsync());
        }
        Assert.Equal([200, 200, null, 200, 200, null], seen);
    }

    [Fact]
    public async Task A_delay_holds_a_request_at_least_as_long()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { delay = new { type = "uniform", min_ms = 40, max_ms = 60 } });
        var watch = Stopwatch.StartNew();
        await target.Http.GetAsync("/fixed");
        Assert.True(watch.ElapsedMilliseconds >= 40, $"answered after {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_stall_holds_all_requests_counts_them_at_once_and_lets_them_go_together()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.Http.GetAsync("/fixed");
        var watch = Stopwatch.StartNew();
        await target.Http.PostAsync("/stall?seconds=0.5", null);
        var held = Enumerable.Range(0, 50).Select(_ => target.Http.GetAsync("/fixed")).ToArray();
        await target.CountsWhenAsync(counts => counts.Number("total") == 51);
        Assert.All(held, request => Assert.False(request.IsCompleted));

        await Task.WhenAll(held);

        Assert.InRange(watch.ElapsedMilliseconds, 490, 3_000);
        Assert.Equal(51, (await target.CountsAsync())["by_status"]!.Number("200"));
    }

    [Fact]
    public async Task A_stall_that_begins_later_lets_requests_through_until_then()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { stall = new { after_ms = 300_000, for_ms = 60_000 } });
        Assert.Equal(HttpStatusCode.OK, (await target.Http.GetAsync("/fixed")).StatusCode);
    }

    [Fact]
    public async Task Turning_the_knobs_ends_a_stall()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { stall = new { for_ms = 60_000 } });
        var held = target.Http.GetAsync("/fixed");
        await target.CountsWhenAsync(counts => counts.Number("in_flight") == 1);
        await target.TurnAsync(new { });
        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);
    }

    [Fact]
    public async Task Knobs_concern_only_the_routes_they_name()
    {
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { error_rate = 100, routes = "/api/products" });
        Assert.Equal(HttpStatusCode.OK, (await target.Http.GetAsync("/fixed")).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await target.Http.GetAsync("/api/products/SKU-1001")).StatusCode);
    }

    [Fact]
    public async Task A_reset_restores_the_knobs()
    {
        await using var target = await RunningTarget.StartAsync();
        var before = await target.GetAsync("/knobs");
        await target.TurnAsync(new { error_rate = 50, drop_every = 2, routes = "/fixed" });
        Assert.Equal(50, (await target.GetAsync("/knobs"))["error_rate"]!.GetValue<double>());
        await target.ResetAsync();
        Assert.Equal(before.ToJsonString(), (await target.GetAsync("/knobs")).ToJsonString());
    }

    [Theory]
    [InlineData("""{"surprise": 1}""", "surprise")]
    [InlineData("""{"delay": {"type": "fixed", "mean_ms": 5, "median": 3}}""", "delay.median")]
    [InlineData("""{"delay": {"type": "gamma", "mean_ms": 5}}""", "delay.type")]
    [InlineData("""{"delay": {"mean_ms": 5}}""", "delay.type")]
    [InlineData("""{"delay": {"type": "fixed"}}""", "delay.mean_ms")]
    [InlineData("""{"delay": {"type": "uniform", "min_ms": 5}}""", "delay.max_ms")]
    [InlineData("""{"delay": {"type": "uniform", "min_ms": 5, "max_ms": 4}}""", "delay.max_ms")]
    [InlineData("""{"delay": {"type": "fixed", "mean_ms": -1}}""", "delay.mean_ms")]
    [InlineData("""{"error_rate": 100.5}""", "error_rate")]
    [InlineData("""{"error_rate": "5"}""", "error_rate")]
    [InlineData("""{"error_rate": 5, "error_rate": 6}""", "error_rate")]
    [InlineData("""{"drop_every": -1}""", "drop_every")]
    [InlineData("""{"drop_every": 1.5}""", "drop_every")]
    [InlineData("""{"stall": {"for_ms": -1}}""", "stall.for_ms")]
    [InlineData("""{"routes": "api"}""", "routes")]
    [InlineData("""{"leak_bytes_per_second": -5}""", "leak_bytes_per_second")]
    [InlineData("""[]""", "body")]
    [InlineData("""{""", "body")]
    public async Task A_knob_that_does_not_fit_is_refused_by_name_and_nothing_turns(string knobs, string member)
    {
        await using var target = await RunningTarget.StartAsync();
        var before = await target.GetAsync("/knobs");
        var answer = await target.Http.PutAsync("/knobs", Answers.Json(knobs));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.NotNull((await answer.JsonAsync())["errors"]![member]);
        Assert.Equal(before.ToJsonString(), (await target.GetAsync("/knobs")).ToJsonString());
    }

    [Fact]
    public async Task One_refusal_names_every_knob_out_of_range()
    {
        await using var target = await RunningTarget.StartAsync();
        var problem = await target.Http.PutAsJsonAsync("/knobs", new { error_rate = -1, drop_every = -1, routes = "x" }).JsonAsync();
        Assert.Equal("drop_every, error_rate, routes", problem.Blamed());
    }

    [Theory]
    [InlineData("/stall")]
    [InlineData("/stall?seconds=-1")]
    [InlineData("/stall?seconds=soon")]
    public async Task A_stall_without_a_sensible_length_is_refused(string path)
    {
        await using var target = await RunningTarget.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await target.Http.PostAsync(path, null)).StatusCode);
    }

    [Fact]
    public async Task A_leak_holds_memory_until_the_reset()
    {
        const long Leaked = 150_000_000; // far more than the other tests of this process hold
        await using var target = await RunningTarget.StartAsync();
        await target.TurnAsync(new { leak_bytes_per_second = 100_000_000 });
        await HeapWhenAsync(target, bytes => bytes > Leaked);
        await target.ResetAsync();
        await HeapWhenAsync(target, bytes => bytes < Leaked);
    }

    private static async Task HeapWhenAsync(RunningTarget target, Func<double, bool> asExpected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            var page = await target.Http.GetStringAsync("/metrics", limit.Token);
            var line = page.Split('\n').Single(line => line.StartsWith("process_heap_bytes ", StringComparison.Ordinal));
            if (asExpected(double.Parse(line.Split(' ')[1]))) return;
        }
    }

    private static async Task<bool[]> FailuresAsync(string seed)
    {
        await using var target = await RunningTarget.StartAsync("--seed", seed);
        await target.TurnAsync(new { error_rate = 30 });
        var failed = new bool[200];
        for (var n = 0; n < failed.Length; n++) failed[n] = !(await target.Http.GetAsync("/fixed")).IsSuccessStatusCode;
        return failed;
    }
}
