using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>The first page: start a test, watch it, hold it, end it.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class OverviewTests(DashboardPlatform running)
{
    [Fact]
    public void Before_the_first_test_the_page_says_what_to_do() => Assert.Contains("No load tests executed yet", running.FirstSight);

    [Fact]
    public async Task A_test_is_started_watched_paused_resumed_and_stopped_without_a_reload()
    {
        await running.QuietAsync();
        var (id, name) = await running.ConfigureAsync(""" "duration": "60s" """);
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        var (start, stop) = (page.GetByTestId("start-test-button"), page.GetByTestId("stop-test-button"));

        await Expect(start).ToBeDisabledAsync();
        await page.GetByTestId("config-select").SelectOptionAsync(new SelectOptionValue { Value = id.ToString(), Label = $"{name} (load)" });
        await start.ClickAsync();
        await Expect(page.GetByTestId("test-running-alert")).ToBeVisibleAsync();
        await Expect(stop).ToBeVisibleAsync();
        await Expect(page.GetByTestId("running-badge")).ToBeVisibleAsync();
        await page.PointsAsync(atLeast: 2);
        var before = await page.GetByTestId("total-requests-card").InnerTextAsync();
        await page.PointsAsync(atLeast: 4);
        await Expect(page.GetByTestId("total-requests-card")).Not.ToHaveTextAsync(before, new() { UseInnerText = true });

        await visit.ConfirmedAsync("Pause", "Pause");
        await Expect(page.GetByTestId("test-running-alert")).ToContainTextAsync("paused");
        await visit.ConfirmedAsync("Resume", "Resume");
        await Expect(page.GetByTestId("test-running-alert")).ToContainTextAsync("running");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Events of Response time and throughput" })).ToContainTextAsync("resumed");

        await visit.ConfirmedAsync("Stop", "Stop the test");
        await Expect(start).ToBeVisibleAsync();
        await Expect(page.GetByTestId("test-running-alert")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Table).Last).ToContainTextAsync("cancelled");
        Assert.Empty(visit.Complaints);
    }
}
