using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>What is shown of a run is what the API says of it.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class FindingTests(DashboardPlatform running)
{
    [Fact]
    public async Task A_candidate_beside_its_base_and_a_searched_capacity_are_shown_with_the_colour_of_their_errors()
    {
        var environment = await TwoOriginsAsync();
        var ab = await running.ExecuteAsync(Failing(everyOf: 10, $$""" "duration": "14s", "environment": "{{environment.Name}}", "test_type": "ab", "ab_test": { "candidate": "{{environment.Candidate}}", "slice": "2s" } """));
        var search = await running.ExecuteAsync(Failing(everyOf: 40, """ "duration": "30s", "test_type": "capacity", "load_pattern": { "type": "capacity_search", "from": 3, "to": 6, "step": "5s" }, "success_criteria": { "max_p95_response_time": 0.001 } """));
        await using var visit = await running.VisitAsync("viewer");

        await running.EndOfAsync(search.Id);
        await visit.GoAsync($"executions/{search.Id}", search.ExecutionName);
        var capacity = visit.Page.GetByRole(AriaRole.Region, new() { Name = "Capacity", Exact = true });
        await Expect(capacity).ToContainTextAsync("Smallest that broke3/s");
        await Expect(capacity.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("broke");
        await ToneAsync(visit.Page, search.Id, "warn", 1, 5);

        await running.EndOfAsync(ab.Id);
        await visit.GoAsync($"executions/{ab.Id}", ab.ExecutionName);
        var sides = JsonNode.Parse(await running.Gateway.GetStringAsync($"/api/load-testing/executions/{ab.Id}/report"))!["report"]!["report_data"]!["ab_comparison"]!;
        var errors = visit.Page.GetByRole(AriaRole.Region, new() { Name = "Candidate and base" }).GetByRole(AriaRole.Row).Filter(new() { HasText = "the whole run" }).Filter(new() { HasText = "Error rate" });
        var change = sides["overall"]!.AsArray().Single(one => one!["metric"]!.ToString() == "error_rate")!;
        await Expect(errors).ToContainTextAsync($"{Two(change["base"]!)} %");
        await Expect(errors).ToContainTextAsync($"{Two(change["candidate"]!)} %");
        await Expect(errors).ToContainTextAsync(change["verdict"]!.ToString().Replace('_', ' '));
        await ToneAsync(visit.Page, ab.Id, "bad", 5, 100);

        var sample = await running.SampleRunAsync();
        await visit.GoAsync($"executions/{sample.Id}", sample.ExecutionName);
        await ToneAsync(visit.Page, sample.Id, "good", 0, 1);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_trend_shows_the_figures_of_the_API_for_all_and_for_one_scenario()
    {
        var (_, last) = (await running.SampleRunAsync(), await running.SampleRunAsync());
        await using var visit = await running.VisitAsync("viewer");
        await visit.GoAsync($"trends?configuration={last.ConfigurationId}", "Trends");
        await LatestAsync(visit.Page, $"configurationId={last.ConfigurationId}");

        await visit.Page.GetByLabel("Scenario").SelectOptionAsync("rare");

        await LatestAsync(visit.Page, $"configurationId={last.ConfigurationId}&scenario=rare");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show table" }).First.ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Figure).First.Locator("tbody tr")).ToHaveCountAsync(2);
    }

    private async Task LatestAsync(IPage page, string query)
    {
        var latest = JsonNode.Parse(await running.Gateway.GetStringAsync($"/api/load-testing/trends?{query}"))!["latest"]!;
        var cards = page.GetByRole(AriaRole.Region, new() { Name = "The latest run" });
        foreach (var metric in new[] { "p50", "p95", "p99" })
            await Expect(cards).ToContainTextAsync($"{metric.ToUpperInvariant()} response time{Milliseconds(latest[$"{metric}_response_time"]!.GetValue<double>())} ms");
        await Expect(cards).ToContainTextAsync($"Error rate{Two(latest["error_rate"]!)} %");
        await Expect(cards).ToContainTextAsync($"Throughput rps{latest["throughput_rps"]!.GetValue<double>().ToString("#,0.#", CultureInfo.InvariantCulture)}/s");
    }

    private async Task ToneAsync(IPage page, Guid run, string tone, double from, double below)
    {
        Assert.InRange((await running.Api.StatusAsync(run, CancellationToken.None)).Execution.ErrorRate, from, below);
        await Expect(page.GetByTestId("error-rate-card")).ToHaveAttributeAsync("data-tone", tone);
    }

    // One request of so many asks for what is not there.
    private static JsonObject Failing(int everyOf, string members) =>
        DashboardPlatform.Plan($$""" "max_virtual_users": 4, {{members}} """, $$"""
            { "action": "repeat", "times": {{everyOf - 1}}, "steps": [ { "action": "http", "name": "there", "path": "/fixed", "think_time": 0 } ] }, { "action": "http", "name": "gone", "path": "/nothing" }
            """);

    private async Task<(string Name, string Candidate)> TwoOriginsAsync()
    {
        var (name, target) = ($"two {Guid.NewGuid()}", running.Platform.Target.GetLeftPart(UriPartial.Authority));
        var candidate = target.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await running.Api.RegisterEnvironmentAsync(new JsonObject { ["name"] = name, ["base_urls"] = new JsonArray(target, candidate) }, CancellationToken.None);
        return (name, candidate);
    }

    private static string Two(JsonNode value) => value.GetValue<double>().ToString("#,0.##", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "0.##" : value < 1000 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
}
