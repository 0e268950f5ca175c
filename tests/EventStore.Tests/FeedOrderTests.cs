using Npgsql;

namespace Loadstone.EventStore.Tests;

/// <summary>What a subscription sees while others write: each test holds a second connection open.</summary>
public sealed class FeedOrderTests : StoreTest
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task An_event_that_commits_late_is_not_skipped()
    {
        var store = await SubscribeAsync();
        var (late, early) = (Guid.NewGuid(), Guid.NewGuid());
        await using var writer = await TestDatabase.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await InsertRawAsync(writer, late, version: 1);
        await AppendAsync(store, early, new ShardStarted(2));
        await transaction.CommitAsync();

        var seen = await _recorder.UntilAsync(2);

        Assert.Equal([late, early], seen.Select(e => e.StreamId));
    }

    [Fact]
    public async Task An_event_with_a_lower_sequence_than_what_was_seen_is_not_skipped()
    {
        var store = await SubscribeAsync();
        await using var writer = await TestDatabase.OpenAsync();
        var (high, low) = (Guid.NewGuid(), Guid.NewGuid());
        await InsertRawAsync(writer, high, version: 1, sequence: 1000);
        await _recorder.UntilAsync(1);
        await InsertRawAsync(writer, low, version: 1, sequence: 500);
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal([1000L, 500], (await _recorder.UntilAsync(2)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Nothing_is_seen_that_was_written_after_something_still_open()
    {
        var store = await SubscribeAsync();
        await using var writer = await TestDatabase.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await InsertRawAsync(writer, Guid.NewGuid(), version: 1);
        await AppendAsync(store, Guid.NewGuid(), new ShardStarted(2));

        await Assert.ThrowsAsync<TimeoutException>(() => store.WaitForNonStaleProjectionDataAsync(TimeSpan.FromMilliseconds(300)));
        await transaction.RollbackAsync();

        Assert.Equal(new ShardStarted(2), Assert.Single(await _recorder.UntilAsync(1)).Data);
    }

    [Fact]
    public async Task A_session_that_wrote_before_another_appended_cannot_put_its_version_behind_the_others()
    {
        var store = await SubscribeAsync();
        var id = await StartAsync(store, new RunRequested("a"));
        await using var other = await TestDatabase.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await other.ExecuteAsync($"select from {Schema}.mt_streams where id = '{id}' for update");

        // The session writes, so that its transaction is the older one, and then has to wait for the stream.
        await using var session = store.LightweightSession();
        session.Events.Append(Guid.NewGuid(), new RunRequested("written first"));
        session.Events.Append(id, new ShardStarted(1));
        var save = session.SaveChangesAsync();
        await SomebodyWaitsForALockAsync();
        await InsertRawAsync(other, id, version: 2);
        await transaction.CommitAsync();

        await Assert.ThrowsAnyAsync<ConcurrencyException>(() => save);
        var versions = (await _recorder.UntilAsync(2)).Where(e => e.StreamId == id).Select(e => e.Version);
        Assert.Equal([1L, 2], versions);
    }

    [Fact]
    public async Task A_transaction_that_writes_and_idles_is_cut_and_the_feed_goes_on()
    {
        var impatient = new NpgsqlConnectionStringBuilder(TestDatabase.ConnectionString())
        {
            Options = "-c idle_in_transaction_session_timeout=300ms",
        }.ConnectionString;
        var store = await SubscribeAsync(options => options.Connection(impatient));
        await using var idler = new NpgsqlConnection(impatient);
        await idler.OpenAsync();
        await using var transaction = await idler.BeginTransactionAsync();
        await InsertRawAsync(idler, Guid.NewGuid(), version: 1);
        await AppendAsync(store, Guid.NewGuid(), new ShardStarted(2));

        Assert.Equal(new ShardStarted(2), Assert.Single(await _recorder.UntilAsync(1)).Data);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => idler.ExecuteAsync("select 1"));
    }

    [Fact]
    public async Task The_connections_of_a_store_may_idle_in_a_transaction_for_5_seconds_unless_told_otherwise()
    {
        var told = Open(options => options.Connection($"{TestDatabase.ConnectionString()};Options=-c idle_in_transaction_session_timeout=7s"));
        const string Question = "select current_setting('idle_in_transaction_session_timeout')";

        Assert.Equal("5s", (await Open().QuerySession().QueryAsync<string>(Question)).Single());
        Assert.Equal("7s", (await told.QuerySession().QueryAsync<string>(Question)).Single());
    }

    [Fact]
    public async Task An_event_arrives_long_before_the_feed_would_have_been_looked_at_again()
    {
        var store = await SubscribeAsync();

        var hops = await HopsAsync(store, () => Task.CompletedTask);

        // Looking again each second, on two clocks, could be as quick for at most every second event.
        Assert.InRange(hops.Count(hop => hop < TimeSpan.FromMilliseconds(300)), 8, 10);
    }

    [Fact]
    public async Task An_event_arrives_soon_after_a_transaction_ends_that_held_it_back_without_a_word()
    {
        var store = await SubscribeAsync();
        await using var writer = await TestDatabase.OpenAsync();
        await writer.ExecuteAsync("begin; select pg_current_xact_id()");

        var hops = await HopsAsync(store, () => writer.ExecuteAsync("select pg_sleep(0.1); rollback; begin; select pg_current_xact_id()"));

        Assert.InRange(hops.Count(hop => hop < TimeSpan.FromMilliseconds(300)), 8, 10);
    }

    [Fact]
    public async Task Marten_s_fillers_of_holes_are_not_events()
    {
        var store = await SubscribeAsync();
        await TestDatabase.ExecuteAsync($$"""
            insert into {{Schema}}.mt_streams (id, version) values ('{{Guid.Empty}}', 0);
            insert into {{Schema}}.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            values (5, gen_random_uuid(), '{{Guid.Empty}}', 5, '{}', 'tombstone', '-infinity', 'JasperFx.Events.Tombstone, JasperFx.Events')
            """);
        await AppendAsync(store, Guid.NewGuid(), new ShardStarted(1));

        Assert.Equal(new ShardStarted(1), Assert.Single(await _recorder.UntilAsync(1)).Data);
    }

    /// <summary>How long each of ten events takes from the end of what happens between its append and its arrival.</summary>
    private async Task<IReadOnlyList<TimeSpan>> HopsAsync(DocumentStore store, Func<Task> afterAppend)
    {
        var hops = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            await AppendAsync(store, Guid.NewGuid(), new ShardStarted(i));
            await afterAppend();
            var start = TimeProvider.System.GetTimestamp();
            await _recorder.UntilAsync(i + 1);
            hops.Add(TimeProvider.System.GetElapsedTime(start));
        }

        return hops;
    }

    private async Task<DocumentStore> SubscribeAsync(Action<StoreOptions>? configure = null)
    {
        var store = Open(options =>
        {
            options.Events.AddEventType<ShardStarted>();
            options.Projections.Subscribe(_recorder);
            configure?.Invoke(options);
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await RunDaemonAsync(store);
        return store;
    }
}
