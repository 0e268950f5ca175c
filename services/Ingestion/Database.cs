using Loadstone.ServiceHost;
using Npgsql;

namespace Loadstone.Ingestion;

/// <summary>The service's tables, and its SQL by name. The scripts are in Sql/, one for each statement worth a file.</summary>
public sealed class Database(NpgsqlDataSource source)
{
    private static readonly IReadOnlyDictionary<string, string> Scripts = SqlScripts.Of(typeof(Database).Assembly);

    // One migration at a time, however many instances start together.
    private const long SchemaLock = 0x10ad_5701_0001;

    public NpgsqlDataSource Source => source;

    public static string Script(string name) => Scripts[name];

    public NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = source.CreateCommand(sql);
        AddValues(command.Parameters, values);
        return command;
    }

    public static void AddValues(NpgsqlParameterCollection parameters, params object?[] values)
    {
        foreach (var value in values)
            parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Makes the tables that are missing.</summary>
    public async Task CreateTablesAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({SchemaLock}); {Script("schema")}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Makes the partitions of a day, so that its windows have a place and can go together.</summary>
    public async Task CreateDayAsync(DateOnly day, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var partitions = string.Concat(new[] { "shard_windows", "endpoint_windows" }.Select(table =>
            $"create table if not exists ingestion.{table}_{day:yyyyMMdd} partition of ingestion.{table} for values from ('{day:yyyy-MM-dd}') to ('{day.AddDays(1):yyyy-MM-dd}');"));
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({SchemaLock}); {partitions}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
