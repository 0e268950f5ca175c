using System.Diagnostics;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>The flow from the request to the verdict, through every service.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class FlowTests(RunningPlatform running)
{
    [Fact]
    public async Task An_execution_goes_from_the_request_to_its_verdict_and_its_events_tell_how()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan());

        Assert.Equal("completed", execution.Status);
        RunningPlatform.AssertPassed(execution.Verdict);
        var events = (await running.Api.EventsAsync(execution.Id, CancellationToken.None)).Events;
        Assert.Equal(
        [
            "execution_requested", "shards_assigned", "shard_prepared", "execution_started", "shard_finished", "execution_analyzed", "execution_completed",
        ], events.Select(e => e.Type));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Version));
        Assert.Equal(("local", "worker", "analysis"), (events[0].By, events[2].By, events[5].By));
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.True(pair.First.At <= pair.Second.At));
    }

    [Fact]
    public async Task What_the_target_counted_is_what_the_platform_reports()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan());

        Assert.Equal(await running.TargetRequestsAsync(), execution.TotalRequests);
        Assert.InRange(execution.TotalRequests, 100, 400);
        Assert.Equal((0, 3.0), (execution.FailedRequests, execution.DurationSeconds));
    }

    [Fact]
    public async Task Every_attempt_on_the_wire_counts_when_the_target_drops_every_second_request()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan(), new { drop_every = 2 });

        Assert.Equal(await running.TargetRequestsAsync(), execution.TotalRequests);
        Assert.InRange(execution.ErrorRate, 45, 55);
        Assert.NotEqual(VerdictOutcome.Passed, execution.Verdict);
    }

    [Fact]
    public async Task A_run_shows_how_it_goes_while_it_goes()
    {
        var scheduled = await running.ExecuteAsync(RunningPlatform.Plan());
        var seen = new List<ExecutionStatusAnswer>();
        await running.UntilAsync(scheduled.Id, status =>
        {
            seen.Add(status);
            return status.Execution.IsOver;
        });

        Assert.Equal(("scheduled", 0), (scheduled.Status, scheduled.TotalRequests));
        var live = seen.Where(s => s.CurrentMetrics is not null).ToList();
        Assert.Contains(live, s => s.CurrentMetrics!.VirtualUsers == 5 && s.CurrentMetrics.RequestsPerSecond > 0 && s.Execution.TotalRequests > 0);
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.First.Progress <= pair.Second.Progress));
        Assert.Equal((100.0, null), (seen[^1].Progress, seen[^1].CurrentMetrics));
    }

    [Fact]
    public async Task The_series_and_the_operations_of_a_run_add_up_to_its_totals()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan(step: """
            { "action": "http", "name": "one", "path": "/fixed" }, { "action": "http", "name": "two", "path": "/api/products?page=1" }
            """));

        var seconds = await GetAsync($"/api/load-testing/executions/{execution.Id}/metrics?granularity=second");
        var minute = await GetAsync($"/api/load-testing/executions/{execution.Id}/metrics");
        var endpoints = await GetAsync($"/api/load-testing/executions/{execution.Id}/endpoints");

        Assert.Equal([0, 1, 2], seconds["metrics"]!.AsArray().Take(3).Select(m => m!["timestamp_offset"]!.GetValue<int>()));
        Assert.Equal(execution.TotalRequests, seconds["summary"]!["total_requests"]!.GetValue<long>());
        Assert.Single(minute["metrics"]!.AsArray());
        Assert.Equal(["one", "two"], endpoints["endpoints"]!.AsArray().Select(e => e!["operation"]!.ToString()).Order());
        Assert.Equal(execution.TotalRequests, endpoints["endpoints"]!.AsArray().Sum(e => e!["total_requests"]!.GetValue<long>()));
    }

    [Fact]
    public async Task A_run_in_phases_is_reported_by_phase()
    {
        var plan = RunningPlatform.Plan("""
            "phases": [
              { "name": "warm-up", "target_users": 2, "duration": "2s" },
              { "name": "peak", "target_users": 6, "ramp_up": "1s", "duration": "2s", "scenarios": [ { "type": "s", "users": 6 } ] } ]
            """);
        foreach (var replaced in new[] { "load_pattern", "duration", "max_virtual_users" })
            plan.Remove(replaced);
        var execution = await running.RunAsync(plan);

        var phases = (await GetAsync($"/api/load-testing/executions/{execution.Id}/metrics"))["phases"]!.AsArray();
        var peak = await GetAsync($"/api/load-testing/executions/{execution.Id}/endpoints?phase=peak");
        var report = JsonNode.Parse(await running.Api.ReportAsync(execution.Id, "json", CancellationToken.None))!["report"]!["report_data"]!;

        Assert.Equal(("completed", 4.0), (execution.Status, execution.DurationSeconds));
        Assert.Equal([("warm-up", 0, 2), ("peak", 2, 6)], phases.Select(p => (p!["phase"]!.ToString(), p["first_second"]!.GetValue<int>(), p["concurrent_users_peak"]!.GetValue<int>())));
        Assert.Equal(execution.TotalRequests, phases.Sum(p => p!["figures"]!["total_requests"]!.GetValue<long>()));
        Assert.Equal(phases[1]!["figures"]!["total_requests"]!.GetValue<long>(), peak["endpoints"]![0]!["total_requests"]!.GetValue<long>());
        Assert.True(JsonNode.DeepEquals(phases, report["phases"]));
    }

    [Fact]
    public async Task A_report_is_there_when_a_run_has_ended()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan());

        var json = JsonNode.Parse(await running.Api.ReportAsync(execution.Id, "json", CancellationToken.None))!;
        var html = await running.Api.ReportAsync(execution.Id, "html", CancellationToken.None);
        var list = await GetAsync($"/api/load-testing/executions/{execution.Id}/reports");

        Assert.Equal(execution.TotalRequests, json["report"]!["report_data"]!["figures"]!["total_requests"]!.GetValue<long>());
        Assert.Contains("<svg", html);
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org", "", StringComparison.Ordinal));
        var entry = Assert.Single(list["reports"]!.AsArray(), r => r!["report_type"]!.ToString() == "summary")!;
        Assert.Equal(json["report"]!["id"]!.ToString(), (await GetAsync(entry["report_url"]!.ToString()))["report"]!["id"]!.ToString());
    }

    [Fact]
    public async Task A_retried_request_under_one_key_starts_one_run()
    {
        var configuration = await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(), CancellationToken.None);
        var (id, key) = (configuration.Configuration["id"]!.GetValue<Guid>(), Guid.NewGuid().ToString());

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => running.Api.ExecuteAsync(key, new ExecuteRequest(id, "nightly"), CancellationToken.None)));
        var other = await Assert.ThrowsAsync<LoadstoneException>(() => running.Api.ExecuteAsync(key, new ExecuteRequest(id, "another"), CancellationToken.None));

        var run = Assert.Single(answers.Select(a => a.Execution.Id).Distinct());
        Assert.Equal(422, other.Status);
        Assert.Equal("completed", (await running.EndOfAsync(run)).Status);
    }

    [Fact]
    public async Task Two_runs_at_once_do_not_disturb_each_other()
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var ids = new[] { await running.ExecuteAsync(RunningPlatform.Plan()), await running.ExecuteAsync(RunningPlatform.Plan()) };
        var ended = await Task.WhenAll(ids.Select(x => running.EndOfAsync(x.Id)));

        Assert.All(ended, x => Assert.Equal("completed", x.Status));
        Assert.Equal(await running.TargetRequestsAsync(), ended.Sum(x => x.TotalRequests));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_trace_goes_from_the_request_over_the_bus_to_the_worker_and_back_also_when_the_run_has_to_wait(bool waits)
    {
        // The worker has room for 20,000.
        var large = """ "max_virtual_users": 15000, "load_pattern": { "type": "constant_arrival_rate", "rate": 5 } """;
        var first = waits ? (await running.ExecuteAsync(RunningPlatform.Plan(large))).Id : (Guid?)null;
        var (id, trace) = await ExecuteTracedAsync(RunningPlatform.Plan(large));
        await running.EndOfAsync(id);

        var events = (await running.Api.EventsAsync(id, CancellationToken.None)).Events;
        Assert.True(!waits || events.Single(e => e.Type == "execution_requested").At < events.Single(e => e.Type == "shards_assigned").At);
        string[] all = ["gateway", "configuration", "scheduler", "worker", "ingestion"];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var began = Stopwatch.StartNew();
        while (OtlpReceiver.Instance.ServicesIn(trace, all).Count < all.Length && began.Elapsed < TimeSpan.FromSeconds(20))
            await timer.WaitForNextTickAsync();
        Assert.Equal(all, OtlpReceiver.Instance.ServicesIn(trace, all));
        if (first is { } before)
            await running.EndOfAsync(before);
    }

    private async Task<(Guid Id, string Trace)> ExecuteTracedAsync(JsonObject plan)
    {
        var configuration = await running.Api.CreateConfigurationAsync(plan, CancellationToken.None);
        var trace = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/load-testing/execute")
        {
            Content = new StringContent($$"""{ "configurationId": "{{configuration.Configuration["id"]}}" }""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using var answer = await running.Gateway.SendAsync(request);
        return (JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["execution"]!["id"]!.GetValue<Guid>(), trace);
    }

    private async Task<JsonObject> GetAsync(string path) => JsonNode.Parse(await running.Gateway.GetStringAsync(path))!.AsObject();
}
