using Loadstone.Local;
using Microsoft.Playwright;

namespace Loadstone.Dashboard.Tests;

/// <summary>Debian's Chromium, which the tests and the benchmark of the pages look through.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private static readonly string[] Quietly =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts it, with the dashboard built for it to show; installs from Debian what is missing.</summary>
    public static async Task<Chromium> StartAsync(StateFolder folder, Action<string> report, CancellationToken cancellation)
    {
        await Local.Dashboard.EnsureBuiltAsync(folder, report, cancellation);
        await Packages.EnsureProgramAsync(Program, "chromium", folder.LogFile("packages"), report, cancellation);
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = WithoutPrecedence(folder), Args = Quietly }));
    }

    /// <summary>A new browser profile that knows nobody and has nothing in its cache.</summary>
    public Task<IBrowserContext> NewProfileAsync(Uri gateway, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light) =>
        _browser.NewContextAsync(new() { BaseURL = gateway.ToString(), ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    // Root's Chromium takes precedence over all else on the machine, and a run beside it is late and invalid; without that capability it can't.
    private static string WithoutPrecedence(StateFolder folder)
    {
        if (!Environment.IsPrivilegedProcess)
            return Program;
        var script = Path.Combine(folder.Path, "chromium");
        File.WriteAllText(script, $"#!/bin/sh\nexec setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice {Program} \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return script;
    }
}
