using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>What is seen live is what is kept, whatever breaks in between.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class LiveTests(DashboardPlatform running)
{
    [Fact]
    public async Task When_the_gateway_dies_and_comes_back_the_chart_has_no_gap_and_nobody_reloaded()
    {
        await running.QuietAsync();
        var (id, _) = await running.ConfigureAsync(""" "duration": "40s" """);
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        await page.GetByTestId("config-select").SelectOptionAsync(id.ToString());
        await page.GetByTestId("start-test-button").ClickAsync();
        await page.EvaluateAsync("window.isTheSamePage = true");
        await page.PointsAsync(atLeast: 3);

        await running.Platform.KillAsync("gateway");
        int before;
        try
        {
            await Expect(page.GetByTestId("feed-lost")).ToBeVisibleAsync();
            before = await page.EvaluateAsync<int>("Number(document.querySelector('figure').dataset.points)");
        }
        finally
        {
            await running.Platform.RestartAsync("gateway", CancellationToken.None);
        }

        await Expect(page.GetByTestId("feed-lost")).ToHaveCountAsync(0);
        await page.PointsAsync(atLeast: before + 3);

        await page.GetByRole(AriaRole.Button, new() { Name = "Show table" }).First.ClickAsync();
        var times = await page.GetByRole(AriaRole.Figure).First.Locator("tbody tr td:first-child").AllInnerTextsAsync();
        Assert.Equal(Enumerable.Range(0, times.Count).Select(second => $"0:{second:00}"), times);
        Assert.True(await page.EvaluateAsync<bool>("window.isTheSamePage"));
        await visit.ConfirmedAsync("Stop", "Stop the test");
    }

    [Theory]
    [InlineData("""{ "type": "constant" }""", "Virtual users", "4", "changed to 4 users")]
    [InlineData("""{ "type": "constant_arrival_rate", "rate": 20 }""", "Arrivals per second", "7", "changed to 7 arrivals/s")]
    public async Task A_changed_load_is_marked_on_the_charts_of_the_run_while_it_goes_on_and_after(string pattern, string what, string amount, string mark)
    {
        await running.QuietAsync();
        var run = await running.ExecuteAsync(DashboardPlatform.Plan($$""" "duration": "60s", "max_virtual_users": 10, "load_pattern": {{pattern}} """));
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        var marks = page.GetByRole(AriaRole.List, new() { Name = "Events of Virtual users and error rate" });
        await page.PointsAsync(atLeast: 2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Change the load" }).ClickAsync();
        var form = page.GetByRole(AriaRole.Dialog);
        await Expect(form.GetByRole(AriaRole.Radio, new() { Name = what })).ToBeCheckedAsync();
        await form.GetByLabel(what).Last.FillAsync(amount);
        await form.GetByRole(AriaRole.Button, new() { Name = "Change the load" }).ClickAsync();

        await Expect(marks).ToContainTextAsync(mark);
        await running.Api.StopAsync(run.Id, CancellationToken.None);
        await Expect(page.GetByTestId("test-running-alert")).ToHaveCountAsync(0);
        await Expect(marks).ToContainTextAsync(mark);
    }
}
