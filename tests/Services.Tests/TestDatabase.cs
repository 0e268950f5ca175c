using Loadstone.Ingestion;
using Loadstone.Local;
using Npgsql;

namespace Loadstone.Services.Tests;

/// <summary>A database of its own on the tests' PostgreSQL, with the tables of the ingestion service.</summary>
public sealed class TestDatabase : IAsyncLifetime
{
    public Database Database { get; private set; } = null!;

    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var servers = await TestServers.GetAsync();
        var name = $"services_tests_{Guid.NewGuid():N}";
        await using (var maintenance = NpgsqlDataSource.Create(servers.PostgresConnectionString))
        {
            await using var create = maintenance.CreateCommand($"create database {name}");
            await create.ExecuteNonQueryAsync();
        }

        ConnectionString = new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString) { Database = name }.ConnectionString;
        Database = new Database(NpgsqlDataSource.Create(ConnectionString));
        await Database.CreateTablesAsync(CancellationToken.None);
    }

    public async Task DisposeAsync() => await Database.Source.DisposeAsync();
}
