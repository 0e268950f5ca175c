using System.Globalization;

namespace Loadstone.EventStore.Tests;

/// <summary>Two instances of one service, of which one runs the subscriptions.</summary>
public sealed class LeadershipTests : StoreTest
{
    [Fact]
    public async Task Only_one_of_two_instances_runs_a_subscription()
    {
        var (one, two) = (new Recorder(), new Recorder());
        var store = await RunInstanceAsync(one);
        await RunInstanceAsync(two);
        for (var i = 0; i < 20; i++)
            await StartAsync(store, new RunRequested($"{i}"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        var counts = new[] { (await one.UntilAsync(0)).Count, (await two.UntilAsync(0)).Count };
        Assert.Equal([0, 20], counts.Order());
    }

    [Fact]
    public async Task When_the_leaders_connection_dies_the_other_goes_on_where_it_was()
    {
        var (one, two) = (new Recorder { OnPage = NoteAsync }, new Recorder { OnPage = NoteAsync });
        var store = await RunInstanceAsync(one);
        await StartAsync(store, new RunRequested("1"));
        await store.WaitForNonStaleProjectionDataAsync(Patience);
        await RunInstanceAsync(two);

        // The first instance's daemon pauses for a second before it connects again; the other asks sooner.
        await TestDatabase.ExecuteAsync(LeadersBackend("pg_terminate_backend(l.pid)"));
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = 1;
        while ((await two.UntilAsync(0)).Count == 0)
        {
            await StartAsync(store, new RunRequested($"{++started}"));
            await timer.WaitForNextTickAsync(patience.Token);
        }

        await store.WaitForNonStaleProjectionDataAsync(Patience);
        // What the first had begun when it lost the lead was given to it, and is not kept.
        var notes = await store.QuerySession().QueryAsync<Note>("where true");
        Assert.Equal(Enumerable.Range(1, started), notes.Select(n => int.Parse(n.Id.Split(' ')[0], CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task When_the_leader_stops_the_other_takes_over()
    {
        var (one, two) = (new Recorder(), new Recorder());
        var first = OpenInstance(one);
        var daemon = await RunDaemonAsync(first);
        await StartAsync(first, new RunRequested("first"));
        await first.WaitForNonStaleProjectionDataAsync(Patience);
        var second = await RunInstanceAsync(two);
        await daemon.StopAllAsync();
        await StartAsync(second, new RunRequested("second"));

        Assert.Equal(new RunRequested("second"), (await two.UntilAsync(1))[^1].Data);
    }

    [Fact]
    public async Task A_leader_that_lost_its_connection_stops_what_it_is_doing()
    {
        var endless = new Endless();
        var store = Open(options =>
        {
            options.Projections.AsyncMode = DaemonMode.HotCold;
            options.Projections.Subscribe(endless);
        });
        await RunDaemonAsync(store);
        await StartAsync(store, new RunRequested("a"));
        await endless.Begun.Task.WaitAsync(Patience);

        await TestDatabase.ExecuteAsync(LeadersBackend("pg_terminate_backend(l.pid)"));

        await endless.Ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task The_leaders_lock_is_held_by_a_connection_that_idles_outside_of_any_transaction()
    {
        var recorder = new Recorder();
        var store = await RunInstanceAsync(recorder);
        await StartAsync(store, new RunRequested("a"));
        await recorder.UntilAsync(1);

        Assert.Equal(["-"], await TestDatabase.RowsAsync(LeadersBackend("a.xact_start")));
    }

    // Whoever keeps an event leaves a note of its own.
    private static Task NoteAsync(EventRange page, IDocumentOperations operations)
    {
        foreach (var e in page.Events)
            operations.Insert(new Note { Id = $"{((RunRequested)e.Data).Name} {Guid.NewGuid()}" });
        return Task.CompletedTask;
    }

    private async Task<DocumentStore> RunInstanceAsync(Recorder recorder)
    {
        var store = OpenInstance(recorder);
        await RunDaemonAsync(store);
        return store;
    }

    private DocumentStore OpenInstance(Recorder recorder) => Open(options =>
    {
        options.Projections.AsyncMode = DaemonMode.HotCold;
        options.Projections.Subscribe(recorder);
    });

    private static string LeadersBackend(string what) =>
        $"select {what} from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted";

    private sealed class Endless : SubscriptionBase
    {
        public TaskCompletionSource Begun { get; } = new();

        public TaskCompletionSource Ended { get; } = new();

        public override async Task<IChangeListener> ProcessEventsAsync(
            EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Ended.TrySetResult();
            }

            return NullChangeListener.Instance;
        }
    }
}
