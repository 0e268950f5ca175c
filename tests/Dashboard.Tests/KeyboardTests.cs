using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>Nothing needs a mouse.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class KeyboardTests(DashboardPlatform running)
{
    [Fact]
    public async Task A_test_is_started_and_stopped_by_keys_alone()
    {
        await running.QuietAsync();
        var (_, name) = await running.ConfigureAsync(""" "duration": "60s" """);
        var person = await running.NewPersonAsync("engineer");
        await using var visit = await running.ArriveAsync();
        var (page, keys) = (visit.Page, visit.Page.Keyboard);

        await page.GotoAsync("/dashboard");
        await Expect(page.GetByLabel("Name")).ToBeFocusedAsync();
        await keys.TypeAsync(person.Name);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(person.Password);
        await keys.PressAsync("Enter");
        await visit.HeadingAsync("Load Testing");
        await Expect(page.GetByTestId("config-select")).ToBeVisibleAsync();
        await keys.PressAsync("l");
        await Expect(page.GetByTestId("config-select")).ToBeFocusedAsync();
        await keys.TypeAsync(name);
        await TabToAsync(page, "start-test-button");
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("test-running-alert")).ToBeVisibleAsync();
        await TabToAsync(page, "stop-test-button");
        await keys.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await TabToAsync(page, "Stop the test");
        await keys.PressAsync("Enter");

        await Expect(page.GetByTestId("start-test-button")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Letters_go_to_places_not_while_typing_and_not_when_turned_off_and_the_first_tab_skips_the_menu()
    {
        await using var visit = await running.VisitAsync("viewer");
        var (page, keys) = (visit.Page, visit.Page.Keyboard);

        await keys.PressAsync("r");
        await visit.HeadingAsync("Test Results");
        await Expect(page.Locator("#page-title")).ToBeFocusedAsync();
        await visit.GoAsync("configurations", "Test Configurations");
        await page.GetByLabel("Name contains").PressSequentiallyAsync("rl");
        await visit.HeadingAsync("Test Configurations");
        await page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Button).Last.ClickAsync();
        await page.GetByRole(AriaRole.Menuitemcheckbox, new() { NameRegex = Pages.Like("Keys L") }).ClickAsync();
        await visit.GoAsync("configurations", "Test Configurations");
        await keys.PressAsync("r");
        await visit.HeadingAsync("Test Configurations");
        await keys.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to the page" })).ToBeFocusedAsync();
    }

    // Focus comes to everything in turn; where it is must be seen.
    private static async Task TabToAsync(IPage page, string target)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<string>("document.activeElement.dataset.testid ?? document.activeElement.textContent.trim()");
            if (at == target)
                return;
        }

        Assert.Fail($"Tab does not come to {target}.");
    }
}
