using Loadstone.Contracts;
using Loadstone.Ingestion;
using Loadstone.Measurement;

namespace Loadstone.Services.Tests;

/// <summary>Runs on a real PostgreSQL: closed by the second, corrected, sealed.</summary>
public sealed class ClosingTests(TestDatabase test) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2030, 1, 1);

    private readonly Guid _run = Guid.NewGuid();
    private readonly WindowStore _windows = new(test.Database, new RunLedger(test.Database));
    private readonly RunLedger _ledger = new(test.Database);
    private readonly RunStore _runs = new(test.Database);
    private readonly SetClock _clock = new() { Now = Start };

    [Fact]
    public async Task What_the_machine_and_the_probes_told_is_shown_for_each_and_a_probe_that_failed_is_in_the_notes()
    {
        await StartAsync([0]);
        foreach (var second in new[] { 0, 1 })
        {
            var window = Window(second, sent: 5);
            window.Host = new HostReading(20 + second, 5, 1.5, 4, 8000, 2000, 300, new NetworkCounts(100, 10, 2, 1, 0, 0)) { Connections = { ["http"] = 3 + second } };
            window.Hear("node", new ProbeReading("prometheus", 1, 0, null, new Dictionary<string, CustomMetric> { ["cpu_usage"] = CustomMetric.Of(40 + second) }));
            window.Hear("dead", new ProbeReading("redis", 1, 1, "Connection refused", new Dictionary<string, CustomMetric>()));
            await _windows.StoreAsync(new MetricWindowRecorded(_run, 0, Day, window), CancellationToken.None);
        }

        await FinishAsync(shard: 0, last: 1, sent: 10);
        await AdvanceAsync(await TakeAsync());
        var samples = await new ResourceReader(test.Database, new RunReader(test.Database, _runs)).OfRunAsync(_run, 60, CancellationToken.None);

        Assert.Equal(["worker", "probe", "probe"], samples.Select(s => s.Kind));
        var host = samples[0].Host!;
        Assert.Equal((20.5, 200, 75, 4), (host.CpuUser, host.Network.BytesReceived, host.MemoryUsedPercent, host.Connections["http"]));
        Assert.Equal((40.5, 2, 0), (samples[1].CpuUsage, samples[1].Probe!.Asked, samples[1].Probe!.Failed));
        Assert.Equal(["the probe dead (redis) failed 2 of 2 times, last because Connection refused"], (await SealAsync())!.Notes);
    }

    [Fact]
    public async Task Seconds_close_in_order_as_both_shards_report_them_and_the_run_is_sealed_at_the_end()
    {
        await StartAsync(0, 1);
        var closing = await TakeAsync();
        await StoreAsync(0, 0, 5);
        await StoreAsync(1, 1, 3);
        Assert.Empty(await AdvanceAsync(closing));

        await StoreAsync(1, 0, 2);
        Assert.Equal([(0, 0, 7L)], await AdvanceAsync(closing));

        await StoreAsync(0, 1, 4);
        await FinishAsync(0, last: 1, sent: 9);
        await FinishAsync(1, last: 1, sent: 5);
        Assert.Equal([(1, 0, 7L)], await AdvanceAsync(closing));
        Assert.Empty((await SealAsync())!.Gaps);
        Assert.Equal(14, (await SealAsync())!.Total.Total().Sent);
    }

    [Fact]
    public async Task A_late_window_corrects_its_second_by_a_new_revision_and_the_total_with_it()
    {
        await StartAsync(0, 1);
        var closing = await TakeAsync();
        await StoreAsync(0, 0, 5);
        _clock.Now = Start.AddSeconds(3);
        Assert.Equal([(0, 0, 5L)], await AdvanceAsync(closing));

        await StoreAsync(1, 0, 2);
        Assert.Equal([(0, 1, 7L)], await AdvanceAsync(closing));
        await FinishAsync(0, last: 0, sent: 5);
        await FinishAsync(1, last: 0, sent: 2);
        await AdvanceAsync(closing);

        Assert.Equal(7, (await SealAsync())!.Total.Total().Sent);
    }

    [Fact]
    public async Task Seconds_that_nobody_has_reported_close_when_a_later_one_was_and_what_comes_after_an_outage_closes_once()
    {
        await StartAsync(0);
        var closing = await TakeAsync();
        _clock.Now = Start.AddSeconds(20);
        Assert.Empty(await AdvanceAsync(closing));

        await StoreAsync(0, 0, 5);
        Assert.Equal([(0, 0, 5L)], await AdvanceAsync(closing));
        await StoreAsync(0, 2, 4);
        Assert.Equal([(1, 0, 0L), (2, 0, 4L)], await AdvanceAsync(closing));
        await FinishAsync(0, last: 2, sent: 9);
        await AdvanceAsync(closing);

        await using var seconds = test.Database.Command("select seconds from ingestion.runs where execution_id = $1", _run);
        Assert.Equal(3, await seconds.ExecuteScalarAsync());
    }

    [Fact]
    public async Task What_never_comes_is_named_when_patience_ends()
    {
        await StartAsync(0);
        var closing = await TakeAsync();
        await StoreAsync(0, 0, 5);
        await StoreAsync(0, 2, 5);
        await FinishAsync(0, last: 2, sent: 15);
        _clock.Now = Start.AddSeconds(6);
        await AdvanceAsync(closing);
        Assert.Null(await SealAsync());

        _clock.Now = Start.AddSeconds(14);
        await AdvanceAsync(closing);

        Assert.Equal(["shard 0 has 2 of its 3 seconds"], (await SealAsync())!.Gaps);
        Assert.Equal(10, (await SealAsync())!.Total.Total().Sent);
    }

    [Fact]
    public async Task Who_closes_is_not_kept_waiting_by_those_who_come_to_store_after_it()
    {
        await StartAsync(0);
        var closing = await TakeAsync();
        await StoreAsync(0, 0, 5);
        await using var storing = await test.Database.Source.OpenConnectionAsync();
        await using var open = await storing.BeginTransactionAsync();
        await WindowStore.TryStoreAsync(storing, new MetricWindowRecorded(_run, 0, Day, Window(1, 5)), CancellationToken.None);

        var closed = AdvanceAsync(closing);
        await UntilWaitingAsync(1);
        var later = StoreAsync(0, 2, 5);
        Assert.NotSame(later, await Task.WhenAny(later, UntilWaitingAsync(2)));

        await open.CommitAsync();
        Assert.Equal((0, 0, 5L), (await closed)[0]);
        Assert.True(await later);
    }

    [Fact]
    public async Task Another_instance_takes_a_run_over_when_the_lease_runs_out_and_goes_on_where_it_was()
    {
        await StartAsync(0);
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var closing = await TakeAsync(first);
        await StoreAsync(0, 0, 5);
        await AdvanceAsync(closing, first);
        Assert.DoesNotContain(_run, (await _runs.TakeLeasesAsync(second, _clock.Now.AddSeconds(4), CancellationToken.None)).Select(l => l.ExecutionId));

        _clock.Now = _clock.Now.AddSeconds(6);
        var taken = await TakeAsync(second);
        await StoreAsync(0, 1, 4);
        await FinishAsync(0, last: 1, sent: 9);
        Assert.Equal([(1, 0, 4L)], await AdvanceAsync(taken, second));
        Assert.Equal(9, (await SealAsync())!.Total.Total().Sent);
    }

    // Returns when so many of the database's sessions wait for a lock.
    private async Task UntilWaitingAsync(long sessions)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var count = test.Database.Source.CreateCommand("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
        while ((long)(await count.ExecuteScalarAsync(patience.Token))! < sessions)
            await Task.Yield();
    }

    private Task StartAsync(params int[] shards) => _ledger.StartedAsync(new ExecutionStarted(_run, Day, Start, shards), CancellationToken.None);

    private Task<bool> StoreAsync(int shard, int sequence, long sent) =>
        _windows.StoreAsync(new MetricWindowRecorded(_run, shard, Day, Window(sequence, sent)), CancellationToken.None);

    private Task FinishAsync(int shard, int last, long sent) =>
        _ledger.ShardOverAsync(_run, new ShardAccount(shard, ShardState.Finished, last, sent, sent, Start.AddSeconds(3)), CancellationToken.None);

    private async Task<Closing> TakeAsync(Guid? holder = null)
    {
        var lease = (await _runs.TakeLeasesAsync(holder ?? _run, _clock.Now, CancellationToken.None)).Single(l => l.ExecutionId == _run);
        var closing = new Closing(lease, test.Database, _windows, _runs, _clock);
        await closing.RestoreAsync(CancellationToken.None);
        return closing;
    }

    // Advances and returns what was announced: second, revision, requests sent in it.
    private async Task<List<(int Second, int Revision, long Sent)>> AdvanceAsync(Closing closing, Guid? holder = null)
    {
        var lease = (await _runs.TakeLeasesAsync(holder ?? _run, _clock.Now, CancellationToken.None)).Single(l => l.ExecutionId == _run);
        await closing.AdvanceAsync(lease, CancellationToken.None);
        var announced = new List<(int, int, long)>();
        foreach (var (id, message) in await _runs.AnnouncementsAsync(_run, CancellationToken.None))
        {
            if (message is WindowClosed closed)
                announced.Add((closed.Second, closed.Revision, closed.Window.Total().Sent));
            await _runs.ToldAsync(id, CancellationToken.None);
        }

        return announced;
    }

    private Task<RunReader.Seal?> SealAsync() => new RunReader(test.Database, _runs).SealAsync(_run, CancellationToken.None);

    internal static MetricWindow Window(int sequence, long sent) => new()
    {
        Sequence = sequence,
        VirtualUsers = 3,
        Iterations = new IterationCounts(sent, sent, 0, 0, sent, 0),
        Health = new GeneratorHealth(12.5, 1000, 0.5),
        Operations = [new OperationWindow { Scenario = "s", Operation = "o", Method = "GET", Path = "/o", Sent = sent, Ok = sent }],
    };
}
