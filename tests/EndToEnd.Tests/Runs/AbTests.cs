using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Loadstone.Local;
using Loadstone.Plans;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Two targets in one run, in turn, through the whole platform (requirements R17.6).</summary>
[Collection(nameof(RunningPlatform))]
public sealed class AbTests(RunningPlatform running)
{
    [Fact]
    public async Task A_slower_candidate_fails_the_run_and_each_target_counted_what_is_reported_for_it()
    {
        await using var candidate = await StartTargetAsync();
        var environment = await RegisterAsync(candidate.Url);
        var execution = await RunningPlatform.TrustedAsync(async () =>
        {
            (await candidate.Client.PostAsync("/reset", null)).EnsureSuccessStatusCode();
            (await candidate.Client.PutAsJsonAsync("/knobs", DelayOf(180))).EnsureSuccessStatusCode();
            return await running.RunAsync(PlanOf(environment, candidate.Url), DelayOf(120));
        });
        var report = JsonNode.Parse(await running.Api.ReportAsync(execution.Id, "json", CancellationToken.None))!["report"]!["report_data"]!;

        var counted = (await candidate.Client.GetFromJsonAsync<JsonObject>("/counts"))!["total"]!.GetValue<long>();
        var operations = report["operations"]!.AsArray().ToDictionary(o => o!["scenario"]!.ToString(), o => o!["figures"]!["total_requests"]!.GetValue<long>());
        Assert.Equal((await running.TargetRequestsAsync(), counted), (operations["s"], operations["s (candidate)"]));
        Assert.Equal("regression", report["ab_comparison"]!["verdict"]!.ToString());
        Assert.Equal(VerdictOutcome.Failed, execution.Verdict);
        var gate = await running.Api.GateAsync(execution.Id, null, CancellationToken.None);
        Assert.Contains(gate.Checks, c => c is { Kind: "ab", Name: "avg_response_time", Status: "failed" });
    }

    [Fact]
    public async Task A_candidate_outside_the_environment_is_refused_by_its_field()
    {
        var plan = PlanOf("sample", new Uri("http://127.0.0.1:1"));
        var configuration = await running.Api.CreateConfigurationAsync(plan, CancellationToken.None);
        using var answer = await running.Gateway.PostAsJsonAsync("/api/load-testing/execute", new { configurationId = configuration.Configuration["id"]!.GetValue<Guid>() });

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("ab_test.candidate", await answer.Content.ReadAsStringAsync());
    }

    private static JsonObject PlanOf(string environment, Uri candidate) => RunningPlatform.Plan(
        $$""" "environment": "{{environment}}", "test_type": "ab", "duration": "30s", "ab_test": { "candidate": "{{candidate.GetLeftPart(UriPartial.Authority)}}", "slice": "3s" }, "max_virtual_users": 10 """);

    private async Task<string> RegisterAsync(Uri candidate)
    {
        var name = $"ab-{Guid.NewGuid():N}";
        await running.Api.RegisterEnvironmentAsync(new JsonObject { ["name"] = name, ["base_urls"] = new JsonArray(running.Platform.Target.ToString(), candidate.ToString()) }, CancellationToken.None);
        return name;
    }

    // So slow that a busy machine is not late by a tenth of it, which makes a run invalid.
    private static object DelayOf(double meanMs) => new { delay = new { type = "normal", mean_ms = meanMs, deviation_ms = 12 } };

    private static async Task<OtherTarget> StartTargetAsync()
    {
        var url = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
        var process = ChildProcess.Start(new ChildCommand("dotnet", Platform.ProgramOf(StateFolder.FindClone(), "SampleTarget"), "--urls", url.ToString().TrimEnd('/')));
        var client = new HttpClient { BaseAddress = url, Timeout = RunningPlatform.Longest };
        await process.UntilReadyAsync<HttpRequestException>(async patience => await client.GetAsync("/counts", patience), RunningPlatform.Longest, CancellationToken.None);
        return new OtherTarget(process, url, client);
    }

    private sealed record OtherTarget(ChildProcess Process, Uri Url, HttpClient Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Process.DisposeAsync();
        }
    }
}
