using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Loadstone.Dashboard.Tests;

/// <summary>Every page is for everybody: WCAG 2.1 AA as far as axe can tell, from a phone to a wide screen.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class AccessibilityTests(DashboardPlatform running)
{
    private static readonly string[] Tabs = ["summary", "metrics", "endpoints", "resources", "bottlenecks", "recommendations", "alerts", "events"];

    private const string Widest = "[...document.querySelectorAll('body *')].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0].outerHTML.slice(0, 200)";

    private static readonly Look WideAndLight = new(1280, 900, ColorScheme.Light);
    private static readonly Look NarrowAndDark = new(360, 740, ColorScheme.Dark);

    // Deque's own binding opens another page for each check, which takes longer than the check.
    private const string Check = """
        async () => (await axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }, resultTypes: ['violations'] }))
          .violations.flatMap(violation => violation.nodes.map(node => `${violation.id}, ${node.target}: ${node.html}`))
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    [Fact]
    public async Task No_page_breaks_WCAG_or_is_wider_than_the_screen()
    {
        var pages = (await PagesAsync()).Chunk(2).ToList();
        var faults = await Task.WhenAll(FaultsAsync([.. pages.Select(pair => pair[0])]), FaultsAsync([.. pages.Where(pair => pair.Length > 1).Select(pair => pair[1])]));

        Assert.True(faults.All(some => some.Count == 0), string.Join('\n', faults.SelectMany(some => some)));
    }

    [Fact]
    public async Task Neither_high_contrast_nor_a_form_nor_the_door_breaks_WCAG()
    {
        await using var stranger = await running.ArriveAsync();
        await stranger.GoAsync("/dashboard/sign-in", "Sign in to Loadstone");
        await using var visit = await running.VisitAsync("admin");
        await visit.Page.EvaluateAsync("localStorage.setItem('loadstone-contrast', 'more')");
        await visit.GoAsync("environments", "Environments");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "New environment" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();

        Assert.Empty(await FaultsAsync(stranger.Page, "sign-in"));
        Assert.Equal("more", await visit.Page.EvaluateAsync<string>("document.documentElement.dataset.contrast"));
        Assert.Empty(await FaultsAsync(visit.Page, "a form in high contrast"));
        await visit.GoAsync("environments", "Environments");
        await visit.Page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Button).Last.ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Menu)).ToBeVisibleAsync();
        var menu = await FaultsAsync(visit.Page, "the menu of settings");
        Assert.True(menu.Count == 0, string.Join('\n', menu));
        await visit.Page.EvaluateAsync("document.querySelector('main').append(document.createElement('input'))");
        Assert.NotEmpty(await FaultsAsync(visit.Page, "a field that nothing names"));
    }

    private async Task<List<(string Path, string Heading)>> PagesAsync()
    {
        var (first, second) = (await running.SampleRunAsync(), await running.SampleRunAsync());
        var configuration = first.ConfigurationId;
        return
        [
            ("/dashboard/load-testing", "Load Testing"), ("configurations", "Test Configurations"), ("configurations/new", "New configuration"),
            ($"configurations/{configuration}", running.SampleName), ("results", "Test Results"),
            .. Tabs.Select(tab => ($"executions/{first.Id}?tab={tab}", first.ExecutionName)),
            ("compare", "Compare"), ($"compare?executions={first.Id},{second.Id}", "Compare"), ($"trends?configuration={configuration}", "Trends"),
            ("/admin/performance", "Trends"), ("benchmarks", "Benchmarks"), ("alerts", "Alerts"), ("scenarios", "Scenarios"), ("scenarios/new", "New scenario"),
            ("schedules", "Schedules"), ("environments", "Environments"), ("files", "Files"), ("users", "Users and Keys"), ("nowhere", "There is no such page"),
        ];
    }

    // Each page is loaded on one screen and turned to the other, in turn.
    private async Task<List<string>> FaultsAsync(List<(string Path, string Heading)> pages)
    {
        var faults = new List<string>();
        var (now, next) = (WideAndLight, NarrowAndDark);
        await using var visit = await running.VisitAsync("admin");
        await visit.TurnToAsync(now);
        foreach (var (path, heading) in pages)
        {
            await visit.GoAsync(path, heading);
            await visit.SettledAsync();
            faults.AddRange(await FaultsAsync(visit.Page, $"{path} on {now}"));
            (now, next) = (next, now);
            await visit.TurnToAsync(now);
            faults.AddRange(await FaultsAsync(visit.Page, $"{path} on {now}"));
        }

        return [.. faults, .. visit.Complaints];
    }

    private static async Task<List<string>> FaultsAsync(IPage page, string where)
    {
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(Axe);
        var faults = (await page.EvaluateAsync<string[]>(Check)).Select(fault => $"{where}: {fault}").ToList();
        var tooWide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        if (tooWide > 0)
            faults.Add($"{where}: {tooWide} pixels wider than the screen, with {await page.EvaluateAsync<string>(Widest)}");
        return faults;
    }
}
