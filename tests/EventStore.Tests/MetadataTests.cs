using System.Diagnostics;

namespace Loadstone.EventStore.Tests;

public sealed class MetadataTests : StoreTest
{
    [Fact]
    public async Task What_a_session_says_of_itself_is_on_every_event_it_saves()
    {
        var store = Open();
        await using var session = store.LightweightSession();
        (session.CorrelationId, session.CausationId, session.LastModifiedBy) = ("run 7", "command 9", "ada");
        session.SetHeader("actor", "key-1");
        session.SetHeader("attempt", 3);
        var id = Guid.NewGuid();
        session.Events.StartStream<Run>(id, new RunRequested("a"), new ShardStarted(1));
        await session.SaveChangesAsync();

        var events = await store.QuerySession().Events.FetchStreamAsync(id);

        Assert.All(events, e => Assert.Equal(
            ("run 7", "command 9", "ada", (object?)"key-1", (object?)3L),
            (e.CorrelationId, e.CausationId, e.UserName, e.GetHeader("actor"), e.GetHeader("attempt"))));
    }

    [Fact]
    public async Task An_event_without_metadata_has_none()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));

        var e = Assert.Single(await store.QuerySession().Events.FetchStreamAsync(id));

        Assert.Equal((null, null, null, null), (e.CorrelationId, e.CausationId, e.UserName, e.Headers));
    }

    [Fact]
    public async Task The_current_trace_goes_with_the_events()
    {
        var store = Open();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        var id = await StartAsync(store, new RunRequested("a"));

        var e = Assert.Single(await store.QuerySession().Events.FetchStreamAsync(id));

        Assert.Equal(activity.Id, e.GetHeader("traceparent"));
        Assert.Equal(activity.RootId, e.CorrelationId);
    }

    [Fact]
    public async Task A_trace_set_by_hand_stands()
    {
        var store = Open();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var session = store.LightweightSession();
        session.SetHeader("traceparent", "00-1-2-01");
        var id = Guid.NewGuid();
        session.Events.StartStream(id, new RunRequested("a"));
        await session.SaveChangesAsync();

        var e = Assert.Single(await session.Events.FetchStreamAsync(id));

        Assert.Equal("00-1-2-01", e.GetHeader("traceparent"));
    }

    [Fact]
    public async Task A_header_of_one_event_stays_on_that_event()
    {
        var store = Open();
        await using var session = store.LightweightSession();
        session.SetHeader("actor", "session");
        var id = Guid.NewGuid();
        var stream = session.Events.StartStream(id, new RunRequested("a"), new ShardStarted(1));
        stream.Events[1].SetHeader("actor", "event");
        await session.SaveChangesAsync();

        var events = await session.Events.FetchStreamAsync(id);

        Assert.Equal(["session", "event"], events.Select(e => e.GetHeader("actor")));
    }
}
