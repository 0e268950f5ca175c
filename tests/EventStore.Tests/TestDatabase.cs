using Loadstone.Local;
using Npgsql;

// One transaction holds back the feeds of all schemas of a server, so tests that hold one open cannot run beside others.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Loadstone.EventStore.Tests;

/// <summary>The real PostgreSQL that the suite runs on.</summary>
internal static class TestDatabase
{
    /// <summary>The server that LOADSTONE_POSTGRES names, or a private one that lives as long as this process.</summary>
    public static string ConnectionString() => TestServers.GetAsync().GetAwaiter().GetResult().PostgresConnectionString;

    public static async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString());
        await connection.OpenAsync();
        return connection;
    }

    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    public static async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        return await connection.ScalarAsync<T>(sql);
    }

    public static async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : reader[i])));
        return rows;
    }

    public static async Task ExecuteAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync() ?? throw new InvalidOperationException($"No row: {sql}"));
    }
}
