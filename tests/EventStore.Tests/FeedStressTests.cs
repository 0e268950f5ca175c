using Npgsql;

namespace Loadstone.EventStore.Tests;

public sealed class FeedStressTests : StoreTest
{
    private const int Writers = 8, AppendsPerWriter = 60, Streams = 5;

    private readonly Recorder _recorder = new();
    private readonly List<Guid> _streams = [.. Enumerable.Range(0, Streams).Select(_ => Guid.NewGuid())];

    [Theory]
    [InlineData(500)]
    [InlineData(7)]
    public async Task Under_many_open_transactions_nothing_is_lost_or_repeated_or_out_of_order(int batchSize)
    {
        var store = Open(options =>
        {
            options.Events.AddEventType<ShardStarted>();
            options.Projections.Subscribe(_recorder, subscription => subscription.Options.BatchSize = batchSize);
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await RunDaemonAsync(store);

        var appended = (await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => Task.Run(() => WriteAsync(store, n))))).Sum();
        var seen = await _recorder.UntilAsync(appended);
        await store.WaitForNonStaleProjectionDataAsync(Patience);

        Assert.Equal(appended, seen.Count);
        Assert.Equal(appended, seen.Select(e => e.Id).Distinct().Count());
        Assert.All(seen.GroupBy(e => e.StreamId), stream => Assert.Equal(
            Enumerable.Range(1, stream.Count()).Select(n => (long)n), stream.Select(e => e.Version)));
    }

    /// <summary>Even writers use sessions, odd ones write as another program would and linger before they commit.</summary>
    private async Task<int> WriteAsync(DocumentStore store, int writer)
    {
        var random = new Random(writer);
        await using var connection = await TestDatabase.OpenAsync();
        var appended = 0;
        for (var i = 0; i < AppendsPerWriter; i++)
        {
            var stream = random.Next(3) == 0 ? Guid.NewGuid() : _streams[random.Next(Streams)];
            appended += writer % 2 == 0
                ? await TryAsync(() => AppendAsync(store, stream, new ShardStarted(writer), new ShardStarted(i)), 2)
                : await TryAsync(() => AppendSlowlyAsync(connection, stream, random), 1);
        }

        return appended;
    }

    private async Task AppendSlowlyAsync(NpgsqlConnection connection, Guid stream, Random random)
    {
        var outcome = random.Next(5) == 0 ? "rollback" : "commit";
        await connection.ExecuteAsync("begin");
        try
        {
            await connection.ExecuteAsync($$"""
                select {{Schema}}.mt_quick_append_events('{{stream}}', null, '*DEFAULT*', array[gen_random_uuid()],
                  array['shard_started'], array[null]::varchar[], array['{"Shard": 1}']::jsonb[], array[null]::bytea[],
                  array[null]::varchar[], array[null]::varchar[], array[null]::jsonb[], array[now()])
                """);
            await connection.ExecuteAsync($"select pg_sleep({random.Next(15)} / 1000.0)");
        }
        catch (PostgresException)
        {
            outcome = "rollback";
        }

        await connection.ExecuteAsync(outcome);
        if (string.Equals(outcome, "rollback", StringComparison.Ordinal))
            throw new ConcurrencyException("Not appended", docType: null, stream);
    }

    private static async Task<int> TryAsync(Func<Task> append, int events)
    {
        try
        {
            await append();
            return events;
        }
        catch (Exception lost) when (lost is ConcurrencyException or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected })
        {
            return 0;
        }
    }
}
