namespace Loadstone.EventStore.Tests;

public sealed class AppendTests : StoreTest
{
    [Fact]
    public async Task A_stream_is_read_back_as_it_was_written()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("nightly"), new ShardStarted(1));
        await AppendAsync(store, id, new ShardFinished(1, 42));

        var events = await store.QuerySession().Events.FetchStreamAsync(id);

        Assert.Equal([new RunRequested("nightly"), new ShardStarted(1), new ShardFinished(1, 42)], events.Select(e => e.Data));
        Assert.Equal([1L, 2, 3], events.Select(e => e.Version));
        Assert.Equal("run_requested shard_started shard_finished", string.Join(' ', events.Select(e => e.EventTypeName)));
        Assert.All(events, e => Assert.Equal(id, e.StreamId));
        Assert.Equal(3, events.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task What_was_saved_is_known_on_the_events_without_reading_them_again()
    {
        var store = Open();
        await using var session = store.LightweightSession();
        var id = Guid.NewGuid();
        var stream = session.Events.StartStream<Run>(id, new RunRequested("a"), new ShardStarted(1));
        await session.SaveChangesAsync();

        var read = await session.Events.FetchStreamAsync(id);

        Assert.Equal(read.Select(e => (e.Id, e.Version, e.Sequence, e.Timestamp)), stream.Events.Select(e => (e.Id, e.Version, e.Sequence, e.Timestamp)));
    }

    [Fact]
    public async Task A_stream_cannot_be_started_twice()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        session.Events.StartStream<Run>(id, new RunRequested("b"));

        var collision = await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => session.SaveChangesAsync());

        Assert.Equal(id, collision.Id);
        Assert.Single(await store.QuerySession().Events.FetchStreamAsync(id));
    }

    [Fact]
    public void A_stream_cannot_be_started_without_an_event()
    {
        var session = Open().LightweightSession();

        Assert.Throws<EmptyEventStreamException>(() => session.Events.StartStream<Run>(Guid.NewGuid()));
    }

    [Theory]
    [InlineData(2)] // one event behind version 1 would be version 2
    [InlineData(4)] // and here a version would be left out
    public async Task An_append_at_another_version_than_expected_is_refused(long expectedVersion)
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1));
        await using var session = store.LightweightSession();
        session.Events.Append(id, expectedVersion, new ShardStarted(2));

        await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => session.SaveChangesAsync());

        Assert.Equal(2, (await store.QuerySession().Events.FetchStreamStateAsync(id))!.Version);
        Assert.Equal(2, (await store.QuerySession().Events.FetchStreamAsync(id)).Count);
    }

    [Fact]
    public async Task The_expected_version_is_the_one_after_the_append()
    {
        var store = Open();
        var id = Guid.NewGuid();
        await using var session = store.LightweightSession();

        session.Events.Append(id, 2, new RunRequested("a"), new ShardStarted(1));
        await session.SaveChangesAsync();
        session.Events.Append(id, 3, new ShardStarted(2));
        await session.SaveChangesAsync();

        Assert.Equal(3, (await session.Events.FetchStreamStateAsync(id))!.Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_open_appends_to_one_version_only_the_first_to_commit_succeeds(bool firstCommits)
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));
        await using var other = await TestDatabase.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await InsertRawAsync(other, id, version: 2);
        var append = AppendAsync(store, id, new ShardStarted(1));
        await SomebodyWaitsForALockAsync();

        await (firstCommits ? transaction.CommitAsync() : transaction.RollbackAsync());

        if (firstCommits)
            await Assert.ThrowsAnyAsync<ConcurrencyException>(() => append);
        else
            await append;
        Assert.Equal(2, (await store.QuerySession().Events.FetchStreamAsync(id)).Count);
    }

    [Fact]
    public async Task A_version_that_somebody_wrote_past_the_stream_table_is_never_written_again()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));
        await TestDatabase.ExecuteAsync($$"""
            insert into {{Schema}}.mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            values (1000, gen_random_uuid(), '{{id}}', 2, '{}', 'run_noted', now())
            """);

        await Assert.ThrowsAsync<EventStreamUnexpectedMaxEventIdException>(() => AppendAsync(store, id, new ShardStarted(1)));
    }

    [Fact]
    public async Task Of_many_appends_to_one_stream_those_that_succeed_are_all_there()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var succeeded = 0;
            for (var i = 0; i < 25; i++)
                succeeded += await TryAsync(() => AppendAsync(store, id, new ShardStarted(i))) ? 1 : 0;
            return succeeded;
        })));

        var events = await store.QuerySession().Events.FetchStreamAsync(id);
        Assert.Equal(1 + outcomes.Sum(), events.Count);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Version));
    }

    [Fact]
    public async Task Of_two_first_appends_to_one_stream_one_fails_as_a_lost_race()
    {
        var store = Open();
        var id = Guid.NewGuid();
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await using var other = await TestDatabase.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await InsertRawAsync(other, id, version: 1);
        var append = AppendAsync(store, id, new ShardStarted(1));
        await SomebodyWaitsForALockAsync();
        await transaction.CommitAsync();

        await Assert.ThrowsAnyAsync<ConcurrencyException>(() => append);
    }

    [Fact]
    public async Task All_that_is_queued_is_written_or_none_of_it()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        session.Store(new Note { Id = "kept?" });
        session.Events.Append(Guid.NewGuid(), new RunRequested("b"));
        session.Events.StartStream<Run>(id, new RunRequested("again"));

        await Assert.ThrowsAsync<ExistingStreamIdCollisionException>(() => session.SaveChangesAsync());

        Assert.Null(await session.LoadAsync<Note>("kept?"));
        Assert.Equal(1, await TestDatabase.ScalarAsync<long>($"select count(*) from {Schema}.mt_events"));
    }

    [Fact]
    public async Task An_archived_stream_is_not_read_and_not_appended_to()
    {
        var store = Open();
        var id = await StartAsync(store, new RunRequested("a"));
        await TestDatabase.ExecuteAsync($"select {Schema}.mt_archive_stream('{id}')");

        Assert.Empty(await store.QuerySession().Events.FetchStreamAsync(id));
        await Assert.ThrowsAsync<InvalidStreamOperationException>(() => AppendAsync(store, id, new ShardStarted(1)));
    }

    [Fact]
    public async Task A_list_of_events_is_appended_one_by_one()
    {
        var store = Open();
        IReadOnlyList<object> decided = [new ShardStarted(1), new ShardStarted(2)];
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        session.Events.Append(id, decided);
        await session.SaveChangesAsync();

        Assert.Equal(3, (await session.Events.FetchStreamAsync(id)).Count);
    }

    private static async Task<bool> TryAsync(Func<Task> append)
    {
        try
        {
            await append();
            return true;
        }
        catch (ConcurrencyException)
        {
            return false;
        }
    }
}

public sealed class Note
{
    public string Id { get; set; } = "";

    public string Text { get; set; } = "";
}
