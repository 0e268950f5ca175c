using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>What is known of a run that is over, and of runs beside each other.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class ExecutionPageTests(DashboardPlatform running)
{
    [Fact]
    public async Task A_result_is_opened_and_each_tab_shows_its_part_of_it()
    {
        var run = await running.SampleRunAsync();
        await using var visit = await running.VisitAsync("viewer");
        var page = visit.Page;

        await visit.GoAsync("results", "Test Results");
        await page.GetByRole(AriaRole.Link, new() { Name = $"View Details of {run.ExecutionName}" }).First.ClickAsync();
        await visit.HeadingAsync(run.ExecutionName);
        await Expect(page.GetByTestId("verdict")).ToHaveTextAsync(Pages.Like("passed|failed|invalid|inconclusive"));
        await Expect(page.GetByTestId("metrics-cards")).ToContainTextAsync(run.TotalRequests.ToString("N0", System.Globalization.CultureInfo.InvariantCulture));
        await ShowsAsync(page, "Metrics", page.GetByRole(AriaRole.Figure, new() { Name = "Load generators" }));
        await ShowsAsync(page, "Endpoints", page.GetByRole(AriaRole.Cell, new() { Name = "fixed", Exact = true }));
        await ShowsAsync(page, "Resources", page.GetByRole(AriaRole.Cell, new() { Name = "worker-1" }));
        await ShowsAsync(page, "Bottlenecks", page.GetByRole(AriaRole.Tabpanel).Locator("li, h2, .empty").First);
        await ShowsAsync(page, "Recommendations", page.GetByRole(AriaRole.Tabpanel).Locator("li, h2, .empty").First);
        await ShowsAsync(page, "Alerts", page.GetByRole(AriaRole.Tabpanel));
        await ShowsAsync(page, "Events", page.GetByRole(AriaRole.Cell, new() { Name = "Execution completed" }));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task The_report_opens_in_a_new_tab_and_the_raw_data_is_saved_under_the_runs_id()
    {
        var run = await running.SampleRunAsync();
        await using var visit = await running.VisitAsync("viewer");
        await visit.GoAsync($"executions/{run.Id}", run.ExecutionName);

        var report = await visit.Page.Context.RunAndWaitForPageAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "View Full Report" }).ClickAsync());
        await Expect(report.Locator("body")).ToContainTextAsync(run.ExecutionName);
        var saved = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Download Raw Data" }).ClickAsync());
        Assert.Equal($"{run.Id}.json", saved.SuggestedFilename);
        var data = JsonNode.Parse(await File.ReadAllTextAsync(await saved.PathAsync()))!;
        Assert.Equal(run.TotalRequests, data["execution"]!["total_requests"]!.GetValue<long>());
        Assert.NotEmpty(data["metrics"]!.AsArray());
    }

    [Fact]
    public async Task Two_results_are_compared()
    {
        var (first, second) = (await running.SampleRunAsync(), await running.SampleRunAsync());
        await using var visit = await running.VisitAsync("viewer");
        var page = visit.Page;
        await visit.GoAsync($"results?configuration={first.ConfigurationId}", "Test Results");
        await Expect(page.GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(2);
        foreach (var box in await page.GetByRole(AriaRole.Checkbox).AllAsync())
            await box.CheckAsync();

        await page.GetByRole(AriaRole.Link, new() { NameRegex = Pages.Like("^Compare [0-9]+ executions") }).ClickAsync();

        await visit.HeadingAsync("Compare");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Throughput rps" }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = second.ExecutionName }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_breach_is_seen_while_the_run_goes_on_and_acknowledged()
    {
        var run = await running.ExecuteAsync(DashboardPlatform.Plan(""" "duration": "60s", "success_criteria": { "max_p95_response_time": 0.001 } """));
        await using var visit = await running.VisitAsync("engineer");
        await visit.GoAsync($"executions/{run.Id}?tab=alerts", run.ExecutionName);
        var row = visit.Page.RowsWith("p95").First;
        await Expect(row).ToContainTextAsync("active");

        await row.GetByRole(AriaRole.Button, new() { NameRegex = Pages.Like("^Acknowledge") }).ClickAsync();

        await Expect(row).ToContainTextAsync("acknowledged");
        Assert.NotEmpty((await running.Api.AlertsAsync("acknowledged", null, run.Id, null, null, CancellationToken.None)).Alerts);
        await visit.GoAsync("alerts", "Alerts");
        await Expect(visit.Page.RowsWith(run.ExecutionName).First).ToContainTextAsync("acknowledged");
        await running.Api.StopAsync(run.Id, CancellationToken.None);
        await running.EndOfAsync(run.Id);
    }

    private static async Task ShowsAsync(IPage page, string tab, ILocator what)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();
        await Expect(what).ToBeVisibleAsync();
    }
}
