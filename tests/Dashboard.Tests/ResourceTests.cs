using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>Everything that the platform keeps is made, changed and taken away on its page, and what it refuses is told at the field that is wrong.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class ResourceTests(DashboardPlatform running)
{
    // NAME stands for a name that is used once.
    private static readonly Kept[] All =
    [
        new("environments", "Environments", "New environment")
        {
            Written = [new("Name", "NAME")], Bad = new("Base URLs, one a line", "nowhere"), Refusal = "a host and a port", Mended = "http://127.0.0.1:9", Changed = new("Kind", "production"),
        },
        new("benchmarks", "Benchmarks", "New benchmark")
        {
            Written = [new("Name", "NAME"), new("Path", "/fixed")], Bad = new("Errors at most, %", "101"), Refusal = "between 0 and 100", Changed = new("Response time at most, ms", "321"),
        },
        new("schedules", "Schedules", "New schedule") { Written = [new("Configuration", "NAME")], Bad = new("When", "on Sundays"), Refusal = "five fields", Changed = new("When", "0 4 * * 1") },
        new("alerts", "Alerts", "New rule") { Tab = "Rules", Written = [new("Name", "NAME")], Bad = new("For", "a while"), Refusal = "duration", Changed = new("Threshold", "123") },
        new("alerts", "Alerts", "New subscription")
        {
            Tab = "Subscriptions", Written = [new("Name", "NAME"), new("Channel", "webhook"), new("URL", "http://127.0.0.1:9/told")], Bad = new("Secret", "short"), Refusal = "16", Mended = "sixteen letters or more",
            Changed = new("Severities, one a line", "critical"),
        },
        new("alerts", "Alerts", "New maintenance window") { Tab = "Maintenance", Written = [new("Name", "NAME")], Bad = new("To", "later"), Refusal = "instant" },
        new("users", "Users and Keys", "New user") { Tab = "Users", Written = [new("Role", "engineer")], Bad = new("Name", "two words"), Refusal = "letters", Mended = "NAME", HasSecret = true, Remove = "Lock out" },
        new("users", "Users and Keys", "New key") { Tab = "Keys", Written = [new("Name", "NAME")], Bad = new("Good for, one area a line", "everything"), Refusal = "no area", Mended = "reports", HasSecret = true, Remove = "Revoke" },
    ];

    [Fact]
    public async Task What_is_kept_is_made_changed_and_taken_away_and_bad_input_is_told_where_it_stands()
    {
        await using var visit = await running.VisitAsync("admin");
        foreach (var kept in All)
        {
            var (_, name) = await running.ConfigureAsync($""" "name": "u{Guid.NewGuid():N}" """);
            await visit.GoAsync(kept.Path, kept.Heading);
            if (kept.Tab is not null)
                await visit.Page.GetByRole(AriaRole.Tab, new() { Name = kept.Tab, Exact = true }).ClickAsync();
            await MakeAsync(visit, kept, name);
            var row = visit.Page.RowsWith(name);
            await Expect(row).ToHaveCountAsync(1);
            if (kept.Changed is not null)
                await ChangeAsync(visit, row, kept.Changed);
            await row.GetByRole(AriaRole.Button, new() { NameRegex = Pages.Like($"^{kept.Remove}") }).ClickAsync();
            await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button).Last.ClickAsync();
            await Expect(row).ToHaveCountAsync(0);
        }

        Assert.Empty(visit.Complaints);
    }

    private static async Task MakeAsync(Visit visit, Kept kept, string name)
    {
        var form = visit.Page.GetByRole(AriaRole.Dialog);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = kept.Make }).ClickAsync();
        foreach (var field in kept.Written)
            await SetAsync(form, field with { Text = field.Text.Replace("NAME", name, StringComparison.Ordinal) });
        var before = await form.GetByLabel(kept.Bad.Label, new() { Exact = true }).InputValueAsync();
        await SetAsync(form, kept.Bad);
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(form.GetByLabel(kept.Bad.Label, new() { Exact = true })).ToHaveAccessibleDescriptionAsync(Pages.Like(kept.Refusal));
        if (kept.Written.FirstOrDefault(field => field.Text == "NAME" && field.Label == "Name") is not null)
            await Expect(form.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync(name);

        await SetAsync(form, kept.Bad with { Text = kept.Mended?.Replace("NAME", name, StringComparison.Ordinal) ?? before });
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        if (kept.HasSecret)
        {
            await Expect(visit.Page.GetByTestId("secret")).Not.ToBeEmptyAsync();
            await form.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        }

        await Expect(form).ToHaveCountAsync(0);
    }

    private static async Task ChangeAsync(Visit visit, ILocator row, Field changed)
    {
        var form = visit.Page.GetByRole(AriaRole.Dialog);
        await row.GetByRole(AriaRole.Button, new() { NameRegex = Pages.Like("^Change") }).ClickAsync();
        await SetAsync(form, changed);
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(form).ToHaveCountAsync(0);
        await Expect(row).ToContainTextAsync(changed.Text);
    }

    private static async Task SetAsync(ILocator form, Field field)
    {
        var input = form.GetByLabel(field.Label, new() { Exact = true });
        if (await input.EvaluateAsync<string>("element => element.tagName") == "SELECT")
            await input.SelectOptionAsync(field.Text);
        else
            await input.FillAsync(field.Text);
    }

    private sealed record Field(string Label, string Text);

    private sealed record Kept(string Path, string Heading, string Make)
    {
        public string? Tab { get; init; }

        public required Field[] Written { get; init; }

        /// <summary>What is refused at first, and then mended: as it was before when nothing else is said.</summary>
        public required Field Bad { get; init; }

        public required string Refusal { get; init; }

        public string? Mended { get; init; }

        public Field? Changed { get; init; }

        public bool HasSecret { get; init; }

        public string Remove { get; init; } = "Take out of use";
    }
}
