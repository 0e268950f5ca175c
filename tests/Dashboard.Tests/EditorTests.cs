using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>Plans are written in a form that says what is wrong while one types.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class EditorTests(DashboardPlatform running)
{
    [Fact]
    public async Task A_configuration_is_written_checked_as_it_is_typed_shown_as_a_shape_and_run()
    {
        var name = $"written {Guid.NewGuid()}";
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        await visit.GoAsync("configurations/new", "New configuration");
        var save = page.GetByRole(AriaRole.Button, new() { Name = "Save and run" });

        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync(name);
        await page.GetByLabel("Duration").FillAsync("soon");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "duration" })).ToContainTextAsync("is not written as it should be");
        await Expect(save).ToBeDisabledAsync();
        await page.GetByLabel("Duration").FillAsync("3s");
        await page.GetByLabel("Ramp up").FillAsync("1s");
        await page.GetByLabel("Ramp down").FillAsync("1s");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show table" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Figure, new() { Name = "Shape of the load" }).GetByRole(AriaRole.Row)).ToHaveTextAsync(["TimeVirtual users", "0:000", "0:0110", "0:0210", "0:030"]);
        await page.GetByRole(AriaRole.Tab, new() { Name = "YAML" }).ClickAsync();
        await Expect(page.GetByLabel("The plan as YAML")).ToHaveValueAsync(Pages.Like("duration: 3s"));
        await save.ClickAsync();

        await Expect(page.GetByTestId("execution-page")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("verdict")).ToBeVisibleAsync();
        var stored = (await running.Api.ConfigurationsAsync(name, 1, CancellationToken.None)).Configurations[0];
        Assert.Equal("1s", stored["load_pattern"]!["ramp_up"]?.ToString() ?? "1s");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task What_the_platform_refuses_is_shown_where_it_stands_and_nothing_is_lost()
    {
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        await visit.GoAsync("configurations/new", "New configuration");
        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync(running.SampleName);
        await page.GetByLabel("Virtual users at most").FillAsync("99999");

        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "max_virtual_users" })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Virtual users at most")).ToHaveValueAsync("99999");
    }

    [Fact]
    public async Task A_scenario_is_written_and_then_offered_to_configurations()
    {
        var name = $"scenario {Guid.NewGuid()}";
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        await visit.GoAsync("scenarios/new", "New scenario");
        await page.GetByLabel("Scenario name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a pause" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Move step 2 up" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await visit.HeadingAsync("Scenarios");

        await visit.GoAsync("configurations/new", "New configuration");
        await page.GetByLabel("Stored scenario").SelectOptionAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();

        await Expect(page.GetByText($"{name} (stored)")).ToBeVisibleAsync();
    }
}
