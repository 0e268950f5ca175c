using Loadstone.Contracts;
using Loadstone.Ingestion;
using Loadstone.Measurement;

namespace Loadstone.Services.Tests;

/// <summary>Long runs are read by the minute, from windows that were merged when they were closed.</summary>
public sealed class StretchTests(TestDatabase test) : IClassFixture<TestDatabase>
{
    private const int Seconds = 150;
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2030, 1, 1);

    private readonly Guid _run = Guid.NewGuid();
    private readonly RunLedger _ledger = new(test.Database);
    private readonly RunStore _runs = new(test.Database);
    private readonly SetClock _clock = new() { Now = Start };

    private WindowStore Windows => new(test.Database, _ledger);

    private RunReader Reader => new(test.Database, _runs);

    [Fact]
    public async Task A_run_is_the_same_by_the_minute_as_by_the_second()
    {
        await CloseAsync(Seconds);

        Assert.Equal(["0-59", "60-69", "70-119"], await StretchesAsync());
        await AssertSameAsync();
    }

    [Fact]
    public async Task A_late_window_is_in_the_minute_too()
    {
        var closing = await CloseAsync(Seconds);
        foreach (var second in new[] { 10, 65, 130 })
            await Windows.StoreAsync(new MetricWindowRecorded(_run, 1, Day, Window(second, sent: 1000)), CancellationToken.None);
        await closing.AdvanceAsync(await LeaseAsync(), CancellationToken.None);

        Assert.Equal(3000 + Enumerable.Range(0, Seconds).Sum(second => (long)second), (await MinutesAsync(summary: true)).Sum(w => w.Total().Sent));
        await AssertSameAsync();
    }

    [Fact]
    public async Task Seconds_that_were_closed_before_there_were_minutes_are_read_as_they_are()
    {
        await CloseAsync(Seconds);
        await test.Database.ExecuteAsync("delete from ingestion.closed_stretches where execution_id = $1 and first_second < 70", CancellationToken.None, _run);
        await test.Database.ExecuteAsync("update ingestion.closed_seconds set summary = null where execution_id = $1 and second < 70", CancellationToken.None, _run);

        await AssertSameAsync();
    }

    [Fact]
    public async Task Another_instance_that_takes_over_goes_on_with_the_minute_where_it_was()
    {
        await CloseAsync(100);
        await CloseAsync(Seconds, from: 100);

        Assert.Equal(["0-59", "60-69", "70-119"], await StretchesAsync());
        await AssertSameAsync();
    }

    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(5, 130)]
    [InlineData(60, 69)]
    [InlineData(62, 68)]
    [InlineData(149, 149)]
    public async Task Between_any_two_seconds_stands_what_these_seconds_have_together(int first, int last)
    {
        await CloseAsync(Seconds);
        var expected = new MetricWindow { Seconds = 0 };
        foreach (var second in (await ReadAsync(1, summary: false)).Where(s => s.Sequence >= first && s.Sequence <= last))
            expected.AddSeconds(second);

        foreach (var summary in new[] { false, true })
        {
            var (total, lastSecond) = await Reader.BetweenAsync(_run, first, last, summary, CancellationToken.None);

            Assert.Equal(Math.Min(last, Seconds - 1), lastSecond);
            Assert.Equal((expected.Seconds, expected.Total().Sent), (total.Seconds, total.Total().Sent));
            Assert.Equal(expected.Total().Response.Encode(), total.Total().Response.Encode());
        }

        Assert.Equal((0, 999), ((await Reader.BetweenAsync(_run, 1000, 2000, summary: true, CancellationToken.None)).Total.Total().Sent, (await Reader.BetweenAsync(_run, 1000, 2000, summary: true, CancellationToken.None)).LastSecond));
    }

    private async Task AssertSameAsync()
    {
        var seconds = await ReadAsync(1, summary: false);
        foreach (var minutes in new[] { await MinutesAsync(summary: false), await MinutesAsync(summary: true) })
        {
            Assert.Equal([0, 60, 120], minutes.Select(m => m.Sequence));
            foreach (var minute in minutes)
            {
                var whole = new MetricWindow { Seconds = 0 };
                foreach (var second in seconds.Where(s => s.Sequence / 60 == minute.Sequence / 60))
                    whole.AddSeconds(second);
                Assert.Equal((whole.Seconds, whole.VirtualUsers, whole.Iterations, whole.Health), (minute.Seconds, minute.VirtualUsers, minute.Iterations, minute.Health));
                Assert.Equal((whole.Total().Sent, whole.Total().Ok), (minute.Total().Sent, minute.Total().Ok));
                Assert.Equal(whole.Total().Response.Encode(), minute.Total().Response.Encode());
            }
        }

        Assert.Equal(seconds.Where(s => s.Phase == "second").Sum(s => s.Total().Sent), (await Reader.PhaseTotalAsync(_run, "second", CancellationToken.None)).Total().Sent);
    }

    private Task<List<MetricWindow>> MinutesAsync(bool summary) => ReadAsync(60, summary);

    private async Task<List<MetricWindow>> ReadAsync(int seconds, bool summary)
    {
        var windows = new List<MetricWindow>();
        await foreach (var (window, _) in Reader.WindowsAsync(_run, seconds, summary))
            windows.Add(window);
        return windows;
    }

    private async Task<Closing> CloseAsync(int seconds, int from = 0)
    {
        await _ledger.StartedAsync(new ExecutionStarted(_run, Day, Start, [0]), CancellationToken.None);
        for (var second = from; second < seconds; second++)
            await Windows.StoreAsync(new MetricWindowRecorded(_run, 0, Day, Window(second, second)), CancellationToken.None);
        var closing = new Closing(await LeaseAsync(), test.Database, Windows, _runs, _clock);
        await closing.RestoreAsync(CancellationToken.None);
        await closing.AdvanceAsync(await LeaseAsync(), CancellationToken.None);
        return closing;
    }

    // Each time by another instance, when the lease of the one before has run out, and before any second is over.
    private async Task<LeasedRun> LeaseAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(6));
        return (await _runs.TakeLeasesAsync(Guid.NewGuid(), _clock.Now, CancellationToken.None)).Single(l => l.ExecutionId == _run);
    }

    private async Task<List<string>> StretchesAsync()
    {
        await using var command = test.Database.Command("select first_second || '-' || last_second from ingestion.closed_stretches where execution_id = $1 order by first_second", _run);
        await using var reader = await command.ExecuteReaderAsync();
        var stretches = new List<string>();
        while (await reader.ReadAsync())
            stretches.Add(reader.GetString(0));
        return stretches;
    }

    private static MetricWindow Window(int second, long sent)
    {
        var window = new MetricWindow
        {
            Sequence = second,
            VirtualUsers = second % 7,
            Phase = second < 70 ? "first" : "second",
            Iterations = new IterationCounts(sent, sent, 0, 0, sent, 0),
            Health = new GeneratorHealth(second, 1000, 0.5),
            Operations = [.. new[] { "list", "buy" }.Select(name => new OperationWindow { Scenario = "s", Operation = name, Sent = name == "buy" ? sent : 0, Ok = name == "buy" ? sent : 0 })],
        };
        window.Operations[1].Response.Record(1_000_000L * (second + 1));
        return window;
    }
}
