using System.Text.Json.Nodes;
using Loadstone.Client;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>What the rows of a list do besides changing and removing what is in them.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class ListTests(DashboardPlatform running)
{
    [Fact]
    public async Task A_configuration_taken_out_of_use_stands_under_those_no_longer_used_and_cannot_be_started()
    {
        var (id, name) = await running.ConfigureAsync();
        await using var visit = await running.VisitAsync("engineer");
        await visit.GoAsync("configurations", "Test Configurations");
        var row = visit.Page.RowsWith(name);

        await row.GetByRole(AriaRole.Button, new() { Name = $"Actions for {name}" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Take out of use" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take it out of use" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await visit.Page.GetByLabel("In use").SelectOptionAsync("No longer");
        await Expect(row).ToHaveCountAsync(1);

        var refused = await Assert.ThrowsAsync<LoadstoneException>(() => running.Api.ExecuteAsync(Guid.NewGuid().ToString(), new ExecuteRequest(id, null), CancellationToken.None));
        Assert.InRange(refused.Status, 400, 499);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_schedule_runs_at_once_when_it_is_told_to_and_leads_to_its_run()
    {
        var (id, name) = await running.ConfigureAsync(""" "duration": "1s" """);
        await running.Api.CreateScheduleAsync(new JsonObject { ["configuration_id"] = id, ["cron_expression"] = "0 2 * * 0", ["time_zone"] = "UTC" }, CancellationToken.None);
        await using var visit = await running.VisitAsync("engineer");
        await visit.GoAsync("schedules", "Schedules");
        var row = visit.Page.RowsWith(name);

        await Expect(row).ToContainTextAsync("none yet");
        await row.GetByRole(AriaRole.Button, new() { NameRegex = Pages.Like("^Run now") }).ClickAsync();
        var link = row.GetByRole(AriaRole.Link, new() { Name = "Its last run" });
        var run = Guid.Parse((await link.GetAttributeAsync("href"))!.Split('/')[^1]);
        await running.EndOfAsync(run);
        await link.ClickAsync();
        await Expect(visit.Page.GetByTestId("execution-page")).ToContainTextAsync("completed");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_user_of_another_role_may_do_what_that_role_may()
    {
        var person = await running.NewPersonAsync("viewer");
        await using var visit = await running.VisitAsync("admin");
        await visit.GoAsync("users", "Users and Keys");

        await visit.Page.GetByLabel($"Role of {person.Name}").SelectOptionAsync("engineer");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync($"{person.Name} is engineer now.");

        await using var theirs = await running.ArriveAsync();
        await theirs.SignInAsync(person.Name, person.Password);
        await theirs.GoAsync("configurations", "Test Configurations");
        await Expect(theirs.Page.GetByRole(AriaRole.Link, new() { Name = "New configuration" })).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }
}
