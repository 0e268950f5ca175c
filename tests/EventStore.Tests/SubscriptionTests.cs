using Microsoft.Extensions.DependencyInjection;

namespace Loadstone.EventStore.Tests;

public sealed class SubscriptionTests : StoreTest
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task A_subscription_sees_all_events_in_order_from_the_first()
    {
        var store = OpenSubscribed();
        var id = await StartAsync(store, new RunRequested("a"));
        await RunDaemonAsync(store);
        await AppendAsync(store, id, new ShardStarted(1), new ShardFinished(1, 2));

        var seen = await _recorder.UntilAsync(3);

        Assert.Equal([1L, 2, 3], seen.Select(e => e.Version));
        Assert.Equal(new RunRequested("a"), Assert.IsType<IEvent<RunRequested>>(seen[0], exactMatch: false).Data);
    }

    [Fact]
    public async Task It_goes_on_where_it_stopped()
    {
        var store = OpenSubscribed();
        var daemon = await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        await daemon.StopAllAsync();
        await AppendAsync(store, id, new ShardStarted(1));
        await RunDaemonAsync(OpenSubscribed());

        Assert.Equal([1L, 2], (await _recorder.UntilAsync(2)).Select(e => e.Version));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        Assert.Equal(
            [$"Recorder:All {await TestDatabase.ScalarAsync<long>($"select max(seq_id) from {Schema}.mt_events")}"],
            await TestDatabase.RowsAsync($"select name, last_seq_id from {Schema}.mt_event_progression"));
    }

    [Fact]
    public async Task One_that_fails_gets_the_same_events_again_and_holds_up_no_other()
    {
        var failing = new Recorder();
        var attempts = 0;
        failing.OnPage = (_, _) => ++attempts < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        var store = Open(options =>
        {
            options.Projections.Subscribe(_recorder);
            options.Projections.Subscribe(failing, subscription => subscription.Name = "failing");
        });
        await RunDaemonAsync(store);
        await StartAsync(store, new RunRequested("a"));

        await _recorder.UntilAsync(1);
        Assert.Single(await failing.UntilAsync(1));
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task Its_progress_stands_still_while_it_fails()
    {
        var attempts = new TaskCompletionSource();
        _recorder.OnPage = (_, _) =>
        {
            attempts.TrySetResult();
            throw new InvalidOperationException("never");
        };
        var store = OpenSubscribed();
        await RunDaemonAsync(store);
        await StartAsync(store, new RunRequested("a"));
        await attempts.Task.WaitAsync(Patience);

        var late = await Assert.ThrowsAsync<TimeoutException>(() => store.WaitForNonStaleProjectionDataAsync(TimeSpan.FromMilliseconds(200)));

        Assert.Contains("Recorder:All", late.Message, StringComparison.Ordinal);
        Assert.Equal(["0"], await TestDatabase.RowsAsync($"select seq_id from {Schema}.feed_progress"));
    }

    [Fact]
    public async Task What_it_queues_is_written_once_with_its_progress()
    {
        var store = OpenSubscribed();
        _recorder.OnPage = (page, operations) =>
        {
            foreach (var e in page.Events.Where(e => e.Data is RunRequested))
            {
                operations.Insert(new Note { Id = e.StreamId.ToString() });
                operations.Events.Append(e.StreamId, new RunNoted("answered"));
            }

            return Task.CompletedTask;
        };
        await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"));

        await _recorder.UntilAsync(2);

        Assert.NotNull(await store.QuerySession().LoadAsync<Note>(id.ToString()));
        Assert.Equal(new RunNoted("answered"), (await store.QuerySession().Events.FetchStreamAsync(id))[1].Data);
    }

    [Fact]
    public async Task What_it_queues_is_not_written_when_it_fails_afterwards()
    {
        var attempts = 0;
        _recorder.OnPage = (_, operations) =>
        {
            operations.Insert(new Note { Id = $"attempt {++attempts}" });
            return attempts < 2 ? throw new InvalidOperationException("after queueing") : Task.CompletedTask;
        };
        var store = OpenSubscribed();
        await RunDaemonAsync(store);
        await StartAsync(store, new RunRequested("a"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal("attempt 2", Assert.Single(await store.QuerySession().QueryAsync<Note>("where true")).Id);
    }

    [Fact]
    public async Task Of_two_processes_that_handle_one_page_only_the_first_to_commit_writes()
    {
        var (begun, otherCommitted) = (new TaskCompletionSource(), new TaskCompletionSource());
        _recorder.OnPage = async (page, operations) =>
        {
            operations.Store(new Note { Id = string.Join(' ', page.Events.Select(e => e.EventTypeName)) });
            begun.TrySetResult();
            await otherCommitted.Task.WaitAsync(Patience);
        };
        var slow = OpenSubscribed();
        var id = await StartAsync(slow, new RunRequested("a"));
        await RunDaemonAsync(slow);
        await begun.Task.WaitAsync(Patience);

        var quick = Open(options => options.Projections.Subscribe(new Recorder()));
        var quickDaemon = await RunDaemonAsync(quick);
        await quick.WaitForNonStaleProjectionDataAsync(Patience);
        await quickDaemon.StopAllAsync();
        otherCommitted.SetResult();
        await AppendAsync(slow, id, new RunNoted("later"));
        await slow.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal("run_noted", Assert.Single(await slow.QuerySession().QueryAsync<Note>("where true")).Id);
    }

    [Fact]
    public async Task It_is_given_only_the_types_it_asked_for()
    {
        var store = OpenSubscribed(subscription => subscription.IncludeType<RunNoted>());
        await RunDaemonAsync(store);
        var id = await StartAsync(store, new RunRequested("a"), new RunNoted("b"), new ShardStarted(1));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        await AppendAsync(store, id, new RunNoted("c"));

        Assert.Equal([new RunNoted("b"), new RunNoted("c")], (await _recorder.UntilAsync(2)).Select(e => e.Data));
    }

    [Fact]
    public async Task Pages_are_no_larger_than_it_asked_for()
    {
        var sizes = new List<int>();
        _recorder.OnPage = (page, _) =>
        {
            sizes.Add(page.Events.Count);
            return Task.CompletedTask;
        };
        var store = OpenSubscribed(subscription => subscription.Options.BatchSize = 2);
        await StartAsync(store, new RunRequested("a"), new ShardStarted(1), new ShardStarted(2), new ShardStarted(3), new ShardStarted(4));
        await RunDaemonAsync(store);
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal([2, 2, 1], sizes);
    }

    [Fact]
    public async Task It_may_report_how_far_it_came_before_a_failure()
    {
        var subscription = new HalfWay();
        var store = Open(options => options.Projections.Subscribe(subscription));
        await StartAsync(store, new RunRequested("a"), new ShardStarted(1), new ShardStarted(2));
        await RunDaemonAsync(store);
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal("1 2 3|3", string.Join('|', subscription.Pages));
    }

    [Fact]
    public async Task Its_listener_is_told_before_and_after_the_commit()
    {
        var listener = new CommitListener();
        var store = Open(options => options.Projections.Subscribe(new Listening(listener)));
        await RunDaemonAsync(store);
        await StartAsync(store, new RunRequested("a"));

        Assert.Equal((0L, 1L), await listener.Committed.Task.WaitAsync(Patience));
        Assert.Equal(2, listener.Befores);
    }

    [Fact]
    public async Task It_can_be_built_by_the_container_for_each_page()
    {
        var services = new ServiceCollection();
        services.AddSingleton(_recorder);
        services.AddMarten(options => Configure(options, configure: null))
            .AddSubscriptionWithServices<Scoped>(ServiceLifetime.Scoped, subscription => subscription.Name = "scoped");
        await using var provider = services.BuildServiceProvider();
        var store = (DocumentStore)provider.GetRequiredService<IDocumentStore>();
        await RunDaemonAsync(store);
        await StartAsync(store, new RunRequested("a"));

        Assert.Single(await _recorder.UntilAsync(1));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        Assert.Equal(["scoped:All"], await TestDatabase.RowsAsync($"select name from {Schema}.feed_progress"));
    }

    [Fact]
    public void Two_subscriptions_cannot_share_a_name()
    {
        Assert.Throws<InvalidProjectionException>(() => Open(options =>
        {
            options.Projections.Subscribe(new Recorder());
            options.Projections.Subscribe(new Recorder());
        }));
    }

    private DocumentStore OpenSubscribed(Action<ISubscriptionOptions>? configure = null) =>
        Open(options => options.Projections.Subscribe(_recorder, configure));
}
