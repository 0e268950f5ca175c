using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Loadstone.Dashboard.Tests;

/// <summary>One browser profile with one page, and what went wrong in it.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public Visit(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => _complaints.Add(error);
        // What the policy refuses is said on the console, and nowhere else.
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts, and what the page's policy refused.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public async Task SignInAsync(string name, string password)
    {
        await Page.GotoAsync("/dashboard");
        await Page.GetByLabel("Name").FillAsync(name);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await HeadingAsync("Load Testing");
    }

    /// <summary>Goes to a page of the dashboard and waits for its heading.</summary>
    public async Task GoAsync(string path, string heading)
    {
        await Page.GotoAsync(path.StartsWith('/') ? path : $"/dashboard/load-testing/{path}");
        await HeadingAsync(heading);
    }

    public Task HeadingAsync(string heading) => Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(heading);

    /// <summary>Waits until nothing on the page is still being loaded.</summary>
    public Task SettledAsync() => Expect(Page.Locator("[role=status][aria-label^='Loading']")).ToHaveCountAsync(0);

    /// <summary>Turns the open page to another screen and scheme, and waits until it has followed.</summary>
    public async Task TurnToAsync(Look look)
    {
        await Page.SetViewportSizeAsync(look.Width, look.Height);
        await Page.EmulateMediaAsync(new() { ColorScheme = look.Scheme, ReducedMotion = ReducedMotion.Reduce });
        await Expect(Page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", look.Scheme == ColorScheme.Dark ? "dark" : "light");
        await Page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// <summary>Presses a button, and the one that confirms it.</summary>
    public async Task ConfirmedAsync(string button, string confirmation)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = confirmation, Exact = true }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}

/// <summary>A screen, and whether it is light or dark.</summary>
public sealed record Look(int Width, int Height, ColorScheme Scheme);

internal static class Pages
{
    /// <summary>Any text that a pattern matches.</summary>
    public static Regex Like(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>The rows of all tables that have a text in them.</summary>
    public static ILocator RowsWith(this IPage page, string text) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    /// <summary>Waits until the first chart shows so many points.</summary>
    public static Task<IJSHandle> PointsAsync(this IPage page, int atLeast) =>
        page.WaitForFunctionAsync("least => document.querySelector('[data-testid=test-running-alert]') !== null && Number(document.querySelector('figure')?.dataset.points ?? 0) >= least", atLeast);
}
