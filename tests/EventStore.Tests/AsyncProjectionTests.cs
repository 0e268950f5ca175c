namespace Loadstone.EventStore.Tests;

public sealed class AsyncProjectionTests : StoreTest
{
    [Fact]
    public async Task A_document_follows_its_stream()
    {
        var store = OpenAsync();
        await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1));
        await AppendAsync(store, id, new ShardFinished(1, 4));
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal(new Run(id, "a", 1, 4, 3), await store.QuerySession().LoadAsync<Run>(id));
    }

    [Fact]
    public async Task What_was_there_before_the_daemon_is_projected_too()
    {
        var store = OpenAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 20; i++)
            ids.Add(await StartAsync(store, new RunRequested($"{i}"), new ShardStarted(i)));
        await RunDaemonAsync(store);
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal(ids.Order(), (await store.QuerySession().QueryAsync<Run>("where true")).Select(run => run.Id).Order());
    }

    [Fact]
    public async Task A_document_is_deleted_by_the_event_that_says_so()
    {
        var store = OpenAsync();
        await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        await AppendAsync(store, id, new RunCancelled("b"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Null(await store.QuerySession().LoadAsync<Run>(id));
    }

    [Fact]
    public async Task Progress_moves_past_events_that_nobody_handles()
    {
        var store = OpenAsync();
        await RunDaemonAsync(store);
        await StartAsync(store, new RunNoted("a"));

        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal(["Run:All"], await TestDatabase.RowsAsync($"select name from {Schema}.mt_event_progression"));
    }

    [Fact]
    public async Task A_projection_that_throws_goes_on_when_it_no_longer_does()
    {
        Fragile.IsBroken = true;
        var store = Open(options => options.Projections.Snapshot<Fragile>(SnapshotLifecycle.Async));
        await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"));
        await Assert.ThrowsAsync<TimeoutException>(() => store.WaitForNonStaleProjectionDataAsync(TimeSpan.FromMilliseconds(200)));
        Fragile.IsBroken = false;
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.NotNull(await store.QuerySession().LoadAsync<Fragile>(id));
    }

    [Fact]
    public async Task Waiting_ends_with_the_names_of_what_is_late()
    {
        var store = OpenAsync();
        await StartAsync(store, new RunRequested("a"));

        var late = await Assert.ThrowsAsync<TimeoutException>(() => store.WaitForNonStaleProjectionDataAsync(TimeSpan.FromMilliseconds(100)));

        Assert.Contains("Run:All", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_are_made_anew_while_the_daemon_is_off()
    {
        var store = OpenAsync();
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1));
        using var daemon = await store.BuildProjectionDaemonAsync();

        await daemon.RebuildProjectionAsync<Run>(CancellationToken.None);

        Assert.Equal(new Run(id, "a", 1, 0, 2), await store.QuerySession().LoadAsync<Run>(id));
    }

    [Fact]
    public async Task Documents_are_made_anew_while_the_daemon_runs_and_others_write()
    {
        var store = OpenAsync();
        var daemon = await RunDaemonAsync(store);
        var ids = new List<Guid>();
        for (var i = 0; i < 10; i++)
            ids.Add(await StartAsync(store, new RunRequested($"{i}")));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        await TestDatabase.ExecuteAsync($$"""
            update {{Schema}}.mt_doc_run set data = '{}';
            insert into {{Schema}}.mt_doc_run (id, data) values ('{{Guid.NewGuid()}}', '{}')
            """);

        var writing = Task.WhenAll(ids.Select(id => AppendAsync(store, id, new ShardStarted(1), new ShardFinished(1, 1))));
        await daemon.RebuildProjectionAsync<Run>(CancellationToken.None);
        await writing;
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        var runs = await store.QuerySession().QueryAsync<Run>("where true");
        Assert.Equal(
            ids.Select((id, i) => new Run(id, $"{i}", 1, 1, 3)).OrderBy(run => run.Id),
            runs.OrderBy(run => run.Id));
    }

    [Fact]
    public async Task A_projection_class_is_rebuilt_by_its_own_name()
    {
        var store = Open(options => options.Projections.Add<RunNameProjection>(ProjectionLifecycle.Async));
        var id = await StartAsync(store, new RunRequested("a"), new RunNoted("b"));
        using var daemon = await store.BuildProjectionDaemonAsync();

        await daemon.RebuildProjectionAsync<RunNameProjection>(CancellationToken.None);

        Assert.Equal("a b", (await store.QuerySession().LoadAsync<RunName>(id))!.Text);
        Assert.Equal(["RunName:All"], await TestDatabase.RowsAsync($"select name from {Schema}.feed_progress"));
    }

    [Fact]
    public async Task Two_daemons_on_one_projection_write_each_document_as_if_they_were_one()
    {
        var (one, two) = (OpenAsync(), OpenAsync());
        await RunDaemonAsync(one);
        await RunDaemonAsync(two);
        var id = await StartAsync(one, new RunRequested("a"));
        for (var i = 0; i < 30; i++)
            await AppendAsync(i % 2 == 0 ? one : two, id, new ShardStarted(i));
        await one.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal(new Run(id, "a", 30, 0, 31), await one.QuerySession().LoadAsync<Run>(id));
    }

    private DocumentStore OpenAsync() => Open(options => options.Projections.Snapshot<Run>(SnapshotLifecycle.Async));

    public sealed class Fragile
    {
        public static bool IsBroken { get; set; }

        public Guid Id { get; set; }

        public void Apply(RunRequested _) => Id = IsBroken ? throw new InvalidOperationException("broken") : Id;
    }
}
