using Loadstone.Client;
using Loadstone.Dashboard.Tests;
using Loadstone.Local;
using Microsoft.Playwright;

namespace Loadstone.Benchmarks;

/// <summary>How long people wait for the page of a long run, and how smoothly it scrolls, as Chromium tells.</summary>
internal static class PageBenchmark
{
    private const int Width = 1280;
    private const int Height = 720;
    private const int PixelsPerSecond = 1500;
    private const int AnyPoints = 2;
    private const double SmoothMs = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string[] Tabs = ["summary", "metrics", "endpoints", "resources", "bottlenecks", "recommendations", "alerts", "events"];

    // From the beginning of the navigation until everything that is asked for is there and every chart is drawn with so many points, in ms.
    private const string Settled = """
        points => new Promise(done => {
          const isDrawn = figure => Number(figure.dataset.points) >= points && figure.querySelector('canvas')?.getContext('2d').getImageData(0, 0, 400, 200).data.some(value => value !== 0);
          const isThere = () => document.querySelector('[data-testid=execution-page]') && [...document.querySelectorAll('[role=tabpanel]')].some(panel => panel.innerText)
            && !document.querySelector("[role=status][aria-label^='Loading']") && [...document.querySelectorAll('figure')].every(isDrawn);
          const look = () => isThere() ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
          look();
        })
        """;

    public static async Task<int> RunAsync(int minutes, int rounds, string? json, CancellationToken cancellation)
    {
        Chromium chromium;
        using (var folder = StateFolder.Open(StateFolder.FindClone(), "bench-page"))
            chromium = await Chromium.StartAsync(folder, Console.Error.WriteLine, cancellation);
        await using var browser = chromium;
        await using var platform = await BenchPlatform.StartAsync(cancellation);
        var visitor = await Visitor.SignInAsync(browser, platform, cancellation);
        var figures = new Dictionary<string, double>();
        await using var run = await LongRun.TellAsync(platform, minutes, id => OpenAsync(visitor, id, "metrics", minutes * 60, rounds, "while_it_goes_on_", figures), cancellation);
        await platform.EndOfAsync(run.Id, cancellation);
        foreach (var tab in new[] { "summary", "metrics" })
            await OpenAsync(visitor, run.Id, tab, AnyPoints, rounds, "", figures);
        await ScrollAsync(visitor, run.Id, figures);
        return await Figures.WriteAsync(json, "page", figures, cancellation);
    }

    private static async Task OpenAsync(Visitor visitor, Guid run, string tab, int points, int rounds, string when, Dictionary<string, double> figures)
    {
        var (cold, warm) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await using var profile = await visitor.ArriveAsync();
            var page = await profile.NewPageAsync();
            cold.Add(await OpenAsync(page, run, tab, points));
            warm.Add(await OpenAsync(page, run, tab, points));
        }

        foreach (var (name, times) in new[] { ("cold", cold), ("warm", warm) })
        {
            figures[$"{when}{tab}_{name}_p50_ms (limit 2000)"] = Figures.Median(times);
            figures[$"{when}{tab}_{name}_longest_ms"] = times.Max();
        }
    }

    private static async Task<double> OpenAsync(IPage page, Guid run, string tab, int points)
    {
        await page.GotoAsync($"/dashboard/load-testing/executions/{run}?tab={tab}", new() { WaitUntil = WaitUntilState.Commit });
        return await page.EvaluateAsync<double>(Settled, points).WaitAsync(Patience);
    }

    private static async Task ScrollAsync(Visitor visitor, Guid run, Dictionary<string, double> figures)
    {
        await using var profile = await visitor.ArriveAsync();
        var page = await profile.NewPageAsync();
        var (frames, tasks, dropped) = (new List<double>(), new List<double>(), 0);
        foreach (var tab in Tabs)
        {
            figures[$"{tab}_first_ms"] = await OpenAsync(page, run, tab, AnyPoints);
            var height = await page.EvaluateAsync<int>("document.documentElement.scrollHeight - innerHeight");
            if (height == 0)
                continue;
            var trace = await BrowserTrace.OfAsync(page, session => ScrollAsync(session, height));
            (frames, tasks, dropped) = ([.. frames, .. trace.FrameMs], [.. tasks, .. trace.TaskMs], dropped + trace.Dropped);
            figures[$"{tab}_longest_task_ms"] = trace.TaskMs.Max();
            if (trace.FrameMs.Count > 0)
                figures[$"{tab}_longest_frame_ms"] = trace.FrameMs.Max();
        }

        figures["frames_while_scrolling"] = frames.Count;
        figures["frame_p50_ms"] = Figures.Median(frames);
        figures["frames_above_50_ms_percent"] = 100.0 * frames.Count(ms => ms > SmoothMs) / frames.Count;
        figures["frames_dropped_percent"] = 100.0 * dropped / frames.Count;
        figures["longest_task_while_scrolling_ms (limit 50)"] = tasks.Max();
    }

    // Down to the end and up again, as a hand on a wheel does it.
    private static async Task ScrollAsync(ICDPSession session, int height)
    {
        foreach (var distance in new[] { -height, height })
            await session.SendAsync("Input.synthesizeScrollGesture", new() { ["x"] = 700, ["y"] = 600, ["yDistance"] = distance, ["speed"] = PixelsPerSecond, ["gestureSourceType"] = "mouse" });
    }

    private sealed record Visitor(Chromium Browser, Uri Gateway, IReadOnlyList<Cookie> Cookies)
    {
        /// <summary>Whoever has signed in, once: the gateway counts how often somebody does.</summary>
        public static async Task<Visitor> SignInAsync(Chromium browser, BenchPlatform platform, CancellationToken cancellation)
        {
            var (name, password) = ($"reader-{Guid.NewGuid():N}", $"correct horse {Guid.NewGuid()}");
            await platform.Api.CreateUserAsync(new NewUserRequest(name, "viewer", password), cancellation);
            await using var profile = await browser.NewProfileAsync(platform.Platform.Gateway);
            var answer = await profile.APIRequest.PostAsync("/api/auth/sign-in", new() { DataObject = new { name, password, cookie = true } });
            var cookies = (await profile.CookiesAsync()).Select(c => new Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path, HttpOnly = c.HttpOnly, SameSite = c.SameSite }).ToList();
            return answer.Ok ? new Visitor(browser, platform.Platform.Gateway, cookies) : throw new LocalServerException($"The gateway lets nobody in: {answer.Status}.");
        }

        /// <summary>A new profile with nothing in its cache.</summary>
        public async Task<IBrowserContext> ArriveAsync()
        {
            var profile = await Browser.NewProfileAsync(Gateway, Width, Height);
            await profile.AddCookiesAsync(Cookies);
            return profile;
        }
    }
}
