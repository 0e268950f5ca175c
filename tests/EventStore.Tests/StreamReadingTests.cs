namespace Loadstone.EventStore.Tests;

public sealed class StreamReadingTests : StoreTest
{
    private readonly SettableClock _clock = new(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_stream_can_be_read_between_versions()
    {
        var (store, id) = await ThreeMinutesOfEventsAsync();

        var events = await store.QuerySession().Events.FetchStreamAsync(id, version: 2, fromVersion: 2);

        Assert.Equal(new ShardStarted(1), Assert.Single(events).Data);
    }

    [Fact]
    public async Task A_stream_can_be_read_as_it_was_at_a_time()
    {
        var (store, id) = await ThreeMinutesOfEventsAsync();

        var events = await store.QuerySession().Events.FetchStreamAsync(id, timestamp: _clock.GetUtcNow().AddMinutes(-1));

        Assert.Equal([1L, 2], events.Select(e => e.Version));
    }

    [Fact]
    public async Task Events_and_streams_carry_the_time_of_the_stores_clock()
    {
        var (store, id) = await ThreeMinutesOfEventsAsync();

        var events = await store.QuerySession().Events.FetchStreamAsync(id);
        var state = await store.QuerySession().Events.FetchStreamStateAsync(id);

        Assert.Equal([0, 1, 2], events.Select(e => (int)(e.Timestamp - state!.Created).TotalMinutes));
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero), state!.Created);
        Assert.Equal(_clock.GetUtcNow(), state.LastTimestamp);
    }

    [Fact]
    public async Task The_state_of_a_stream_names_its_version_and_type()
    {
        var (store, id) = await ThreeMinutesOfEventsAsync();

        var state = await store.QuerySession().Events.FetchStreamStateAsync(id);

        Assert.Equal((id, 3L, typeof(Run), false), (state!.Id, state.Version, state.AggregateType, state.IsArchived));
    }

    [Fact]
    public async Task A_stream_that_does_not_exist_has_no_events_no_state_and_no_aggregate()
    {
        var session = Open().QuerySession();

        Assert.Empty(await session.Events.FetchStreamAsync(Guid.NewGuid()));
        Assert.Null(await session.Events.FetchStreamStateAsync(Guid.NewGuid()));
        Assert.Null(await session.Events.AggregateStreamAsync<Run>(Guid.NewGuid()));
    }

    [Fact]
    public async Task An_aggregate_is_folded_up_to_a_version()
    {
        var (store, id) = await ThreeMinutesOfEventsAsync();

        var now = await store.QuerySession().Events.AggregateStreamAsync<Run>(id);
        var before = await store.QuerySession().Events.AggregateStreamAsync<Run>(id, version: 2);

        Assert.Equal(new Run(id, "a", 1, 7, 3), now);
        Assert.Equal(new Run(id, "a", 1, 0, 2), before);
    }

    [Fact]
    public async Task Folding_can_go_on_from_a_state()
    {
        var (store, id) = await ThreeMinutesOfEventsAsync();
        var state = await store.QuerySession().Events.AggregateStreamAsync<Run>(id, version: 2);

        var folded = await store.QuerySession().Events.AggregateStreamAsync(id, state: state, fromVersion: 3);

        Assert.Equal(7, folded!.Sent);
    }

    private async Task<(DocumentStore Store, Guid Id)> ThreeMinutesOfEventsAsync()
    {
        var store = Open(options => options.Events.TimeProvider = _clock);
        var id = await StartAsync(store, new RunRequested("a"));
        _clock.Now += TimeSpan.FromMinutes(1);
        await AppendAsync(store, id, new ShardStarted(1));
        _clock.Now += TimeSpan.FromMinutes(1);
        await AppendAsync(store, id, new ShardFinished(1, 7));
        return (store, id);
    }

    private sealed class SettableClock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
