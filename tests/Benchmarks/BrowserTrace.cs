using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Loadstone.Benchmarks;

/// <summary>What Chromium's own trace says of a time in which a page was scrolled.</summary>
/// <param name="FrameMs">How long each frame of the scrolling took, from its beginning until it was on the screen.</param>
/// <param name="Dropped">How many frames did not come in time.</param>
/// <param name="TaskMs">How long each task of the page's main thread took.</param>
internal sealed record BrowserTrace(IReadOnlyList<double> FrameMs, int Dropped, IReadOnlyList<double> TaskMs)
{
    private const double UsPerMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string[] Categories = ["disabled-by-default-devtools.timeline.frame", "disabled-by-default-devtools.timeline", "__metadata"];

    /// <summary>Traces the page while something is done in it.</summary>
    public static async Task<BrowserTrace> OfAsync(IPage page, Func<ICDPSession, Task> act)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        var complete = new TaskCompletionSource<string>();
        session.Event("Tracing.tracingComplete").OnEvent += (_, told) => complete.TrySetResult(told!.Value.GetProperty("stream").GetString()!);
        await session.SendAsync("Tracing.start", new() { ["transferMode"] = "ReturnAsStream", ["traceConfig"] = new Dictionary<string, object> { ["includedCategories"] = Categories } });
        await act(session);
        await session.SendAsync("Tracing.end");
        var text = await ReadAsync(session, await complete.Task.WaitAsync(Patience));
        await session.DetachAsync();
        using var trace = JsonDocument.Parse(text);
        return Of([.. trace.RootElement.GetProperty("traceEvents").EnumerateArray()]);
    }

    private static BrowserTrace Of(IReadOnlyList<JsonElement> events)
    {
        var main = events.Where(e => Is(e, "thread_name") && e.GetProperty("args").GetProperty("name").GetString() == "CrRendererMain").Select(e => e.GetProperty("tid").GetInt32()).ToHashSet();
        var tasks = events.Where(e => Is(e, "RunTask") && main.Contains(e.GetProperty("tid").GetInt32())).Select(e => e.GetProperty("dur").GetDouble() / UsPerMs);
        var frames = FramesOf(events.Where(e => Is(e, "PipelineReporter"))).ToList();
        return new BrowserTrace([.. frames.Select(f => f.Ms)], frames.Count(f => f.IsDropped), [.. tasks]);
    }

    // A frame is told when it begins and when it is shown or dropped, under an id that is used again later. Those in which nothing moved do not count.
    private static IEnumerable<(double Ms, bool IsDropped)> FramesOf(IEnumerable<JsonElement> told)
    {
        var begun = new Dictionary<string, JsonElement>();
        foreach (var e in told)
        {
            var id = e.TryGetProperty("id2", out var own) ? own.ToString() : e.GetProperty("id").ToString();
            if (Phase(e) == "b")
                begun[id] = e;
            else if (begun.Remove(id, out var first) && first.GetProperty("args").GetProperty("frame_reporter") is var frame && State(frame, "scroll_state") != "SCROLL_NONE" && State(frame, "state") != "STATE_NO_UPDATE_DESIRED")
                yield return ((e.GetProperty("ts").GetDouble() - first.GetProperty("ts").GetDouble()) / UsPerMs, State(frame, "state") == "STATE_DROPPED");
        }
    }

    private static bool Is(JsonElement e, string name) => e.GetProperty("name").GetString() == name;

    private static string? Phase(JsonElement e) => e.GetProperty("ph").GetString();

    private static string? State(JsonElement frame, string name) => frame.GetProperty(name).GetString();

    private static async Task<string> ReadAsync(ICDPSession session, string stream)
    {
        var text = new StringBuilder();
        while (true)
        {
            var part = (await session.SendAsync("IO.read", new() { ["handle"] = stream }))!.Value;
            text.Append(part.GetProperty("data").GetString());
            if (part.GetProperty("eof").GetBoolean())
                return text.ToString();
        }
    }
}
