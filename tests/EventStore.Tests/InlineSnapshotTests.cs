namespace Loadstone.EventStore.Tests;

public sealed class InlineSnapshotTests : StoreTest
{
    [Fact]
    public async Task A_snapshot_is_there_as_soon_as_the_events_are()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1));

        Assert.Equal(new Run(id, "a", 1, 0, 2), await store.QuerySession().LoadAsync<Run>(id));
    }

    [Fact]
    public async Task An_append_without_a_version_folds_into_the_snapshot()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunRequested("a"));
        await AppendAsync(store, id, new ShardStarted(1));
        await AppendAsync(store, id, new ShardFinished(1, 9));

        Assert.Equal(new Run(id, "a", 1, 9, 3), await store.QuerySession().LoadAsync<Run>(id));
    }

    [Fact]
    public async Task An_append_at_a_version_folds_into_the_snapshot()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunRequested("a"));
        await using var session = store.LightweightSession();
        session.Events.Append(id, 2, new ShardStarted(1));
        await session.SaveChangesAsync();

        Assert.Equal(new Run(id, "a", 1, 0, 2), await session.LoadAsync<Run>(id));
    }

    [Fact]
    public async Task The_version_of_the_row_is_the_version_of_the_stream()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1), new RunNoted("not handled"));

        Assert.Equal(3, await TestDatabase.ScalarAsync<long>($"select mt_version from {Schema}.mt_doc_run where id = '{id}'"));
        Assert.Equal(3, (await store.QuerySession().LoadAsync<Run>(id))!.Version);
    }

    [Fact]
    public async Task Events_that_the_aggregate_does_not_handle_change_nothing()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunNoted("before"));
        Assert.Null(await store.QuerySession().LoadAsync<Run>(id));
        await AppendAsync(store, id, new RunRequested("a"));
        await AppendAsync(store, id, new RunNoted("after"));

        Assert.Equal("a", (await store.QuerySession().LoadAsync<Run>(id))!.Name);
    }

    [Fact]
    public async Task A_snapshot_is_deleted_by_the_event_that_says_so()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunRequested("a"));
        await AppendAsync(store, id, new RunCancelled("b"));

        Assert.Null(await store.QuerySession().LoadAsync<Run>(id));
        Assert.Equal(2, (await store.QuerySession().Events.FetchStreamStateAsync(id))!.Version);
    }

    [Fact]
    public async Task Several_snapshots_are_kept_of_one_stream()
    {
        var store = Open(options =>
        {
            options.Projections.Snapshot<Run>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<Tally>(SnapshotLifecycle.Inline);
        });
        var id = await StartAsync(store, new RunRequested("a"), new ShardStarted(1));
        await using var session = store.LightweightSession();
        (await session.Events.FetchForWriting<Run>(id)).AppendOne(new ShardFinished(1, 3));
        await session.SaveChangesAsync();

        var tally = await session.LoadAsync<Tally>(id);
        Assert.Equal((1, 1, 3), (tally!.Started, tally.Finished, tally.Version));
        Assert.Equal(3, (await session.LoadAsync<Run>(id))!.Sent);
    }

    [Fact]
    public async Task A_save_that_failed_and_is_repeated_folds_each_event_once()
    {
        var store = Open(options => options.Projections.Snapshot<Tally>(SnapshotLifecycle.Inline));
        await using var session = store.LightweightSession();
        session.Insert(new Note { Id = "n" });
        await session.SaveChangesAsync();
        var id = Guid.NewGuid();
        session.Events.StartStream(id, new ShardStarted(1));
        session.Insert(new Note { Id = "n" });
        await Assert.ThrowsAsync<DocumentAlreadyExistsException>(() => session.SaveChangesAsync());
        await TestDatabase.ExecuteAsync($"delete from {Schema}.mt_doc_note");
        await session.SaveChangesAsync();

        Assert.Equal(1, (await session.LoadAsync<Tally>(id))!.Started);
    }

    [Fact]
    public async Task A_refused_append_leaves_the_snapshot_as_it_was()
    {
        var store = OpenInline();
        var id = await StartAsync(store, new RunRequested("a"));
        await using var late = store.LightweightSession();
        (await late.Events.FetchForWriting<Run>(id)).AppendOne(new ShardFinished(1, 100));
        await AppendAsync(store, id, new ShardStarted(1));

        await Assert.ThrowsAnyAsync<ConcurrencyException>(() => late.SaveChangesAsync());

        Assert.Equal(new Run(id, "a", 1, 0, 2), await store.QuerySession().LoadAsync<Run>(id));
    }

    [Fact]
    public async Task A_projection_class_keeps_a_document_inline()
    {
        var store = Open(options => options.Projections.Add<RunNameProjection>(ProjectionLifecycle.Inline));
        var id = await StartAsync(store, new RunRequested("a"));
        await AppendAsync(store, id, new RunNoted("b"), new RunNoted("c"));

        var name = await store.QuerySession().LoadAsync<RunName>(id);

        Assert.Equal((id, "a b c"), (name!.Id, name.Text));
    }

    [Fact]
    public async Task Snapshots_are_made_anew_from_the_events()
    {
        var store = OpenInline();
        var kept = await StartAsync(store, new RunRequested("a"), new ShardStarted(1), new RunNoted("x"));
        var cancelled = await StartAsync(store, new RunRequested("b"), new RunCancelled("c"));
        await TestDatabase.ExecuteAsync($$"""
            update {{Schema}}.mt_doc_run set data = '{}';
            insert into {{Schema}}.mt_doc_run (id, data) values ('{{cancelled}}', '{}'), ('{{Guid.NewGuid()}}', '{}')
            """);

        using var daemon = await store.BuildProjectionDaemonAsync();
        await daemon.RebuildProjectionAsync<Run>(CancellationToken.None);

        Assert.Equal([new Run(kept, "a", 1, 0, 3)], await store.QuerySession().QueryAsync<Run>("where true"));
    }

    private DocumentStore OpenInline() => Open(options => options.Projections.Snapshot<Run>(SnapshotLifecycle.Inline));
}

public sealed class RunName
{
    public Guid Id { get; set; }

    public string Text { get; set; } = "";
}

public sealed partial class RunNameProjection : SingleStreamProjection<RunName, Guid>
{
    public RunName Create(RunRequested e) => new() { Text = e.Name };

    public void Apply(RunNoted e, RunName name) => name.Text += $" {e.Text}";

    public bool ShouldDelete(RunCancelled e, RunName name) => name.Text.Length > e.By.Length;
}
