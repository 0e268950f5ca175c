using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>However a run ends, it ends in bounded time, says why, and keeps what it measured.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class EndingTests(RunningPlatform running)
{
    private const string Long = """ "duration": "60s" """;

    [Fact]
    public async Task A_stopped_run_is_cancelled_and_keeps_all_that_it_measured()
    {
        (await running.Target.PostAsync("/reset", null)).EnsureSuccessStatusCode();
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(Long))).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 50);

        await running.Api.StopAsync(id, CancellationToken.None);
        var execution = await running.EndOfAsync(id);

        Assert.Equal(("cancelled", "stopped by local"), (execution.Status, execution.ErrorDetails.Reason));
        Assert.NotNull(execution.CompletedAt);
        Assert.Equal(await running.TargetRequestsAsync(), execution.TotalRequests);
        RunningPlatform.AssertPassed(execution.Verdict);
        Assert.InRange(execution.DurationSeconds, 0.5, 30);
    }

    [Fact]
    public async Task A_run_against_a_target_that_is_not_there_fails_at_once_and_says_why()
    {
        var environment = $"down {Guid.NewGuid()}";
        await running.Api.RegisterEnvironmentAsync(new() { ["name"] = environment, ["base_urls"] = new System.Text.Json.Nodes.JsonArray("http://127.0.0.1:1") }, CancellationToken.None);

        var execution = await running.RunAsync(RunningPlatform.Plan($""" "environment": "{environment}" """));

        Assert.Equal(("failed", null), (execution.Status, execution.Verdict));
        Assert.Equal("the target http://127.0.0.1:1 cannot be reached: it refused the connection (nothing listens there)", execution.ErrorDetails.Reason);
        Assert.Equal(0, execution.TotalRequests);
    }

    [Fact]
    public async Task A_run_whose_data_are_not_there_fails_before_it_sends_anything()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan(step: """{ "action": "http", "path": "/fixed?x={{pick(nothing)}}" }"""));

        Assert.Equal(("failed", 0), (execution.Status, execution.TotalRequests));
        Assert.Equal("the plan uses nothing, which neither its data nor the environment's variables give", execution.ErrorDetails.Reason);
        Assert.Equal(0, await running.TargetRequestsAsync());
    }

    [Fact]
    public async Task A_run_that_misses_a_criterion_completes_with_the_verdict_failed()
    {
        var execution = await RunningPlatform.TrustedAsync(() => running.RunAsync(
            RunningPlatform.Plan(""" "success_criteria": { "max_p95_response_time": 20 } """), new { delay = new { type = "fixed", mean_ms = 50 } }));

        Assert.Equal(("completed", VerdictOutcome.Failed), (execution.Status, execution.Verdict));
        var missed = Assert.Single(execution.Summary.Criteria, c => !c.Passed);
        Assert.Equal("p95_response_time ≤ 20", missed.Title);
        Assert.InRange(missed.Value!.Value, 50, 500);
        Assert.StartsWith("p95_response_time ≤ 20 does not hold", Assert.Single(execution.Summary.Reasons));
    }

    [Fact]
    public async Task A_stop_condition_ends_a_run_as_failed_with_its_reason()
    {
        var execution = await running.RunAsync(
            RunningPlatform.Plan(Long + """, "stop_conditions": { "max_error_rate": 20, "for": "2s" } """), new { error_rate = 50 });

        Assert.Equal(("failed", "stop condition: the error rate stayed above 20% for 2s"), (execution.Status, execution.ErrorDetails.Reason));
        Assert.Equal(await running.TargetRequestsAsync(), execution.TotalRequests);
        Assert.InRange(execution.DurationSeconds, 2, 20);
    }

    [Fact]
    public async Task A_paused_run_sends_nothing_and_a_resumed_one_makes_up_its_whole_duration()
    {
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "6s" """))).Id;
        await running.UntilAsync(id, s => s.Execution.TotalRequests > 0);
        await running.Api.PauseAsync(id, CancellationToken.None);
        await RunningPlatform.UntilAsync(async () => await LastSecondAsync(id) is { RequestsPerSecond: 0, VirtualUsers: 5 });
        var paused = await running.TargetRequestsAsync();
        await RunningPlatform.UntilAsync(async () => await LastSecondAsync(id) is { RequestsPerSecond: 0, Offset: > 3 });

        Assert.Equal(paused, await running.TargetRequestsAsync());
        await running.Api.ResumeAsync(id, CancellationToken.None);
        var execution = await running.EndOfAsync(id);

        Assert.Equal("completed", execution.Status);
        Assert.InRange(execution.DurationSeconds, 5.99, 6.01);
        var types = (await running.Api.EventsAsync(id, CancellationToken.None)).Events.Select(e => e.Type).ToList();
        Assert.True(types.IndexOf("execution_paused") < types.IndexOf("execution_resumed"));
    }

    [Fact]
    public async Task What_the_state_does_not_allow_is_refused_in_words()
    {
        var execution = await running.RunAsync(RunningPlatform.Plan(""" "duration": "1s" """));

        foreach (var (steer, what) in new (Func<Guid, CancellationToken, Task>, string)[]
                     { (running.Api.StopAsync, "stopped"), (running.Api.PauseAsync, "paused"), (running.Api.ResumeAsync, "resumed") })
        {
            var refused = await Assert.ThrowsAsync<LoadstoneException>(() => steer(execution.Id, CancellationToken.None));
            Assert.Equal((400, $"The execution is completed, so it cannot be {what}."), (refused.Status, refused.Message));
        }
    }

    private async Task<(int Offset, int VirtualUsers, double RequestsPerSecond)> LastSecondAsync(Guid id)
    {
        var series = (await running.Gateway.GetFromJsonAsync<JsonObject>($"/api/load-testing/executions/{id}/metrics?granularity=second"))!["metrics"]!.AsArray();
        return series.LastOrDefault() is { } last
            ? ((int)last["timestamp_offset"]!, (int)last["virtual_users"]!, (double)last["requests_per_second"]!)
            : default;
    }
}
