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

        var faults = page.GetByRole(AriaRole.Status).Filter(new() { HasText = "not right yet" });
        await Expect(faults).ToHaveCountAsync(0);
        await page.GetByLabel("Duration").FillAsync("soon");
        await Expect(faults).ToContainTextAsync("duration is not written as it should be");
        await Expect(faults).ToContainTextAsync("name is required");
        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync(name);
        await Expect(faults).Not.ToContainTextAsync("name");
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
    public async Task A_stored_configuration_is_shown_as_it_was_written_changed_and_its_history_told()
    {
        var (id, name) = await running.ConfigureAsync(""" "duration": "90s", "load_pattern": { "type": "linear", "ramp_up": "10s", "ramp_down": "5s" } """);
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        await visit.GoAsync($"configurations/{id}", name);
        await Expect(page.GetByLabel("Duration")).ToHaveValueAsync("1m30s");
        await Expect(page.GetByLabel("Ramp up")).ToHaveValueAsync("10s");

        await page.GetByLabel("Duration").FillAsync("2m");
        await page.GetByLabel("Load pattern").SelectOptionAsync("capacity_search");
        await page.GetByLabel("Highest rate").FillAsync("400");
        await page.GetByLabel("Type of test").SelectOptionAsync("ab");
        await page.GetByLabel("The candidate’s origin").FillAsync("http://127.0.0.1:9");
        await page.GetByLabel("Type of test").SelectOptionAsync("capacity");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await visit.HeadingAsync("Test Configurations");

        await visit.GoAsync($"configurations/{id}", name);
        await Expect(page.GetByLabel("Duration")).ToHaveValueAsync("2m");
        await Expect(page.GetByLabel("Load pattern")).ToHaveValueAsync("capacity_search");
        await Expect(page.GetByLabel("Highest rate")).ToHaveValueAsync("400");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What happened to it" }).GetByRole(AriaRole.Row).Last).ToContainTextAsync("Configuration changed");
    }

    [Fact]
    public async Task What_another_tool_wrote_is_imported_with_what_was_left_out_and_files_are_kept()
    {
        var name = $"imported {Guid.NewGuid()}";
        await using var visit = await running.VisitAsync("engineer");
        var page = visit.Page;
        var form = page.GetByRole(AriaRole.Dialog);
        await visit.GoAsync("configurations", "Test Configurations");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await FileAsync(page, form.GetByRole(AriaRole.Button, new() { Name = "File" }), "shop.yaml", "not: [ a plan");
        await form.GetByLabel("Name").FillAsync(name);
        await form.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Expect(form.GetByRole(AriaRole.Status)).ToContainTextAsync("is not YAML");
        await Expect(form.GetByLabel("Name")).ToHaveValueAsync(name);
        await FileAsync(page, form.GetByRole(AriaRole.Button, new() { Name = "File" }), "shop.yaml", "openapi: 3.1.0\npaths: { /api/products: { get: { responses: { '200': { description: Products. } } } }, /api/orders: { delete: { responses: { '204': { description: Gone. } } } } }\n");
        await form.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await visit.HeadingAsync(name);

        await visit.GoAsync("files", "Files");
        await FileAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Upload a file" }), $"{name}.csv", "email\nada@example.com\n");
        var row = page.RowsWith(name);
        await Expect(row).ToContainTextAsync("email");
        await visit.ConfirmedAsync($"Take out of use: {name}.csv", "Take it out of use");
        await Expect(row).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }

    private static async Task FileAsync(IPage page, ILocator chooser, string name, string content) =>
        await (await page.RunAndWaitForFileChooserAsync(() => chooser.ClickAsync())).SetFilesAsync(new FilePayload { Name = name, MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(content) });

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
        await visit.GoAsync("scenarios", "Scenarios");
        await page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await visit.HeadingAsync(name);
        await page.GetByLabel("Description").FillAsync("changed since");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        var row = page.RowsWith(name);
        await Expect(row).ToContainTextAsync("changed since");
        await visit.ConfirmedAsync($"Take out of use: {name}", "Take it out of use");
        await Expect(row).ToHaveCountAsync(0);
    }
}
