using Loadstone.Gateway.Users;
using Loadstone.ServiceHost;
using Npgsql;

namespace Loadstone.Gateway;

/// <summary>The gateway's own tables (people, sessions, keys, audit), and its SQL by name.</summary>
internal sealed class Database(NpgsqlDataSource source)
{
    private static readonly IReadOnlyDictionary<string, string> Scripts = SqlScripts.Of(typeof(Database).Assembly);

    // One instance at a time prepares the database, however many start together.
    private const long PreparationLock = 0x10ad_5701_0002;

    public static string Script(string name) => Scripts[name];

    /// <summary>A command; values are $1, $2 and so on, null included.</summary>
    public NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Rows, each read by a function.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(sql, values);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellation))
            found.Add(read(rows));
        return found;
    }

    /// <summary>Makes the tables that are missing, and then what else has to be there, while no other instance does.</summary>
    public async Task PrepareAsync(Func<NpgsqlConnection, Task> more, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({PreparationLock}); {Script("schema")}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        await more(connection);
        await transaction.CommitAsync(cancellation);
    }
}

internal static class DatabaseSetup
{
    /// <summary>Adds the database; it is prepared before anything that is added later starts.</summary>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var postgres = builder.Required("LOADSTONE_POSTGRES");
        builder.Services.AddSingleton(NpgsqlDataSource.Create(postgres));
        builder.Services.AddSingleton<Database>();
        builder.Services.AddHostedService<AtStart>();
        builder.Services.AddPostgresHealth(postgres);
    }
}
