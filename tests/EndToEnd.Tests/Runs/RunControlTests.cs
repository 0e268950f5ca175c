using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Runs repeated, runs stopped all at once, and the machines they are made on.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class RunControlTests(RunningPlatform running)
{
    private const string Api = "/api/load-testing";

    [Fact]
    public async Task A_rerun_makes_the_same_arrivals_and_its_manifest_says_why()
    {
        var plan = RunningPlatform.Plan(""" "max_virtual_users": 200, "load_pattern": { "type": "constant_arrival_rate", "rate": 80, "poisson": true }, "success_criteria": { "expressions": ["dropped_iterations >= 0"] } """);
        plan["scenario_config"]!["think_time"] = 0;
        var first = await running.RunAsync(plan);

        using var asked = await running.Gateway.PostAsync($"{Api}/executions/{first.Id}/rerun", null);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var second = await running.EndOfAsync((await asked.Content.ReadFromJsonAsync<JsonNode>())!["execution"]!["id"]!.GetValue<Guid>());

        Assert.Equal("completed", second.Status);
        Assert.Equal(Arrivals(first), Arrivals(second));
        var (before, after) = (await StatusAsync(first.Id), await StatusAsync(second.Id));
        Assert.Equal(first.Id.ToString(), after["rerun_of"]!.ToString());
        Assert.True(JsonNode.DeepEquals(Same(before["manifest"]!), Same(after["manifest"]!)));
        var worker = Assert.Single(after["manifest"]!["workers"]!.AsArray())!;
        Assert.Equal(("worker-1", Environment.ProcessorCount), (worker["name"]!.ToString(), worker["hardware"]!["cores"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_changed_rate_is_sent_from_its_second_on_and_the_events_say_who_changed_it()
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var plan = RunningPlatform.Plan(""" "duration": "9s", "max_virtual_users": 50, "load_pattern": { "type": "constant_arrival_rate", "rate": 20 } """);
        plan["scenario_config"]!["think_time"] = 0;
        var id = (await running.ExecuteAsync(plan)).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 20);
        using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/executions/{id}/steer", new { rate = 60 });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var end = await running.EndOfAsync(id);

        var change = (await running.Api.EventsAsync(id, CancellationToken.None)).Events.Single(e => e.Type == "load_changed");
        var second = (int)Math.Ceiling(change.Data["from_seconds"]!.GetValue<double>());
        Assert.Equal((60, true), (change.Data["rate"]!.GetValue<double>(), change.By is not null));
        var sent = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/metrics?granularity=second"))!["metrics"]!.AsArray()
            .ToDictionary(m => m!["timestamp_offset"]!.GetValue<int>(), m => m!["requests_per_second"]!.GetValue<double>());
        Assert.InRange(sent[second - 2], 18, 22);
        Assert.InRange(sent[second + 1], 55, 65);
        Assert.Equal(20 * change.Data["from_seconds"]!.GetValue<double>() + 60 * (9 - change.Data["from_seconds"]!.GetValue<double>()), end.TotalRequests, 1.5);
        Assert.Equal(await running.TargetRequestsAsync(), end.TotalRequests);
        var report = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/report"))!["report"]!["report_data"]!;
        Assert.Equal(change.Data["from_seconds"]!.GetValue<double>(), report["interventions"]!.AsArray().Single()!["second"]!.GetValue<double>());
        Assert.Contains(second, report["left_out_seconds"]!.AsArray().Select(s => s!.GetValue<int>()));
    }

    [Fact]
    public async Task A_skipped_phase_makes_a_run_shorter()
    {
        var plan = RunningPlatform.Plan();
        foreach (var member in new[] { "duration", "load_pattern" })
            plan.Remove(member);
        plan["phases"] = JsonNode.Parse("""[ { "name": "long", "target_users": 2, "duration": "60s" }, { "name": "last", "target_users": 4, "duration": "3s" } ]""");
        var id = (await running.ExecuteAsync(plan)).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 0);
        using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/executions/{id}/steer", new { skip_phase = true });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var end = await running.EndOfAsync(id);

        Assert.Equal("completed", end.Status);
        Assert.InRange(end.DurationSeconds, 4, 15);
        var phases = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/metrics"))!["phases"]!.AsArray().Select(p => p!["phase"]!.ToString());
        Assert.Equal(["long", "last"], phases);
        using var late = await running.Gateway.PostAsJsonAsync($"{Api}/executions/{id}/steer", new { skip_phase = true });
        Assert.Equal(HttpStatusCode.BadRequest, late.StatusCode);
    }

    [Fact]
    public async Task An_old_run_is_judged_by_other_criteria_and_its_own_verdict_stays()
    {
        var run = await running.RunAsync(RunningPlatform.Plan(""" "duration": "2s" """));
        var strict = await running.Api.RejudgeAsync(run.Id, new JsonObject { ["success_criteria"] = new JsonObject { ["min_throughput"] = 1_000_000 } }, CancellationToken.None);
        var judgements = (await running.Api.JudgementsAsync(run.Id, CancellationToken.None))["judgements"]!.AsArray();

        Assert.Contains(strict["judgement"]!["reasons"]!.AsArray(), r => r!.ToString().StartsWith("throughput_rps ≥ 1000000 does not hold", StringComparison.Ordinal));
        Assert.Equal([null, "local"], judgements.Select(j => j!["judged_by"]?.ToString()));
        Assert.Equal([2, 2], judgements.Select(j => j!["rule_version"]!.GetValue<int>()));
        Assert.Equal(1_000_000, judgements[1]!["success_criteria"]!["min_throughput"]!.GetValue<double>());
        Assert.Equal(run.Verdict, (await running.Api.StatusAsync(run.Id, CancellationToken.None)).Execution.Verdict);
        Assert.Equal(run.Verdict.ToString()!.ToLowerInvariant(), judgements[0]!["verdict"]!.ToString());
    }

    [Theory]
    [InlineData("junit", "application/xml", "<testsuites>")]
    [InlineData("markdown", "text/markdown", "| operation |")]
    [InlineData("csv", "text/csv", "scenario,operation")]
    public async Task A_report_is_to_be_had_in_the_form_another_tool_reads(string format, string type, string holds)
    {
        var run = await running.RunAsync(RunningPlatform.Plan(""" "duration": "1s" """));
        using var answer = await running.Gateway.GetAsync($"{Api}/executions/{run.Id}/report?format={format}");

        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(holds, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Stop_all_ends_every_run_and_each_says_who_and_why()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 2; i++)
            ids.Add((await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "60s" """))).Id);
        await running.UntilAsync(ids[0], s => s.Execution.Status == "running");

        using var answer = await running.Gateway.PostAsJsonAsync($"{Api}/stop-all", new { reason = "the network is on fire" });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stopped = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["stopped"]!.AsArray().Select(s => s!.GetValue<Guid>());
        Assert.Equal(ids.Order(), stopped.Order());
        foreach (var id in ids)
        {
            Assert.Equal("cancelled", (await running.EndOfAsync(id)).Status);
            var stop = (await running.Api.EventsAsync(id, CancellationToken.None)).Events.Single(e => e.Type == "stop_requested");
            Assert.NotNull(stop.By);
            Assert.Contains("the network is on fire", (await StatusAsync(id))["error_details"]!["reason"]!.ToString());
        }
    }

    [Fact]
    public async Task Workers_and_what_a_run_took_of_them_can_be_seen()
    {
        var worker = Assert.Single((await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/workers"))!["workers"]!.AsArray())!;
        Assert.Equal(("worker-1", "local", 20_000), (worker["name"]!.ToString(), worker["region"]!.ToString(), worker["capacity_users"]!.GetValue<int>()));

        var id = (await running.RunAsync(RunningPlatform.Plan())).Id;
        var resources = (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/resources?granularity=second"))!;
        Assert.True(resources["samples"]!.AsArray().Count >= 3);
        var summary = Assert.Single(resources["summary"]!.AsArray())!;
        Assert.Equal("worker-1", summary["source"]!.ToString());
        Assert.True(summary["peak_memory_usage"]!.GetValue<long>() > 0);
    }

    private async Task<JsonNode> StatusAsync(Guid id) => (await running.Gateway.GetFromJsonAsync<JsonNode>($"{Api}/executions/{id}/status"))!["execution"]!;

    // On a busy machine a shard may begin a little late; what was due before is dropped, and counted.
    private static double Arrivals(ExecutionView execution) =>
        execution.TotalRequests + execution.Summary.Criteria.Single(c => c.Title.StartsWith("dropped", StringComparison.Ordinal)).Value!.Value;

    // Clocks drift.
    private static JsonNode Same(JsonNode manifest)
    {
        var same = manifest.DeepClone();
        foreach (var worker in same["workers"]!.AsArray())
            worker!["clock_offset_ms"] = null;
        return same;
    }
}
