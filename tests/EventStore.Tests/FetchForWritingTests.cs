using System.Diagnostics;

namespace Loadstone.EventStore.Tests;

/// <summary>For an aggregate that is kept inline, and for one that is folded when it is asked for.</summary>
public abstract class FetchForWritingTests : StoreTest
{
    protected abstract void Register(StoreOptions options);

    [Fact]
    public async Task The_aggregate_comes_with_its_version()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1));

        var stream = await store.LightweightSession().Events.FetchForWriting<Run>(id);

        Assert.Equal(new Run(id, "a", 1, 0, 2), stream.Aggregate);
        Assert.Equal((id, 2L, 2L), (stream.Id, stream.StartingVersion, stream.CurrentVersion));
    }

    [Fact]
    public async Task What_is_appended_to_it_is_saved_with_the_session()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<Run>(id);
        stream.AppendOne(new ShardStarted(1));
        stream.AppendMany(new ShardStarted(2), new ShardFinished(2, 5));
        Assert.Equal(4, stream.CurrentVersion);
        await session.SaveChangesAsync();

        Assert.Equal(new Run(id, "a", 2, 5, 4), await store.LightweightSession().Events.FetchLatest<Run>(id));
    }

    [Fact]
    public async Task A_stream_that_does_not_exist_is_at_version_0_and_started_by_the_append()
    {
        var store = Open(Register);
        var id = Guid.NewGuid();
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<Run>(id);
        Assert.Equal((null, 0L), (stream.Aggregate, stream.StartingVersion));
        stream.AppendOne(new RunRequested("a"));
        await session.SaveChangesAsync();

        var state = await session.Events.FetchStreamStateAsync(id);
        Assert.Equal((1L, typeof(Run)), (state!.Version, state.AggregateType));
    }

    [Fact]
    public async Task Having_found_nothing_one_can_start_the_stream()
    {
        var store = Open(Register);
        var id = Guid.NewGuid();
        await using var session = store.LightweightSession();
        await session.Events.FetchForWriting<Run>(id);
        session.Events.StartStream<Run>(id, new RunRequested("a"));
        await session.SaveChangesAsync();

        Assert.NotNull(await session.Events.FetchLatest<Run>(id));
    }

    [Fact]
    public async Task Of_two_who_decide_on_the_same_version_the_second_to_save_is_refused()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        await using var first = store.LightweightSession();
        await using var second = store.LightweightSession();
        (await first.Events.FetchForWriting<Run>(id)).AppendOne(new ShardStarted(1));
        (await second.Events.FetchForWriting<Run>(id)).AppendOne(new RunCancelled("b"));

        await first.SaveChangesAsync();
        await Assert.ThrowsAnyAsync<ConcurrencyException>(() => second.SaveChangesAsync());

        Assert.Equal(new Run(id, "a", 1, 0, 2), await store.LightweightSession().Events.FetchLatest<Run>(id));
    }

    [Fact]
    public async Task Of_two_who_found_nothing_the_second_to_save_collides()
    {
        var store = Open(Register);
        var id = Guid.NewGuid();
        await using var first = store.LightweightSession();
        await using var second = store.LightweightSession();
        (await first.Events.FetchForWriting<Run>(id)).AppendOne(new RunRequested("a"));
        (await second.Events.FetchForWriting<Run>(id)).AppendOne(new RunRequested("b"));

        await first.SaveChangesAsync();
        await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => second.SaveChangesAsync());
    }

    [Fact]
    public async Task An_expected_version_that_is_not_there_is_refused_at_once()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();

        await Assert.ThrowsAsync<ConcurrencyException>(() => session.Events.FetchForWriting<Run>(id, 2));
        Assert.Equal("a", (await session.Events.FetchForWriting<Run>(id, 1)).Aggregate!.Name);
    }

    [Fact]
    public async Task A_decision_made_before_a_second_fetch_is_not_moved_behind_what_came_between()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        (await session.Events.FetchForWriting<Run>(id)).AppendOne(new ShardStarted(1));
        await AppendAsync(store, id, new RunNoted("between"));
        await session.Events.FetchForWriting<Run>(id);

        await Assert.ThrowsAnyAsync<ConcurrencyException>(() => session.SaveChangesAsync());
    }

    [Fact]
    public async Task A_stream_can_be_appended_to_after_a_save()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<Run>(id);
        stream.AppendOne(new ShardStarted(1));
        await session.SaveChangesAsync();
        Assert.Equal((1L, 2L), (stream.StartingVersion, stream.CurrentVersion));
        stream.AppendOne(new ShardStarted(2));
        await session.SaveChangesAsync();

        Assert.Equal(new Run(id, "a", 2, 0, 3), await session.Events.FetchLatest<Run>(id));
    }

    [Fact]
    public async Task Nothing_appended_is_nothing_saved()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        await session.Events.FetchForWriting<Run>(id);
        await session.SaveChangesAsync();

        Assert.Equal(1, (await session.Events.FetchStreamStateAsync(id))!.Version);
    }

    [Fact]
    public async Task Loading_and_saving_are_one_round_trip_each()
    {
        var store = Open(Register);
        var id = await StartAsync(store, new RunRequested("a"));
        using var trips = new RoundTrips();
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<Run>(id);
        Assert.Equal(1, trips.Count);
        stream.AppendMany(new ShardStarted(1), new ShardStarted(2));
        await session.SaveChangesAsync();

        Assert.Equal(2, trips.Count);
    }

    /// <summary>Counts the commands and batches sent by this test.</summary>
    private sealed class RoundTrips : IDisposable
    {
        private readonly ActivityListener _listener;
        private readonly Activity _root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        private int _count;

        public RoundTrips()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => string.Equals(source.Name, "Npgsql", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity => _count += activity.TraceId == _root.TraceId ? 1 : 0,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public int Count => _count;

        public void Dispose()
        {
            _root.Dispose();
            _listener.Dispose();
        }
    }
}

public sealed class FetchForWritingInlineTests : FetchForWritingTests
{
    protected override void Register(StoreOptions options) => options.Projections.Snapshot<Run>(SnapshotLifecycle.Inline);
}

public sealed class FetchForWritingLiveTests : FetchForWritingTests
{
    protected override void Register(StoreOptions options)
    {
        // Nothing is kept: the aggregate is folded each time.
    }
}

public sealed class FetchForWritingAsyncTests : FetchForWritingTests
{
    protected override void Register(StoreOptions options) => options.Projections.Snapshot<Run>(SnapshotLifecycle.Async);
}
