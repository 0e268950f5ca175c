using System.Text.Json;
using Loadstone.Contracts;
using Loadstone.Ingestion;
using Loadstone.Measurement;

namespace Loadstone.Services.Tests;

/// <summary>Windows on a real PostgreSQL: stored once, and read as they were.</summary>
public sealed class WindowStoreTests(TestDatabase test) : IClassFixture<TestDatabase>
{
    private static readonly DateOnly Day = new(2030, 1, 1);

    private readonly Guid _run = Guid.NewGuid();
    private readonly WindowStore _windows = new(test.Database, new RunLedger(test.Database));

    [Fact]
    public async Task A_window_that_comes_twice_or_at_once_from_two_sides_is_stored_once()
    {
        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StoreAsync(ClosingTests.Window(0, sent: 5))));

        Assert.Single(stored, isNew => isNew);
        Assert.Equal([new StoredWindows(0, 1, 0, 5, 5, 0)], await StoredAsync());
    }

    [Fact]
    public async Task Tables_of_an_earlier_version_are_brought_up_to_date_at_the_start()
    {
        await using (var earlier = test.Database.Source.CreateCommand(
            "alter table ingestion.shard_windows drop column loop_delay_ms, drop column pool_delay_ms, drop constraint shard_windows_pkey, add primary key (day, execution_id, shard, sequence)"))
            await earlier.ExecuteNonQueryAsync();

        await test.Database.CreateTablesAsync(CancellationToken.None);

        await using (var key = test.Database.Source.CreateCommand("select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'ingestion.shard_windows'::regclass and indisprimary"))
            Assert.EndsWith("(day, execution_id, sequence, shard)", (string?)await key.ExecuteScalarAsync(), StringComparison.Ordinal);
        await A_window_survives_its_way_through_the_tables();
    }

    [Fact]
    public async Task A_window_survives_its_way_through_the_tables()
    {
        var window = ClosingTests.Window(3, sent: 7);
        window.Operations[0].CountStatus(201);
        window.Operations[0].CountError("timed_out");
        window.Lag.Record(12_345);
        window.Hear("node", new ProbeReading("prometheus", 2, 1, "Connection refused", new Dictionary<string, CustomMetric> { ["cpu_usage"] = CustomMetric.Of(40) }, [new SlowStatement("select", 2, 3)]));
        await StoreAsync(window);
        await using var connection = await test.Database.Source.OpenConnectionAsync();

        var (read, shards) = await _windows.ReadSecondAsync(connection, Day, _run, 3, CancellationToken.None);

        Assert.Equal([0], shards);
        Assert.Equal(JsonSerializer.Serialize(window), JsonSerializer.Serialize(read));
    }

    [Fact]
    public async Task A_transaction_is_kept_beside_the_requests_and_never_counted_among_them()
    {
        var window = ClosingTests.Window(0, sent: 7);
        window.Append(new OperationWindow { Scenario = "s", Operation = "whole", Kind = OperationKind.Transaction, Sent = 2, Ok = 1, Aborted = 1 });
        await StoreAsync(window);
        await using var connection = await test.Database.Source.OpenConnectionAsync();

        var (read, _) = await _windows.ReadSecondAsync(connection, Day, _run, 0, CancellationToken.None);

        Assert.Equal((7, 2), (read.Total().Sent, read.For(window.Operations[1]).Sent));
        Assert.Equal([new StoredWindows(0, 1, 0, 7, 7, 0)], await StoredAsync());
    }

    private Task<bool> StoreAsync(MetricWindow window) => _windows.StoreAsync(new MetricWindowRecorded(_run, 0, Day, window), CancellationToken.None);

    private Task<IReadOnlyList<StoredWindows>> StoredAsync() => new RunStore(test.Database).StoredAsync(new LeasedRun(_run, Day, null, -1, false), CancellationToken.None);
}
