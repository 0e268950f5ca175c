using System.Net;
using System.Text.Json.Nodes;
using Loadstone.Client;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>A baseline, a run like it, and a slower one: what comparison, gate, trend and report say, through the whole platform.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class GateTests(RunningPlatform running)
{
    [Fact]
    public async Task A_slower_system_does_not_pass_the_gate_and_one_of_the_same_speed_does()
    {
        var configuration = (await running.Api.CreateConfigurationAsync(RunningPlatform.Plan(""" "duration": "12s", "max_virtual_users": 10 """), CancellationToken.None)).Configuration["id"]!.GetValue<Guid>();
        var a = await RunAsync(configuration, 250);
        var established = await running.Api.EstablishBaselineAsync(new BaselineRequest(a), CancellationToken.None);
        var same = await RunAsync(configuration, 250);
        var slower = await RunAsync(configuration, 350);

        var (passed, failed) = (await GateAsync(same), await GateAsync(slower));
        var compared = (await running.Api.CompareAsync($"{a},{same},{slower}", CancellationToken.None)).Comparison["changes"]!.AsArray();
        var trends = await running.Api.TrendsAsync(new Dictionary<string, string> { ["configurationId"] = configuration.ToString(), ["scenario"] = "s" }, CancellationToken.None);

        Assert.Equal(("pass", true), (passed.Status, passed.Passed));
        Assert.Equal(("fail", false), (failed.Status, failed.Passed));
        Assert.Contains(failed.Checks, c => c is { Kind: "baseline", Name: "avg_response_time", Status: "failed" });
        Assert.Contains(compared[0]!["verdict"]!.ToString(), new[] { "no_change", "inconclusive" });
        Assert.Equal("regression", compared[1]!["verdict"]!.ToString());
        Assert.Equal([a, same, slower], trends.Trend.Where(p => p["verdict"]!.ToString() != "invalid").Select(p => p["execution_id"]!.GetValue<Guid>()));
        Assert.Contains("Against the baseline", await running.Api.ReportAsync(slower, "html", CancellationToken.None));
        await AssertAcceptedAsync(established.Baseline, slower);
        Assert.Equal("pass", (await GateAsync(slower)).Status);
    }

    [Fact]
    public async Task Nothing_is_compared_that_is_not_there_or_alone()
    {
        var run = (await running.RunAsync(RunningPlatform.Plan(""" "duration": "1s" """))).Id;

        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync($"/api/load-testing/compare?executionIds={run}"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync($"/api/load-testing/compare?executionIds={run},{run}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync($"/api/load-testing/compare?executionIds={run},{Guid.NewGuid()}"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync("/api/load-testing/trends"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync($"/api/performance/tests/{run}/gate?wait=61"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync($"/api/performance/tests/{Guid.NewGuid()}/gate"));
    }

    [Fact]
    public async Task The_gate_of_a_test_that_was_stopped_fails_and_one_that_goes_on_is_pending()
    {
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "10m" """))).Id;
        await running.UntilAsync(id, status => status.Execution is { Status: "running", StartedAt: not null });
        var pending = await running.Api.GateAsync(id, null, CancellationToken.None);
        await running.Api.StopAsync(id, CancellationToken.None);

        var gate = await GateAsync(id);

        Assert.Equal(("pending", null), (pending.Status, pending.Passed));
        Assert.Equal("fail", gate.Status);
        Assert.Contains(gate.Reasons, r => r.Contains("cancelled", StringComparison.Ordinal));
    }

    // So slow that a busy machine is not late by a tenth of it, which makes a run invalid.
    private async Task<Guid> RunAsync(Guid configuration, double delayMs)
    {
        using var knobs = System.Net.Http.Json.JsonContent.Create(new { delay = new { type = "normal", mean_ms = delayMs, deviation_ms = 25 } });
        (await running.Target.PutAsync("/knobs", knobs)).EnsureSuccessStatusCode();
        var run = await RunningPlatform.TrustedAsync(async () =>
        {
            var asked = await running.Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(configuration, null), CancellationToken.None);
            return await running.EndOfAsync(asked.Execution.Id);
        });
        Assert.Contains(run.Verdict, new VerdictOutcome?[] { VerdictOutcome.Passed, VerdictOutcome.Failed });
        return run.Id;
    }

    private async Task AssertAcceptedAsync(JsonObject before, Guid execution)
    {
        Assert.Equal(HttpStatusCode.Conflict, (await running.Gateway.CallAsync(HttpMethod.Post, "/api/load-testing/baselines", new JsonObject { ["executionId"] = execution.ToString() })).Status);
        var after = (await running.Api.AcceptBaselineAsync(new BaselineRequest(execution), CancellationToken.None)).Baseline;
        var history = await running.Api.BaselineHistoryAsync(before["id"]!.GetValue<Guid>(), CancellationToken.None);

        Assert.Equal(execution, after["execution_id"]!.GetValue<Guid>());
        Assert.Equal(before["execution_id"]!.ToString(), Assert.Single(after["earlier"]!.AsArray())!["execution_id"]!.ToString());
        Assert.Equal(3, after["acceptable_variance"]!["based_on_runs"]!.GetValue<int>());
        Assert.Equal(["baseline_established", "baseline_accepted"], history.Events.Select(e => e["type"]!.ToString()));
    }

    private async Task<GateAnswer> GateAsync(Guid id)
    {
        for (var asked = 0; asked < 3; asked++)
        {
            if (await running.Api.GateAsync(id, 20, CancellationToken.None) is { Status: not "pending" } gate)
                return gate;
        }

        throw new InvalidOperationException("The gate stays pending.");
    }

    private async Task<HttpStatusCode> StatusOfAsync(string path) => (await running.Gateway.CallAsync(HttpMethod.Get, path)).Status;
}
