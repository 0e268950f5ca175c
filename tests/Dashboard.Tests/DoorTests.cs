using System.Net;
using System.Text.Json.Nodes;
using Loadstone.Local;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>Who sees what, and what browsers are told about the pages.</summary>
[Collection(nameof(DashboardPlatform))]
public sealed class DoorTests(DashboardPlatform running)
{
    [Fact]
    public async Task Whoever_has_not_signed_in_comes_to_the_door_and_then_to_where_he_was_going()
    {
        var person = await running.NewPersonAsync("viewer");
        await using var visit = await running.ArriveAsync();

        await visit.GoAsync("benchmarks", "Sign in to Loadstone");
        await visit.Page.GetByLabel("Name").FillAsync(person.Name);
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync("wrong");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("wrong");
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(person.Password);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await visit.HeadingAsync("Benchmarks");
        var cookie = (await visit.Page.Context.CookiesAsync()).Single(c => c.Name == "loadstone");
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
    }

    [Fact]
    public async Task A_viewer_sees_everything_that_may_be_read_and_nothing_that_may_not_be_done()
    {
        await running.ConfigureAsync();
        await using var visit = await running.VisitAsync("viewer");
        var page = visit.Page;

        await Expect(page.GetByTestId("config-select")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("start-test-button")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link)).ToContainTextAsync(["Load Testing", "Test Configurations", "Test Results", "Benchmarks"]);
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumbs" }).GetByRole(AriaRole.Listitem)).ToHaveTextAsync(["Dashboard", "Load Testing"]);
        await visit.GoAsync("configurations", "Test Configurations");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "New configuration" })).ToHaveCountAsync(0);
        await visit.GoAsync("users", "Users and Keys");
        await Expect(page.GetByRole(AriaRole.Tab)).ToHaveTextAsync(["Keys"]);
    }

    [Fact]
    public async Task The_page_allows_scripts_of_its_own_files_and_styles_that_it_names_each_time_anew()
    {
        using var caller = running.Caller(null);
        var (first, second) = (await caller.GetAsync("/dashboard/load-testing"), await caller.GetAsync("/admin/performance"));
        var policies = new[] { first, second }.Select(answer => answer.Headers.GetValues("Content-Security-Policy").Single()).ToList();

        Assert.All(policies, policy => Assert.Contains("default-src 'none'; script-src 'self';", policy));
        Assert.All(policies, policy => Assert.DoesNotContain("unsafe", policy));
        Assert.NotEqual(policies[0], policies[1]);
        Assert.Equal(HttpStatusCode.NotFound, (await caller.GetAsync("/dashboard/assets/none.js")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await caller.GetAsync("/dashboard/..%2f..%2fglobal.json")).StatusCode);
    }

    [Fact]
    public async Task Files_are_sent_compressed_and_the_page_with_its_own_words_is_not()
    {
        using var caller = running.Caller(null);
        caller.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br, gzip");
        using var page = await caller.GetAsync("/dashboard/load-testing");
        var script = (await page.Content.ReadAsStringAsync()).Split('"').First(text => text.StartsWith("/dashboard/assets/", StringComparison.Ordinal) && text.EndsWith(".js", StringComparison.Ordinal));
        using var file = await caller.GetAsync(script);

        Assert.Equal(["br"], file.Content.Headers.ContentEncoding);
        Assert.Empty(page.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_gateway_without_the_dashboard_says_so()
    {
        var url = await running.Platform.StartAnotherAsync("gateway", new Dictionary<string, string> { ["LOADSTONE_DASHBOARD"] = Path.Combine(running.Folder, "nothing") }, CancellationToken.None);
        using var caller = new HttpClient { BaseAddress = url };

        var answer = await caller.GetAsync("/dashboard/load-testing");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("npm run build", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_pages_are_built_from_the_types_that_the_gateway_publishes()
    {
        var built = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(StateFolder.FindClone(), "artifacts", "dashboard-types", "openapi.json")))!;
        var published = JsonNode.Parse(await running.Gateway.GetStringAsync("/openapi/v1.json"))!;

        Assert.True(JsonNode.DeepEquals(built["components"]!["schemas"], published["components"]!["schemas"]));
        Assert.Equal(OperationsOf(published), OperationsOf(built));
    }

    [Fact]
    public async Task Its_own_checks_of_types_style_and_parts_pass()
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "test-dashboard");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));

        await Local.Dashboard.NpmAsync(folder, patience.Token, "run", "check");
    }

    private static List<string> OperationsOf(JsonNode document) =>
        [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Where(m => m.Value is JsonObject o && o.ContainsKey("operationId")).Select(m => $"{m.Key} {path.Key} {m.Value!["operationId"]}")).Order(StringComparer.Ordinal)];
}
