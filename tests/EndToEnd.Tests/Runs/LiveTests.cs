using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Loadstone.EndToEnd.Tests.Runs;

/// <summary>Whoever looks on while a run goes on sees every second of it once, whatever breaks in between.</summary>
[Collection(nameof(RunningPlatform))]
public sealed class LiveTests(RunningPlatform running)
{
    [Fact]
    public async Task A_reader_who_was_cut_off_sees_every_second_exactly_once_then_the_end_and_is_then_sent_away()
    {
        var id = (await running.ExecuteAsync(Twelve())).Id;
        var seen = new List<SseItem<JsonNode>>();

        await ReadAsync(id, seen, until: e => SecondsOf(seen).Count == 3);
        await ReadAsync(id, seen, until: e => SecondsOf(seen).Count == 6);
        await ReadAsync(id, seen);

        var execution = await running.EndOfAsync(id);
        Assert.True(execution.DurationSeconds >= 11);
        await AssertWholeAsync(id, seen);
        Assert.Contains("running", seen.Where(e => e.EventType == "state").Select(e => e.Data["status"]!.ToString()));
        Assert.Equal(("state", "completed"), (seen[^1].EventType, seen[^1].Data["status"]!.ToString()));
        using var again = await AskAsync(id, seen[^1].EventId);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Fact]
    public async Task A_gateway_that_dies_and_comes_back_shows_no_second_twice_and_leaves_none_out()
    {
        var id = (await running.ExecuteAsync(Twelve())).Id;
        var seen = new List<SseItem<JsonNode>>();

        await ReadAsync(id, seen, until: e => SecondsOf(seen).Count == 3);
        await running.Platform.KillAsync("gateway");
        await running.Platform.RestartAsync("gateway", CancellationToken.None);
        await ReadAsync(id, seen);

        await AssertWholeAsync(id, seen);
    }

    [Fact]
    public async Task Breaches_are_seen_live_and_a_reader_who_comes_late_sees_the_whole_run()
    {
        var id = (await running.ExecuteAsync(RunningPlatform.Plan(""" "duration": "6s", "success_criteria": { "max_p95_response_time": 0.001 } """))).Id;
        List<SseItem<JsonNode>> seen = [], late = [];

        await ReadAsync(id, seen);
        await ReadAsync(id, late);

        foreach (var all in new[] { seen, late })
        {
            await AssertWholeAsync(id, all);
            Assert.Contains("p95_response_time", all.Where(e => e.EventType == "alert").Select(e => e.Data["metric_name"]!.ToString()));
        }
    }

    [Fact]
    public async Task A_run_nobody_knows_and_an_id_of_no_event_are_refused()
    {
        using var unknown = await AskAsync(Guid.NewGuid(), null);
        using var malformed = await AskAsync(Guid.NewGuid(), "soon");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (unknown.StatusCode, malformed.StatusCode));
    }

    private static JsonObject Twelve() => RunningPlatform.Plan(""" "duration": "12s", "success_criteria": { "max_error_rate": 50 } """);

    // What the feed showed is what the run keeps.
    private async Task AssertWholeAsync(Guid id, List<SseItem<JsonNode>> seen)
    {
        var kept = JsonNode.Parse(await running.Gateway.GetStringAsync($"/api/load-testing/executions/{id}/metrics?granularity=second"))!["metrics"]!.AsArray();
        var seconds = SecondsOf(seen);
        Assert.Equal(Enumerable.Range(0, kept.Count), seconds.Select(e => int.Parse(e.EventId!)));
        Assert.Equal(kept.Select(k => k!["timestamp_offset"]!.GetValue<int>()), seconds.Select(e => e.Data["timestamp_offset"]!.GetValue<int>()));
        Assert.Equal(kept.Count, seconds.Count);
    }

    private static List<SseItem<JsonNode>> SecondsOf(IEnumerable<SseItem<JsonNode>> seen) => [.. seen.Where(e => e.EventType == "metrics")];

    // Reads on from the last event that had an id, to the end or until something was seen, and hangs up.
    private async Task ReadAsync(Guid id, List<SseItem<JsonNode>> seen, Func<SseItem<JsonNode>, bool>? until = null)
    {
        using var patience = new CancellationTokenSource(RunningPlatform.Longest);
        using var answer = await AskAsync(id, seen.LastOrDefault(e => e.EventId is not null).EventId);
        Assert.Equal("text/event-stream", answer.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(patience.Token), (_, data) => JsonNode.Parse(data)!);
        await foreach (var e in parser.EnumerateAsync(patience.Token))
        {
            seen.Add(e);
            if (until?.Invoke(e) == true)
                return;
        }
    }

    private Task<HttpResponseMessage> AskAsync(Guid id, string? lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/load-testing/executions/{id}/live");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return running.Gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
