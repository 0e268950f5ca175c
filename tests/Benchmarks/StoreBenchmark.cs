using System.Diagnostics;
using Loadstone.EventStore;
using Loadstone.Local;
using Npgsql;

namespace Loadstone.Benchmarks;

/// <summary>
/// The event store beside what the database itself can do: single events by one writer and by eight, and the load, append and
/// inline snapshot of a decision, each as a share of plain inserts of one row with a commit each, by one writer, in the same round.
/// </summary>
internal static class StoreBenchmark
{
    private const string Schema = "bench_store";
    private const int Writers = 8;
    private const int Streams = 100;

    public static async Task<int> RunAsync(int rounds, int seconds, string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var servers = await LocalServers.StartPostgresAsync(folder, Console.Error.WriteLine, cancellation);
        await using var database = NpgsqlDataSource.Create(servers.PostgresConnectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2;No Reset On Close=true");
        await ExecuteAsync(database, $"drop schema if exists {Schema} cascade; create schema {Schema}; create table {Schema}.raw (id bigint generated always as identity primary key, stream uuid, body jsonb)");
        await using var store = Open(servers.PostgresConnectionString);
        var accounts = Enumerable.Range(0, Streams).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var account in accounts)
            await AppendAsync(store, account, new AccountOpened("somebody"));

        var length = TimeSpan.FromSeconds(seconds);
        var (raw, one, eight, decide) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        foreach (var isWarm in Enumerable.Repeat(true, rounds).Prepend(false))
        {
            var run = isWarm ? length : TimeSpan.FromSeconds(1);
            Keep(raw, await RateAsync(1, run, _ => InsertAsync(database)));
            Keep(one, await RateAsync(1, run, _ => AppendAsync(store, Guid.NewGuid(), new Noted(17, "one of many"))));
            Keep(eight, await RateAsync(Writers, run, _ => AppendAsync(store, Guid.NewGuid(), new Noted(17, "one of many"))));
            Keep(decide, await RateAsync(1, run, n => DecideAsync(store, accounts[n % Streams])));

            void Keep(List<double> rates, double rate)
            {
                if (isWarm)
                    rates.Add(rate);
            }
        }

        await ExecuteAsync(database, $"drop schema {Schema} cascade");
        return await Figures.WriteAsync(json, "event store", new Dictionary<string, double>
        {
            ["raw_inserts_per_second"] = Figures.Median(raw),
            ["appends_per_second"] = Figures.Median(one),
            ["appends_share_of_raw (limit 0.6, Marten 0.4)"] = Figures.MedianRatio(one, raw, rate => rate),
            ["appends_by_8_per_second"] = Figures.Median(eight),
            ["appends_by_8_share_of_raw (limit 1.2, Marten 0.9)"] = Figures.MedianRatio(eight, raw, rate => rate),
            ["decisions_per_second"] = Figures.Median(decide),
            ["load_append_snapshot_share_of_raw (limit 0.3, Marten 0.17)"] = Figures.MedianRatio(decide, raw, rate => rate),
        }, cancellation);
    }

    private static DocumentStore Open(string postgres) => DocumentStore.For(options =>
    {
        options.Connection(postgres);
        options.DatabaseSchemaName = Schema;
        options.Events.MetadataConfig.EnableAll();
        options.Events.MapEventType<AccountOpened>("account_opened");
        options.Events.MapEventType<Deposited>("deposited");
        options.Events.MapEventType<Noted>("noted");
        options.Projections.Snapshot<Account>(SnapshotLifecycle.Inline);
    });

    // Operations a second of so many writers, each with the next as soon as it is done.
    private static async Task<double> RateAsync(int writers, TimeSpan length, Func<int, Task> operate)
    {
        var (watch, done) = (Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            while (watch.Elapsed < length)
                await operate(Interlocked.Increment(ref done));
        })));
        return done / watch.Elapsed.TotalSeconds;
    }

    private static async Task InsertAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand($"insert into {Schema}.raw (stream, body) values ($1, $2)");
        command.Parameters.Add(new NpgsqlParameter { Value = Guid.NewGuid() });
        command.Parameters.Add(new NpgsqlParameter { Value = """{"Amount": 17, "Memo": "one of many"}""", NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task AppendAsync(DocumentStore store, Guid id, object e)
    {
        await using var session = store.LightweightSession();
        session.Events.StartStream(id, e);
        await session.SaveChangesAsync();
    }

    private static async Task DecideAsync(DocumentStore store, Guid id)
    {
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<Account>(id);
        stream.AppendOne(new Deposited(17, "one of many"));
        await session.SaveChangesAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Somebody opened an account.</summary>
public sealed record AccountOpened(string Owner);

/// <summary>Something was paid in.</summary>
public sealed record Deposited(long Amount, string Memo);

/// <summary>Something of which no snapshot is kept.</summary>
public sealed record Noted(long Amount, string Memo);

/// <summary>What the events come to.</summary>
public sealed record Account(Guid Id, string Owner, long Balance, long Version)
{
    /// <summary>The first event.</summary>
    public static Account Create(AccountOpened e) => new(Guid.Empty, e.Owner, 0, 0);

    /// <summary>Each further one.</summary>
    public static Account Apply(Deposited e, Account before) => before with { Balance = before.Balance + e.Amount };
}
