namespace Loadstone.EventStore.Tests;

/// <summary>A database that came from another server: its transaction ids mean nothing here.</summary>
public sealed class RestoreTests : StoreTest
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task After_a_restore_to_another_server_nothing_is_lost()
    {
        var first = OpenSubscribed();
        var daemon = await RunDaemonAsync(first);
        await StartAsync(first, new RunRequested("seen"), new ShardStarted(1));
        await first.WaitForNonStaleProjectionDataAsync(Patience);
        await daemon.StopAllAsync();
        await StartAsync(first, new RunRequested("unseen"));
        await PretendRestoreAsync(transactionIdsAhead: 1_000_000_000_000);
        await StartAsync(first, new RunRequested("appended by a service that never stopped"));

        var second = OpenSubscribed();
        await RunDaemonAsync(second);
        await StartAsync(second, new RunRequested("new"));

        var names = (await _recorder.UntilAsync(5)).Select(e => e.Data).OfType<RunRequested>().Select(e => e.Name);
        Assert.Equal("seen,unseen,appended by a service that never stopped,new", string.Join(',', names));
    }

    [Fact]
    public async Task What_a_service_appends_that_did_not_notice_the_restore_is_not_lost()
    {
        var first = OpenSubscribed();
        var daemon = await RunDaemonAsync(first);
        await StartAsync(first, new RunRequested("seen"));
        await first.WaitForNonStaleProjectionDataAsync(Patience);
        await daemon.StopAllAsync();
        await PretendRestoreAsync(transactionIdsAhead: 1_000_000_000_000);
        await StartAsync(first, new RunRequested("unnoticed"));

        await RunDaemonAsync(OpenSubscribed());

        Assert.Equal(new RunRequested("unnoticed"), (await _recorder.UntilAsync(2))[1].Data);
    }

    [Fact]
    public async Task What_commits_late_across_a_restore_is_delivered_again_rather_than_lost()
    {
        var first = OpenSubscribed();
        await first.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var daemon = await RunDaemonAsync(first);
        await using (var writer = await TestDatabase.OpenAsync())
        {
            await InsertRawAsync(writer, Guid.NewGuid(), version: 1, sequence: 1000);
            await first.WaitForNonStaleProjectionDataAsync(Patience);
            await daemon.StopAllAsync();
            await InsertRawAsync(writer, Guid.NewGuid(), version: 1, sequence: 500);
        }

        await PretendRestoreAsync(transactionIdsAhead: 1_000_000_000_000);
        var second = OpenSubscribed();
        await RunDaemonAsync(second);
        await second.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal([1000L, 500, 1000], (await _recorder.UntilAsync(3)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_document_does_not_take_events_twice_that_come_again()
    {
        var first = Open(options => options.Projections.Snapshot<Tally>(SnapshotLifecycle.Async));
        var daemon = await RunDaemonAsync(first);
        var id = await StartAsync(first, new ShardStarted(1), new ShardStarted(2));
        await first.WaitForNonStaleProjectionDataAsync(Patience);
        await daemon.StopAllAsync();
        await TestDatabase.ExecuteAsync($"update {Schema}.feed_progress set transaction_id = '0', seq_id = 0");

        await RunDaemonAsync(first);
        await first.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal(2, (await first.QuerySession().LoadAsync<Tally>(id))!.Started);
    }

    [Fact]
    public async Task On_its_own_server_nothing_is_renumbered()
    {
        var store = OpenSubscribed();
        await StartAsync(store, new RunRequested("a"));
        var before = await TestDatabase.RowsAsync($"select transaction_id from {Schema}.mt_events");

        await OpenSubscribed().Storage.ApplyAllConfiguredChangesToDatabaseAsync();

        Assert.Equal(before, await TestDatabase.RowsAsync($"select transaction_id from {Schema}.mt_events"));
    }

    private DocumentStore OpenSubscribed() => Open(options =>
    {
        options.Events.AddEventType<ShardStarted>();
        options.Projections.Subscribe(_recorder);
    });

    private Task PretendRestoreAsync(long transactionIdsAhead) => TestDatabase.ExecuteAsync($"""
        update {Schema}.feed_server set system_identifier = 42;
        update {Schema}.mt_events set transaction_id = (transaction_id::text::bigint + {transactionIdsAhead})::text::xid8;
        update {Schema}.feed_progress set transaction_id = (transaction_id::text::bigint + {transactionIdsAhead})::text::xid8;
        """);
}
